"""From the vendor's update to what is to be done with it; nothing here talks to anybody."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from aiogram.types import CallbackQuery, ChatMemberUpdated, Message, Update, User
from pydantic import ValidationError

from bot.channels.telegram import texts
from bot.channels.telegram.media import describe_attachment, read_attachment
from bot.channels.telegram.salvage import salvage
from bot.channels.telegram.storable import storable
from bot.channels.telegram.texts import Say, placeholder
from bot.types import Contact, IncomingMessage, Location, MessageKind, Sender

CHANNEL = "telegram"
GROUPS = ("group", "supergroup")
LANGUAGES = ("ru", "en")
SERVICE_NOTES = (
    "pinned_message",
    "message_auto_delete_timer_changed",
    "chat_background_set",
    "write_access_allowed",
    "forum_topic_created",
    "forum_topic_edited",
    "forum_topic_closed",
    "forum_topic_reopened",
    "new_chat_title",
    "new_chat_photo",
    "delete_chat_photo",
    "boost_added",
    "proximity_alert_triggered",
)
"""Notes the vendor writes about the chat itself; the customer has said nothing."""


@dataclass(frozen=True, slots=True)
class Take:
    """Ingest the message; a pressed button's query is then answered."""

    message: IncomingMessage
    callback_id: str = ""


@dataclass(frozen=True, slots=True)
class RefuseGroup:
    """Say in the group, once, that the bot talks to people in private."""

    chat_id: int
    language: str


@dataclass(frozen=True, slots=True)
class Skip:
    """Nothing for us; `reason` goes to the log."""

    reason: str
    callback_id: str = ""


Action = Take | RefuseGroup | Skip


