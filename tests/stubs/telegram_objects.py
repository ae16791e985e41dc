"""Objects of the Bot API as the vendor writes them, with every field it sends for each kind."""

from __future__ import annotations

import hashlib
import re
from typing import Any

Json = dict[str, Any]

BOT_USER: Json = {"id": 7000000001, "is_bot": True, "first_name": "Лавка", "username": "lavka_test_bot"}


def file_ids(seed: str) -> Json:
    """A handle and a lasting id, of the length and alphabet the vendor uses."""
    digest = hashlib.sha256(seed.encode()).hexdigest()
    return {"file_id": f"AgACAgIAAxkBAAI{digest[:48]}", "file_unique_id": f"AQAD{digest[48:60]}"}


def user(user_id: int, name: str, language: str) -> Json:
    """A person as sender; first and last name from one string."""
    first, _, last = name.partition(" ")
    made: Json = {"id": user_id, "is_bot": False, "first_name": first}
    if last:
        made["last_name"] = last
    if language:
        made["language_code"] = language
    return made


def private_chat(person: Json) -> Json:
    """The private chat with a person; its id is the person's."""
    names: Json = {key: person[key] for key in ("first_name", "last_name", "username") if key in person}
    return {"id": person["id"], **names, "type": "private"}


def text(words: str) -> Json:
    """A text message; a leading command is marked as the vendor marks it."""
    command = re.match(r"/[A-Za-z0-9_]+(@\w+)?", words)
    if command is None:
        return {"text": words}
    entity = {"offset": 0, "length": len(command.group()), "type": "bot_command"}
    return {"text": words, "entities": [entity]}


def contact(phone: str, first_name: str, user_id: int | None) -> Json:
    """A shared contact; `user_id` is left out for numbers the vendor does not know."""
    made: Json = {"phone_number": phone, "first_name": first_name}
    if user_id is not None:
        made["user_id"] = user_id
    return {"contact": made}


def location(lat: float, lon: float) -> Json:
    """A point on the map."""
    return {"location": {"latitude": lat, "longitude": lon}}


def venue(lat: float, lon: float, title: str, address: str) -> Json:
    """A place; the vendor sets `location` beside it for older programs."""
    point = location(lat, lon)
    return {"venue": {**point, "title": title, "address": address}, **point}


def photo(seed: str, caption: str) -> Json:
    """A photo in the three sizes the vendor makes."""
    sizes = [
        {**file_ids(f"{seed}{side}"), "file_size": side * 90, "width": side, "height": side * 3 // 4}
        for side in (90, 320, 1280)
    ]
    return _captioned({"photo": sizes}, caption)


def document(seed: str, name: str, mime: str, caption: str) -> Json:
    """A file of any type."""
    body = {"file_name": name, "mime_type": mime, **file_ids(seed), "file_size": 48213}
    return _captioned({"document": body}, caption)


def voice(seed: str) -> Json:
    """A voice message."""
    body = {"duration": 4, "mime_type": "audio/ogg", **file_ids(seed), "file_size": 17214}
    return {"voice": body}


def video(seed: str, caption: str) -> Json:
    """A video with its thumbnail."""
    thumbnail = {**file_ids(f"{seed}t"), "file_size": 12031, "width": 320, "height": 180}
    body = {
        "duration": 9,
        "width": 1280,
        "height": 720,
        "file_name": "IMG_0141.MP4",
        "mime_type": "video/mp4",
        "thumbnail": thumbnail,
        "thumb": thumbnail,
        **file_ids(seed),
        "file_size": 2418332,
    }
    return _captioned({"video": body}, caption)


def sticker(seed: str, emoji: str) -> Json:
    """A still sticker of a set."""
    thumbnail = {**file_ids(f"{seed}t"), "file_size": 4204, "width": 128, "height": 128}
    body = {
        "width": 512,
        "height": 512,
        "emoji": emoji,
        "set_name": "HotCherry",
        "is_animated": False,
        "is_video": False,
        "type": "regular",
        "thumbnail": thumbnail,
        "thumb": thumbnail,
        **file_ids(seed),
        "file_size": 21320,
    }
    return {"sticker": body}


def _captioned(body: Json, caption: str) -> Json:
    return {**body, "caption": caption} if caption else body
