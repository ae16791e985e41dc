"""Vendor updates, as the Bot API documents them, to messages of ours."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.telegram.convert import RefuseGroup, Skip, Take, UpdateReader
from bot.types import Attachment, Contact, IncomingMessage, Location, MessageKind, Sender

RECEIVED_AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

FROM = """{"id": 184302571, "is_bot": false, "first_name": "Анна", "last_name": "Петрова",
           "username": "anna_p", "language_code": "ru", "is_premium": true}"""
CHAT = """{"id": 184302571, "first_name": "Анна", "last_name": "Петрова", "username": "anna_p",
           "type": "private"}"""
GROUP = '{"id": -1001592811743, "title": "Соседи", "type": "supergroup", "is_forum": false}'


def say(key: str, language: str) -> str:
    """The last word of the key, marked with the language."""
    return f"{key.rsplit('.', 1)[-1]}-{language}"


READER = UpdateReader(account="telegram", say=say, default_language="ru")


def update(content: str, *, kind: str = "message", author: str = FROM, chat: str = CHAT) -> dict[str, Any]:
    """An update with one message; `content` is the rest of the message's JSON."""
    body = f"""{{"update_id": 731500211, "{kind}": {{"message_id": 4821, "from": {author},
        "chat": {chat}, "date": 1795262400, {content}}}}}"""
    parsed: dict[str, Any] = json.loads(body)
    return parsed


def taken(raw: dict[str, Any]) -> IncomingMessage:
    """The message an update becomes."""
    action = READER.read(raw, received_at=RECEIVED_AT)
    assert isinstance(action, Take)
    return action.message


def test_a_text_keeps_its_words_ids_sender_and_time() -> None:
    assert taken(update('"text": "Где мой заказ? 😡"')) == IncomingMessage(
        account="telegram",
        channel="telegram",
        chat_id="184302571",
        external_id="184302571:4821",
        sender=Sender(user_id="184302571", name="Анна Петрова", language="ru"),
        kind=MessageKind.TEXT,
        text="Где мой заказ? 😡",
        sent_at=datetime(2026, 11, 21, 12, 0, tzinfo=UTC),
    )


@pytest.mark.parametrize("words", ["/start promo_24", "/help", "/operator", "/close", "/language@lavka_bot"])
def test_a_command_is_kept_as_written(words: str) -> None:
    length = len(words.split()[0])
    entity = f'"entities": [{{"offset": 0, "length": {length}, "type": "bot_command"}}]'
    message = taken(update(f'"text": "{words}", {entity}'))
    assert (message.kind, message.text, message.button) == (MessageKind.COMMAND, words, "")


def test_a_command_inside_a_sentence_is_just_text() -> None:
    entity = '"entities": [{"offset": 8, "length": 5, "type": "bot_command"}]'
    assert taken(update(f'"text": "нажимал /help, не помогло", {entity}')).kind is MessageKind.TEXT


def test_a_slash_that_is_no_command_is_text() -> None:
    assert taken(update('"text": "/// что это"')).kind is MessageKind.TEXT


def test_a_reply_with_a_quote_is_the_reply_alone() -> None:
    quoted = f"""{{"message_id": 4800, "from": {{"id": 7000000001, "is_bot": true, "first_name": "Лавка",
        "username": "lavka_bot"}}, "chat": {CHAT}, "date": 1795262000, "text": "Какой город?"}}"""
    quote = '"quote": {"text": "город", "position": 6}'
    assert taken(update(f'"text": "Казань", "reply_to_message": {quoted}, {quote}')).text == "Казань"


def test_an_own_contact_is_verified_and_gets_its_plus() -> None:
    shared = """"contact": {"phone_number": "79161234567", "first_name": "Анна", "last_name": "Петрова",
        "user_id": 184302571}"""
    message = taken(update(shared))
    assert message.kind is MessageKind.CONTACT
    assert message.contact == Contact(phone="+79161234567", verified=True)
    assert message.text == "[contact-ru: Анна Петрова, +79161234567]"


@pytest.mark.parametrize("user_id", ['"user_id": 184302572, ', ""], ids=["of another", "of nobody known"])
def test_a_foreign_contact_is_not_verified(user_id: str) -> None:
    shared = f'"contact": {{{user_id}"phone_number": "8 (916) 765-43-21", "first_name": "Мама"}}'
    assert taken(update(shared)).contact == Contact(phone="8 (916) 765-43-21", verified=False)


def test_a_location_is_a_point_with_a_placeholder() -> None:
    message = taken(update('"location": {"latitude": 55.760112, "longitude": 37.610533}'))
    assert (message.kind, message.location) == (MessageKind.LOCATION, Location(55.760112, 37.610533))
    assert message.text == "[location-ru: 55.76011, 37.61053]"


