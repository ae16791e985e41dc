"""From one reply to the calls that show it, in order."""

from __future__ import annotations

from collections.abc import Callable

from aiogram.methods import SendLocation, SendMessage, SendVenue, TelegramMethod
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from bot.channels.telegram import texts
from bot.channels.telegram.markup import Rich, read_markdown, to_entities
from bot.channels.telegram.split import split
from bot.types import Location, Reply

_SCORE_CHARS = 3
Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove
Calls = list[TelegramMethod[Message]]


def plan_calls(chat_id: int, reply: Reply, word: Callable[[str], str]) -> Calls:
    """The calls for one reply: text in as many messages as it needs, then the places.

    `word` gives a text of this channel by its key. One message carries one keyboard only, so a reply
    that asks for contact or location and has buttons too shows the buttons under a line of their own.
    """
    parts = split(read_markdown(reply.text))
    asking = _asking_keyboard(reply, word)
    if asking is not None and not parts:
        parts.append(Rich(asking.keyboard[0][0].text))
    if reply.buttons and (asking is not None or not parts):
        parts.append(Rich(word(texts.OR_CHOOSE)))
    calls: Calls = [_text_call(chat_id, part) for part in parts]
    _put_keyboards(calls, asking, _buttons(reply))
    return calls + [_place_call(chat_id, title, point) for title, point in reply.locations]


def _put_keyboards(
    calls: Calls, asking: ReplyKeyboardMarkup | None, buttons: InlineKeyboardMarkup | None
) -> None:
    """Buttons go under the last text, a keyboard (or its removal) under the last one without buttons."""
    if not calls:
        return
    below: Markup = asking or ReplyKeyboardRemove(remove_keyboard=True)
    place = len(calls) - 1 if buttons is None else len(calls) - 2
    if place >= 0:
        calls[place] = _with_markup(calls[place], below)
    if buttons is not None:
        calls[-1] = _with_markup(calls[-1], buttons)


def _with_markup(call: TelegramMethod[Message], markup: Markup) -> TelegramMethod[Message]:
    return call.model_copy(update={"reply_markup": markup})


def _asking_keyboard(reply: Reply, word: Callable[[str], str]) -> ReplyKeyboardMarkup | None:
    rows: list[list[KeyboardButton]] = []
    if reply.ask_contact:
        rows.append([KeyboardButton(text=word(texts.SHARE_CONTACT), request_contact=True)])
    if reply.ask_location:
        rows.append([KeyboardButton(text=word(texts.SHARE_LOCATION), request_location=True)])
    if not rows:
        return None
    return ReplyKeyboardMarkup(keyboard=rows, resize_keyboard=True, one_time_keyboard=True)


def _buttons(reply: Reply) -> InlineKeyboardMarkup | None:
    if not reply.buttons:
        return None
    keys = [InlineKeyboardButton(text=button.text, callback_data=button.id) for button in reply.buttons]
    # Scores ("4 ★") stand side by side; words need a row each.
    small = len(keys) > 1 and all(_is_score(button.text) for button in reply.buttons)
    return InlineKeyboardMarkup(inline_keyboard=[keys] if small else [[key] for key in keys])


def _text_call(chat_id: int, part: Rich) -> SendMessage:
    return SendMessage(
        chat_id=chat_id,
        text=part.text,
        entities=to_entities(part) or None,
        parse_mode=None,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )


def _place_call(chat_id: int, title: str, point: Location) -> TelegramMethod[Message]:
    """A pin with its title; a title `name, address` is shown as the vendor's two lines."""
    if not title.strip():
        return SendLocation(chat_id=chat_id, latitude=point.lat, longitude=point.lon)
    separator = "\n" if "\n" in title else ","
    name, _, address = (piece.strip() for piece in title.partition(separator))
    return SendVenue(
        chat_id=chat_id,
        latitude=point.lat,
        longitude=point.lon,
        title=name or title.strip(),
        address=address or title.strip(),
    )


def _is_score(text: str) -> bool:
    return text[:1].isdecimal() and len(text) <= _SCORE_CHARS