@dataclass(frozen=True, slots=True)
class UpdateReader:
    """Reads updates of one account.

    Attributes:
        account: Name of the account in our messages.
        say: Texts; asked in Russian or English only.
        default_language: Used where the customer's application speaks neither.
    """

    account: str
    say: Say
    default_language: str

    def read(self, raw: Mapping[str, Any], *, received_at: datetime) -> Action:
        """Decide about one update; one the library cannot parse is kept as far as its ids can be found."""
        try:
            update = Update.model_validate(storable(raw))
        except ValidationError:
            return self.salvage(raw, received_at=received_at)
        if update.message:
            return self._read_message(update.message)
        if update.edited_message:
            return self._read_edit(update.edited_message)
        if update.callback_query:
            return self._read_press(update.callback_query, received_at)
        if update.my_chat_member:
            return self._read_membership(update.my_chat_member)
        return Skip("kind_not_asked_for")

    def salvage(self, raw: Mapping[str, Any], *, received_at: datetime) -> Action:
        """Keep an update that cannot be read as a placeholder, so that a person looks at the chat."""
        saved = salvage(
            raw,
            account=self.account,
            word=self.say(texts.OTHER, self.default_language),
            received_at=received_at,
        )
        return Take(saved) if saved else Skip("unreadable")

    def _read_message(self, message: Message) -> Action:
        if message.migrate_to_chat_id or message.migrate_from_chat_id:
            return Skip("group_moved")
        if message.chat.type in GROUPS:
            return RefuseGroup(message.chat.id, self._language(message.from_user))
        if message.chat.type != "private" or message.from_user is None or message.from_user.is_bot:
            return Skip("not_a_customer")
        if any(getattr(message, note, None) for note in SERVICE_NOTES):
            return Skip("service_note")
        return Take(self._convert(message, message.from_user))

    def _read_edit(self, message: Message) -> Action:
        """An edit is a new message that says it is one; live locations move by edits and are not followed."""
        if message.location:
            return Skip("live_location")
        action = self._read_message(message)
        if not isinstance(action, Take):
            return Skip("edit_elsewhere")
        said = action.message
        kind = MessageKind.TEXT if said.kind is MessageKind.COMMAND else said.kind
        mark = placeholder(self.say(texts.EDITED, self._text_language(said.sender.language)))
        # The vendor also reports edits nobody can see, and two edits may fall into one second.
        digest = zlib.crc32(said.text.encode())
        external_id = f"edit:{said.external_id}:{message.edit_date or 0}:{digest:08x}"
        return Take(replace(said, kind=kind, text=f"{mark} {said.text}", external_id=external_id))

    def _read_press(self, query: CallbackQuery, received_at: datetime) -> Action:
        chat_type = query.message.chat.type if query.message else "private"
        if chat_type != "private" or not query.data:
            return Skip("press_elsewhere", callback_id=query.id)
        sender = self._sender(query.from_user)
        unknown = placeholder(self.say(texts.BUTTON, self._text_language(sender.language)))
        message = IncomingMessage(
            account=self.account,
            channel=CHANNEL,
            chat_id=str(query.message.chat.id if query.message else query.from_user.id),
            external_id=f"cb:{query.id}",
            sender=sender,
            kind=MessageKind.BUTTON,
            text=_caption(query) or unknown,
            sent_at=received_at,
            button=query.data,
        )
        return Take(message, callback_id=query.id)

    def _read_membership(self, change: ChatMemberUpdated) -> Action:
        joined = change.new_chat_member.status in ("member", "administrator")
        if change.chat.type in GROUPS and joined:
            return RefuseGroup(change.chat.id, self._language(change.from_user))
        return Skip(f"bot_{change.new_chat_member.status}")

    def _convert(self, message: Message, author: User) -> IncomingMessage:
        blank = IncomingMessage(
            account=self.account,
            channel=CHANNEL,
            chat_id=str(message.chat.id),
            external_id=f"{message.chat.id}:{message.message_id}",
            sender=self._sender(author),
            kind=MessageKind.OTHER,
            text="",
            sent_at=message.date,
        )
        language = self._language(author)
        if message.text is not None:
            kind = MessageKind.COMMAND if _is_command(message) else MessageKind.TEXT
            return replace(blank, kind=kind, text=message.text)
        if message.contact:
            return self._with_contact(blank, message, language)
        if message.location:
            return self._with_location(blank, message, language)
        if attachment := read_attachment(message):
            text = describe_attachment(message, attachment, self.say, language)
            return replace(blank, kind=MessageKind.ATTACHMENT, text=text, attachments=(attachment,))
        return replace(blank, text=message.caption or placeholder(self.say(texts.OTHER, language)))

    def _with_contact(self, blank: IncomingMessage, message: Message, language: str) -> IncomingMessage:
        shared = message.contact
        assert shared is not None  # noqa: S101 - the caller looked
        own = shared.user_id is not None and str(shared.user_id) == blank.sender.user_id
        # The vendor leaves out the plus of numbers it knows; a stranger's entry may be in any form.
        phone = f"+{shared.phone_number}" if own and shared.phone_number.isdigit() else shared.phone_number
        name = " ".join(part for part in (shared.first_name, shared.last_name) if part)
        text = placeholder(self.say(texts.CONTACT, language), f"{name}, {phone}")
        return replace(blank, kind=MessageKind.CONTACT, text=text, contact=Contact(phone=phone, verified=own))

    def _with_location(self, blank: IncomingMessage, message: Message, language: str) -> IncomingMessage:
        point = message.location
        assert point is not None  # noqa: S101 - the caller looked
        if message.venue:
            text = placeholder(
                self.say(texts.VENUE, language), f"{message.venue.title}, {message.venue.address}"
            )
        else:
            where = f"{point.latitude:.5f}, {point.longitude:.5f}"
            text = placeholder(self.say(texts.LOCATION, language), where)
        location = Location(lat=point.latitude, lon=point.longitude)
        return replace(blank, kind=MessageKind.LOCATION, text=text, location=location)

    def _sender(self, user: User) -> Sender:
        language = (user.language_code or "").partition("-")[0].lower()
        return Sender(
            user_id=str(user.id),
            name=user.full_name.strip() or user.username or "",
            language=language if len(language) == 2 else "",
        )

    def _language(self, user: User | None) -> str:
        return self._text_language(self._sender(user).language if user else "")

    def _text_language(self, language: str) -> str:
        return language if language in LANGUAGES else self.default_language


def _is_command(message: Message) -> bool:
    first = message.entities[0] if message.entities else None
    return first is not None and first.type == "bot_command" and first.offset == 0


def _caption(query: CallbackQuery) -> str:
    """The words on the pressed button; empty where the message is too old to be shown."""
    if not isinstance(query.message, Message) or query.message.reply_markup is None:
        return ""
    for row in query.message.reply_markup.inline_keyboard:
        for button in row:
            if button.callback_data == query.data:
                return button.text
    return ""