def test_a_venue_is_a_point_with_its_name() -> None:
    point = '{"latitude": 55.76, "longitude": 37.61}'
    venue = (
        f'"venue": {{"location": {point}, "title": "ГУМ", "address": "Красная пл., 3"}}, "location": {point}'
    )
    message = taken(update(venue))
    assert (message.kind, message.location) == (MessageKind.LOCATION, Location(55.76, 37.61))
    assert message.text == "[venue-ru: ГУМ, Красная пл., 3]"


PHOTO = """"photo": [
  {"file_id": "AgAD-s", "file_unique_id": "AQAD-s", "file_size": 1201, "width": 90, "height": 67},
  {"file_id": "AgAD-x", "file_unique_id": "AQAD-x", "file_size": 101240, "width": 1280, "height": 960},
  {"file_id": "AgAD-m", "file_unique_id": "AQAD-m", "file_size": 15212, "width": 320, "height": 240}]"""
THUMB = '{"file_id": "t", "file_unique_id": "tu", "file_size": 4012, "width": 320, "height": 180}'
DOCUMENT = """"document": {"file_name": "чек.pdf", "mime_type": "application/pdf", "file_id": "BQAC-1",
  "file_unique_id": "AgAD1", "file_size": 48213}"""
VOICE = """"voice": {"duration": 4, "mime_type": "audio/ogg", "file_id": "AwAC-1", "file_unique_id": "u",
  "file_size": 17214}"""
VIDEO = f""""video": {{"duration": 9, "width": 1280, "height": 720, "file_name": "IMG_0141.MP4",
  "mime_type": "video/mp4", "thumbnail": {THUMB}, "thumb": {THUMB}, "file_id": "BAAC-1",
  "file_unique_id": "u", "file_size": 2418332}}"""
NOTE = f""""video_note": {{"duration": 6, "length": 384, "thumbnail": {THUMB}, "thumb": {THUMB},
  "file_id": "DQAC-1", "file_unique_id": "u", "file_size": 812412}}"""
AUDIO = """"audio": {"duration": 183, "file_name": "разговор.mp3", "mime_type": "audio/mpeg",
  "title": "Разговор", "performer": "Я", "file_id": "CQAC-1", "file_unique_id": "u", "file_size": 2932212}"""
STICKER = f""""sticker": {{"width": 512, "height": 512, "emoji": "😡", "set_name": "HotCherry",
  "is_animated": true, "is_video": false, "type": "regular", "thumbnail": {THUMB}, "thumb": {THUMB},
  "file_id": "CAAC-1", "file_unique_id": "u", "file_size": 21320}}"""
ANIMATION = f""""animation": {{"file_name": "cat.mp4", "mime_type": "video/mp4", "duration": 3, "width": 320,
  "height": 180, "thumbnail": {THUMB}, "thumb": {THUMB}, "file_id": "CgAC-1", "file_unique_id": "u",
  "file_size": 92512}}, "document": {{"file_name": "cat.mp4", "mime_type": "video/mp4", "thumbnail": {THUMB},
  "thumb": {THUMB}, "file_id": "CgAC-1", "file_unique_id": "u", "file_size": 92512}}"""


@pytest.mark.parametrize(
    ("content", "attachment", "text"),
    [
        (PHOTO, Attachment("photo", "AgAD-x", "", "image/jpeg", 101240), "[photo-ru]"),
        (
            DOCUMENT,
            Attachment("document", "BQAC-1", "чек.pdf", "application/pdf", 48213),
            "[document-ru: чек.pdf]",
        ),
        (VOICE, Attachment("voice", "AwAC-1", "", "audio/ogg", 17214), "[voice-ru]"),
        (
            VIDEO,
            Attachment("video", "BAAC-1", "IMG_0141.MP4", "video/mp4", 2418332),
            "[video-ru: IMG_0141.MP4]",
        ),
        (NOTE, Attachment("video_note", "DQAC-1", "", "video/mp4", 812412), "[video_note-ru]"),
        (
            AUDIO,
            Attachment("audio", "CQAC-1", "разговор.mp3", "audio/mpeg", 2932212),
            "[audio-ru: разговор.mp3]",
        ),
        (STICKER, Attachment("sticker", "CAAC-1", "", "", 21320), "[sticker-ru: 😡]"),
        (
            ANIMATION,
            Attachment("animation", "CgAC-1", "cat.mp4", "video/mp4", 92512),
            "[animation-ru: cat.mp4]",
        ),
    ],
    ids=lambda value: value.kind if isinstance(value, Attachment) else "",
)
def test_a_file_is_an_attachment_with_a_placeholder(content: str, attachment: Attachment, text: str) -> None:
    message = taken(update(content))
    assert (message.kind, message.attachments, message.text) == (
        MessageKind.ATTACHMENT,
        (attachment,),
        text,
    )


