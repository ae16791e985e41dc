"""A customer in Telegram, for tests to play."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.stubs import telegram_objects as objects
from tests.stubs.telegram_state import Call, Delivered, State

Json = dict[str, Any]


class Customer:
    """One person in a private chat with the bot. Every act returns the id of its update."""

    def __init__(
        self, *, state: State, announce: Callable[[int], None], chat_id: int, name: str, language: str
    ) -> None:
        self.chat_id = chat_id
        self.person = objects.user(chat_id, name, language)
        self.chat = objects.private_chat(self.person)
        self._state = state
        self._announce = announce
        state.people[chat_id] = self.person

    def write(self, text: str) -> int:
        """Write a text or a command."""
        return self._say(objects.text(text), text)

    def edit(self, message_id: int, text: str) -> int:
        """Change a message written before."""
        now = int(time.time())
        body = {**self._head(message_id), "edit_date": now, **objects.text(text)}
        return self._act({"edited_message": body}, text)

    def press(self, button: str) -> int:
        """Press a button, by caption or data, on the newest message that has it."""
        for message in reversed(self._state.delivered[self.chat_id]):
            buttons = message.buttons
            data = buttons.get(button) or (button if button in buttons.values() else "")
            if data:
                return self._press(message, data)
        raise AssertionError(f"no message in chat {self.chat_id} has a button {button!r}")

    def share_contact(self, phone: str = "79161234567") -> int:
        """Share one's own number, as the keyboard's button does."""
        body = objects.contact(phone, self.person["first_name"], self.chat_id)
        return self._say(body, phone)

    def share_foreign_contact(self, phone: str = "8 (916) 765-43-21", user_id: int | None = None) -> int:
        """Share an entry of the phone book."""
        return self._say(objects.contact(phone, "Мама", user_id), phone)

    def share_location(self, lat: float, lon: float) -> int:
        """Share a point on the map."""
        return self._say(objects.location(lat, lon), f"{lat},{lon}")

    def share_venue(self, lat: float, lon: float, title: str, address: str) -> int:
        """Share a place."""
        return self._say(objects.venue(lat, lon, title, address), title)

    def send_photo(self, caption: str = "") -> int:
        """Send a photo."""
        return self._say(objects.photo(self._seed(), caption), caption)

    def send_document(self, name: str = "чек.pdf", mime: str = "application/pdf", caption: str = "") -> int:
        """Send a file."""
        return self._say(objects.document(self._seed(), name, mime, caption), caption)

    def send_voice(self) -> int:
        """Send a voice message."""
        return self._say(objects.voice(self._seed()), "")

    def send_video(self, caption: str = "") -> int:
        """Send a video."""
        return self._say(objects.video(self._seed(), caption), caption)

    def send_sticker(self, emoji: str = "👍") -> int:
        """Send a sticker."""
        return self._say(objects.sticker(self._seed(), emoji), emoji)

    def send_raw(self, content: Json) -> int:
        """Send a message with fields of the test's own."""
        return self._say(content, str(content.get("text", "")))

    def block(self) -> None:
        """Block the bot: from now on it is answered 403."""
        self._state.blocked.add(self.chat_id)

    @property
    def replies(self) -> list[Delivered]:
        """All the bot's messages in this chat, oldest first."""
        return list(self._state.delivered[self.chat_id])

    def _seed(self) -> str:
        return f"{self.chat_id}/{self._state.next_message_id}"

    def _head(self, message_id: int) -> Json:
        return {"message_id": message_id, "from": self.person, "chat": self.chat, "date": int(time.time())}

    def _say(self, content: Json, text: str) -> int:
        return self._act({"message": {**self._head(self._state.take_message_id()), **content}}, text)

    def _press(self, message: Delivered, data: str) -> int:
        shown = {
            "message_id": message.message_id,
            "from": objects.BOT_USER,
            "chat": self.chat,
            "date": int(message.at),
            "text": message.text,
            "reply_markup": message.markup,
        }
        query = {
            "id": str(4_000_000_000_000_000_000 + self._state.next_update_id),
            "from": self.person,
            "message": shown,
            "chat_instance": "-3121570341246931410",
            "data": data,
        }
        return self._act({"callback_query": query}, data)

    def _act(self, body: Json, text: str) -> int:
        update_id = self._state.add_update(body)
        kind, content = next(iter(body.items()))
        params: Json = {"update_id": update_id, "kind": kind}
        if kind == "callback_query":
            params["query_id"] = content["id"]
        message_id = content.get("message_id")
        self._state.record(
            Call(time.time(), "customer", self.chat_id, text, params, "ok", message_id=message_id)
        )
        self._announce(self.chat_id)
        return update_id
