"""What the scripted Bot API server knows: updates that wait, chats, calls, and the faults planned."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

Json = dict[str, Any]
FaultKind = Literal["retry_after", "server_error", "gateway_error", "hang", "drop", "blocked", "error"]

CHAT_INTERVAL_S = 1.0
"""Messages in one chat should not come faster (https://core.telegram.org/bots/faq#broadcasting-to-users)."""
CLOCK_TOLERANCE_S = 0.03


@dataclass(slots=True)
class Fault:
    """A fault for the next `times` matching calls, after `skip` of them went well.

    `hang` never answers and `drop` breaks the connection off; with `taken` the customer has the message
    all the same. `error` answers `status` and `description`; the others answer as the vendor does.
    """

    kind: FaultKind
    method: str = "sendMessage"
    chat_id: int | None = None
    times: int = 1
    skip: int = 0
    taken: bool = True
    retry_after_s: int = 1
    status: int = 400
    description: str = "Bad Request"

    def matches(self, method: str, chat_id: int | None) -> bool:
        """True for a call this fault is meant for."""
        return (not self.method or self.method.lower() == method.lower()) and self.chat_id in (None, chat_id)


@dataclass(frozen=True, slots=True)
class Call:
    """One line of the log.

    `at` is the time of receipt, seconds since 1970. `method` is the Bot API's, or `customer` for what a
    customer did and `confirmed` for updates an offset (or a webhook's 200) confirmed. `outcome` is `ok`,
    an HTTP status, `hang`, `drop`, or `gone` where the caller had hung up; `delivered` tells whether the
    customer has the message.
    """

    at: float
    method: str
    chat_id: int | None
    text: str
    params: Json
    outcome: str
    delivered: bool = False
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """A message of the bot that the customer has."""

    at: float
    chat_id: int
    message_id: int
    method: str
    text: str
    params: Json

    @property
    def markup(self) -> Json:
        """The keyboard sent with it."""
        markup = self.params.get("reply_markup")
        return markup if isinstance(markup, dict) else {}

    @property
    def buttons(self) -> dict[str, str]:
        """Captions of the inline buttons and the data they send."""
        rows = self.markup.get("inline_keyboard", [])
        return {button["text"]: button.get("callback_data", "") for row in rows for button in row}

    @property
    def asks_contact(self) -> bool:
        """True if a button that shares the phone number is shown."""
        return any(key.get("request_contact") for row in self.markup.get("keyboard", []) for key in row)

    @property
    def asks_location(self) -> bool:
        """True if a button that shares the location is shown."""
        return any(key.get("request_location") for row in self.markup.get("keyboard", []) for key in row)


@dataclass(slots=True)
class State:
    """Everything the server remembers."""

    log_path: Path | None = None
    updates: list[Json] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    delivered: dict[int, list[Delivered]] = field(default_factory=lambda: defaultdict(list))
    faults: list[Fault] = field(default_factory=list)
    people: dict[int, Json] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)
    rate_violations: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    webhook: Json = field(default_factory=dict)
    commands: dict[str, list[Json]] = field(default_factory=dict)
    next_update_id: int = 880_000_001
    next_message_id: int = 1
    last_sent_at: dict[int, float] = field(default_factory=dict)

    def add_update(self, body: Json) -> int:
        """Queue an update; its id."""
        update_id = self.next_update_id
        self.next_update_id += 1
        self.updates.append({"update_id": update_id, **body})
        return update_id

    def take_message_id(self) -> int:
        """Ids rise over all chats of the bot, as with the vendor."""
        self.next_message_id += 1
        return self.next_message_id - 1

    def confirm(self, update_ids: set[int]) -> None:
        """Forget updates the bot has confirmed."""
        known = [update["update_id"] for update in self.updates if update["update_id"] in update_ids]
        if known:
            self.updates = [update for update in self.updates if update["update_id"] not in update_ids]
            self.record(Call(time.time(), "confirmed", None, "", {"update_ids": known}, "ok"))

    def record(self, call: Call) -> None:
        """Keep a call, in memory and in the log file."""
        self.calls.append(call)
        if self.log_path is not None:
            with self.log_path.open("a", encoding="utf-8") as log:
                log.write(json.dumps(asdict(call), ensure_ascii=False) + "\n")

    def deliver(self, method: str, params: Json, at: float) -> Delivered:
        """Give a message to the customer and count it against the rate of its chat."""
        chat_id = int(params["chat_id"])
        last = self.last_sent_at.get(chat_id)
        if last is not None and at - last < CHAT_INTERVAL_S - CLOCK_TOLERANCE_S:
            self.rate_violations[chat_id] += 1
        self.last_sent_at[chat_id] = at
        text = str(params.get("text") or params.get("title") or "")
        message = Delivered(at, chat_id, self.take_message_id(), method, text, params)
        self.delivered[chat_id].append(message)
        return message

    def next_fault(self, method: str, chat_id: int | None) -> Fault | None:
        """The fault planned for this call, if any; used up by it."""
        for fault in self.faults:
            if not fault.matches(method, chat_id):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            fault.times -= 1
            if fault.times <= 0:
                self.faults.remove(fault)
            return fault
        return None