def test_a_caption_is_the_text_of_a_photo_in_an_album() -> None:
    message = taken(update(f'"media_group_id": "13861208432105", {PHOTO}, "caption": "Вот что привезли"'))
    assert (message.text, len(message.attachments)) == ("Вот что привезли", 1)


@pytest.mark.parametrize(
    "content",
    [
        '"dice": {"emoji": "🎲", "value": 4}',
        """"poll": {"id": "5269", "question": "?", "options": [{"persistent_id": "0", "text": "a",
           "voter_count": 0}], "total_voter_count": 0, "is_closed": false, "is_anonymous": true,
           "type": "regular", "allows_multiple_answers": false}""",
        f'"story": {{"chat": {CHAT}, "id": 12}}',
        '"a_kind_of_next_year": {"id": 1}',
    ],
    ids=["dice", "poll", "story", "unknown"],
)
def test_what_we_do_not_know_is_kept_as_a_placeholder(content: str) -> None:
    message = taken(update(content))
    assert (message.kind, message.text) == (MessageKind.OTHER, "[other-ru]")


def test_an_edited_text_is_a_new_message_that_says_so() -> None:
    message = taken(update('"edit_date": 1795262460, "text": "Где МОЙ заказ"', kind="edited_message"))
    assert (message.kind, message.text) == (MessageKind.TEXT, "[edited-ru] Где МОЙ заказ")
    assert message.external_id.startswith("edit:184302571:4821:1795262460:")


def test_two_edits_in_one_second_are_two_and_an_unseen_edit_repeated_is_one() -> None:
    first = taken(update('"edit_date": 1795262460, "text": "раз"', kind="edited_message"))
    again = taken(update('"edit_date": 1795262460, "text": "раз"', kind="edited_message"))
    other = taken(update('"edit_date": 1795262460, "text": "два"', kind="edited_message"))
    assert first.external_id == again.external_id != other.external_id


def test_an_edited_command_is_text_and_starts_nothing() -> None:
    content = """"edit_date": 1795262460, "text": "/close",
        "entities": [{"offset": 0, "length": 6, "type": "bot_command"}]"""
    assert taken(update(content, kind="edited_message")).kind is MessageKind.TEXT


def test_a_live_location_is_not_followed() -> None:
    moved = """"edit_date": 1795262460, "location": {"latitude": 55.7, "longitude": 37.6, "live_period": 900,
        "heading": 90, "horizontal_accuracy": 12.0}"""
    action = READER.read(update(moved, kind="edited_message"), received_at=RECEIVED_AT)
    assert action == Skip("live_location")


def press(message: str) -> dict[str, Any]:
    """A pressed inline button."""
    body = f"""{{"update_id": 731500219, "callback_query": {{"id": "791573515298746321", "from": {FROM},
        {message} "chat_instance": "-3121570341246931410", "data": "helped:yes"}}}}"""
    parsed: dict[str, Any] = json.loads(body)
    return parsed


def test_a_press_carries_its_data_its_caption_and_the_query_to_answer() -> None:
    shown = f""""message": {{"message_id": 4830, "from": {{"id": 7000000001, "is_bot": true,
        "first_name": "Лавка", "username": "lavka_bot"}}, "chat": {CHAT}, "date": 1795262300,
        "text": "Это помогло?", "reply_markup": {{"inline_keyboard": [
        [{{"text": "Нет", "callback_data": "helped:no"}}],
        [{{"text": "Да, спасибо", "callback_data": "helped:yes"}}]]}}}},"""
    action = READER.read(press(shown), received_at=RECEIVED_AT)
    assert isinstance(action, Take)
    assert action.callback_id == "791573515298746321"
    message = action.message
    assert (message.kind, message.button, message.text) == (MessageKind.BUTTON, "helped:yes", "Да, спасибо")
    assert (message.chat_id, message.external_id) == ("184302571", "cb:791573515298746321")
    assert message.sender.name == "Анна Петрова"
    assert message.sent_at == RECEIVED_AT


@pytest.mark.parametrize(
    "shown", ["", f'"message": {{"message_id": 4830, "chat": {CHAT}, "date": 0}},'], ids=["none", "too old"]
)
def test_a_press_on_a_message_that_is_gone_still_counts(shown: str) -> None:
    message = taken(press(shown))
    assert (message.button, message.text, message.chat_id) == ("helped:yes", "[button-ru]", "184302571")


def test_a_press_in_a_group_is_answered_and_no_more() -> None:
    shown = f'"message": {{"message_id": 4830, "chat": {GROUP}, "date": 1795262300, "text": "x"}},'
    action = READER.read(press(shown), received_at=RECEIVED_AT)
    assert action == Skip("press_elsewhere", callback_id="791573515298746321")


def test_a_group_is_refused_in_the_writers_language() -> None:
    author = FROM.replace('"language_code": "ru"', '"language_code": "en-GB"')
    action = READER.read(update('"text": "hi bot"', author=author, chat=GROUP), received_at=RECEIVED_AT)
    assert action == RefuseGroup(-1001592811743, "en")


@pytest.mark.parametrize(
    ("chat", "status", "expected"),
    [
        (GROUP, "member", RefuseGroup(-1001592811743, "ru")),
        (GROUP, "left", Skip("bot_left")),
        (CHAT, "kicked", Skip("bot_kicked")),
        (CHAT, "member", Skip("bot_member")),
    ],
)
def test_membership_of_the_bot(chat: str, status: str, expected: object) -> None:
    me = '{"id": 7000000001, "is_bot": true, "first_name": "Лавка", "username": "lavka_bot"}'
    until = ', "until_date": 0' if status == "kicked" else ""
    body = f"""{{"update_id": 731500230, "my_chat_member": {{"chat": {chat}, "from": {FROM},
        "date": 1795262400, "old_chat_member": {{"user": {me}, "status": "left"}},
        "new_chat_member": {{"user": {me}, "status": "{status}"{until}}}}}}}"""
    assert READER.read(json.loads(body), received_at=RECEIVED_AT) == expected


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (update('"migrate_to_chat_id": -1001592811743', chat='{"id": -5, "type": "group"}'), "group_moved"),
        (update('"message_auto_delete_time": 1, "pinned_message": {"a": 1}'), None),
        (update('"text": "я робот"', author=FROM.replace("false", "true", 1)), "not_a_customer"),
        (update('"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}'), "service_note"),
        (update('"write_access_allowed": {"from_request": true}'), "service_note"),
        ({"update_id": 1, "poll": {"id": "1"}}, "unreadable"),
        ({"update_id": 1}, "kind_not_asked_for"),
    ],
)
def test_what_is_nothing_for_us_is_skipped_with_a_reason(raw: dict[str, Any], reason: str | None) -> None:
    action = READER.read(raw, received_at=RECEIVED_AT)
    if reason is None:  # a service note that cannot be parsed goes to a person rather than nowhere
        assert isinstance(action, Take)
    else:
        assert action == Skip(reason)


@pytest.mark.parametrize(
    ("code", "language", "words"),
    [
        ("en-US", "en", "[voice-en]"),
        ("uk", "uk", "[voice-ru]"),
        ("zh-hans", "zh", "[voice-ru]"),
        ("", "", "[voice-ru]"),
    ],
)
def test_the_language_of_the_application_is_two_letters(code: str, language: str, words: str) -> None:
    author = FROM.replace('"language_code": "ru"', f'"language_code": "{code}"')
    message = taken(update(VOICE, author=author))
    assert (message.sender.language, message.text) == (language, words)


@pytest.mark.parametrize(("written", "stored"), [("привет \\ud83d", "привет ?"), ("при\\u0000вет", "привет")])
def test_characters_no_store_takes_do_not_make_a_message_poisonous(written: str, stored: str) -> None:
    author = FROM.replace("Петрова", "\\ud83d")
    message = taken(update(f'"text": "{written}"', author=author))
    assert (message.kind, message.text, message.sender.name) == (MessageKind.TEXT, stored, "Анна ?")
    edited = taken(update(f'"edit_date": 1, "text": "{written}"', kind="edited_message"))
    assert edited.text == f"[edited-ru] {stored}"


@pytest.mark.parametrize(
    ("content", "kind", "external_id"),
    [
        ('"text": 5', "message", "184302571:4821"),
        ('"text": 5', "edited_message", "update:731500211"),
    ],
)
def test_what_cannot_be_parsed_keeps_its_chat_and_id(content: str, kind: str, external_id: str) -> None:
    message = taken(update(content, kind=kind))
    assert (message.kind, message.chat_id, message.external_id) == (
        MessageKind.OTHER,
        "184302571",
        external_id,
    )
    assert message.sent_at == datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def test_a_press_that_cannot_be_parsed_keeps_its_chat() -> None:
    raw = press(f'"message": {{"message_id": "x", "chat": {CHAT}}},')
    message = taken(raw)
    assert (message.chat_id, message.external_id) == ("184302571", "cb:791573515298746321")


@pytest.mark.parametrize("date", ["1e30", '"soon"', "99999999999999999999", "null"])
def test_an_impossible_date_becomes_the_time_of_receipt(date: str) -> None:
    raw = json.loads(json.dumps(update('"text": "привет"')).replace("1795262400", date))
    message = taken(raw)
    assert (message.text, message.sent_at) == ("привет", RECEIVED_AT)
