"""A good history of the durable path, invented line by line, into which tests plant faults."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Json = dict[str, Any]

ACCOUNT = "telegram"
COLUMNS = {
    "conversations": ("id", "ref"),
    "turns": (
        "event_id", "at_ms", "ref", "conversation", "author", "kind", "text", "external_id",
        "out_id", "outcome",
    ),
    "deliveries": ("event_id", "at_ms", "conversation", "out_id", "status", "vendor_id"),
    "owners": ("event_id", "at_ms", "conversation", "owner"),
    "tickets": ("id", "ref", "conversation", "created_ms"),
}  # fmt: skip
"""What the checker reads of each table."""


@dataclass
class History:
    """The log and the archive of a run, while it is made up. `now` is in milliseconds."""

    log: list[Json] = field(default_factory=list)
    rows: dict[str, list[Json]] = field(default_factory=lambda: {table: [] for table in COLUMNS})
    now: int = 1_800_000_000_000
    last_update: int = 100
    last_message: int = 0

    def customer(self, chat: int, text: str, *, pressed: bool = False) -> str:
        """A customer writes or presses, and the vendor hears that it was taken; the message's external id."""
        self.last_update += 1
        self.last_message += 1
        params: Json = {"update_id": self.last_update, "kind": "callback_query" if pressed else "message"}
        if pressed:
            params["query_id"] = str(4_000 + self.last_update)
        self._line("customer", chat, text, params, message_id=self.last_message)
        self._line("confirmed", None, "", {"update_ids": [self.last_update]})
        return f"cb:{params['query_id']}" if pressed else f"{chat}:{self.last_message}"

    def conversation(self, chat: int) -> str:
        """A conversation begins; its id."""
        number = f"c{chat}-{len(self.rows['conversations'])}"
        self.rows["conversations"].append({"id": number, "ref": f"{ACCOUNT}:{chat}"})
        self.owner(number, "bot")
        return number

    def owner(self, conversation: str, owner: str) -> None:
        """A conversation changes hands."""
        self._row("owners", conversation=conversation, owner=owner)

    def handled(
        self, conversation: str, external_id: str, text: str, outcome: str, *, kind: str = "text"
    ) -> str:
        """The desk handles a message; its id."""
        message_id = f"m{len(self.rows['turns'])}"
        self._turn(
            conversation,
            "customer",
            text,
            message_id=message_id,
            external_id=external_id,
            outcome=outcome,
            kind=kind,
        )
        return message_id

    def ticket(self, conversation: str) -> None:
        """A hand-over, in the same step as what was handled last."""
        row = {
            "id": str(len(self.rows["tickets"]) + 1),
            "ref": _ref(conversation),
            "conversation": conversation,
        }
        self.rows["tickets"].append({**row, "created_ms": self.now})
        self.owner(conversation, "queue")
        self.rows["owners"][-1]["at_ms"] = self.rows["tickets"][-1]["created_ms"]

    def reply(self, conversation: str, author: str, out_id: str, text: str) -> None:
        """A reply is put into the outbox; one of the desk itself in the step that handled the message."""
        mine = [row for row in self.rows["turns"] if row["conversation"] == conversation]
        self._turn(conversation, author, text, out_id=out_id)
        if author != "operator":
            self.rows["turns"][-1]["at_ms"] = mine[-1]["at_ms"]
        self.step(out_id, "queued")

    def step(self, out_id: str, status: str, vendor_id: str = "") -> None:
        """A step of a reply."""
        turn = next(row for row in self.rows["turns"] if row["out_id"] == out_id)
        fields = {"out_id": out_id, "status": status, "vendor_id": vendor_id}
        self._row("deliveries", conversation=turn["conversation"], **fields)

    def arrives(self, chat: int, text: str, method: str = "sendMessage") -> str:
        """A customer receives a message; the vendor's id of it."""
        self.last_message += 1
        self._line(method, chat, text, {}, message_id=self.last_message, delivered=True)
        return str(self.last_message)

    def sent(self, chat: int, out_id: str, text: str) -> None:
        """A reply goes all the way."""
        self.step(out_id, "sending")
        self.step(out_id, "sent", self.arrives(chat, text))

    def tick(self) -> int:
        """Ten milliseconds pass; the number of the next event."""
        self.now += 10
        return self.now * 1_000_000

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write the log and the archive as files."""
        log, database = folder / "calls.jsonl", folder / "duet.db"
        log.write_text("".join(json.dumps(line) + "\n" for line in self.log), "utf-8")
        with closing(sqlite3.connect(database)) as connection, connection:
            for table, columns in COLUMNS.items():
                connection.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
                marks = ", ".join(f":{column}" for column in columns)
                # Names are our own constants.
                connection.executemany(f"INSERT INTO {table} VALUES ({marks})", self.rows[table])  # noqa: S608
        return log, database

    def _line(self, method: str, chat: int | None, text: str, params: Json, **fields: Any) -> None:
        self.now += 10
        line = {"at": self.now / 1000, "method": method, "chat_id": chat, "text": text, "params": params}
        self.log.append({"outcome": "ok", "delivered": False, "message_id": None, **line, **fields})

    def _turn(self, conversation: str, author: str, text: str, **fields: str) -> None:
        blank = dict.fromkeys(("external_id", "out_id", "outcome"))
        ref = _ref(conversation)
        self._row(
            "turns",
            conversation=conversation,
            ref=ref,
            author=author,
            text=text,
            **{**blank, "kind": "text", **fields},
        )

    def _row(self, table: str, **fields: Any) -> None:
        self.rows[table].append({"event_id": self.tick(), "at_ms": self.now, **fields})


def _ref(conversation: str) -> str:
    return f"{ACCOUNT}:{conversation[1:].partition('-')[0]}"


def good_history() -> History:
    """Two chats in which everything that may rightly happen happens."""
    story = History()
    _with_a_person(story)
    _with_the_bot(story)
    return story


def _with_a_person(story: History) -> None:
    """Answered, handed over, taken, relayed, replied, returned, answered again, joined, closed."""
    first, second = story.customer(7, "where is my order"), story.customer(7, "a person please")
    talk = story.conversation(7)
    one = story.handled(talk, first, "where is my order", "answered")
    story.reply(talk, "bot", f"b{one}", "It is **on its way**, see [the map](https://lavka.example/m)")
    story.sent(7, f"b{one}", "It is on its way, see the map")
    two = story.handled(talk, second, "a person please", "handed_off")
    story.ticket(talk)
    story.reply(talk, "system", f"s{two}", "a person will answer")
    story.sent(7, f"s{two}", "a person will answer")
    story.owner(talk, "operator:olga")
    third = story.customer(7, "hello?")
    story.handled(talk, third, "hello?", "relayed")
    story.reply(talk, "operator", "o1", "hello, Olga here")
    story.sent(7, "o1", "hello, Olga here")
    story.owner(talk, "bot")
    fourth = story.customer(7, "helped:yes", pressed=True)
    four = story.handled(talk, fourth, "Yes, it did", "smalltalk", kind="button")
    story.reply(talk, "bot", f"b{four}", "thank you")
    story.step(f"b{four}", "sending")
    story.arrives(7, "thank you")
    story.step(f"b{four}", "unknown")
    fifth = story.customer(7, "one more thing")
    five = story.handled(talk, fifth, "one more thing", "clarified")
    story.reply(talk, "bot", f"b{five}", "which one do you mean")
    story.step(f"b{five}", "cancelled")
    story.owner(talk, "operator:olga")
    story.owner(talk, "closed")


def _with_the_bot(story: History) -> None:
    """A reply of several messages, and one that was on its way when a person stepped in."""
    first, second = story.customer(8, "stores near me"), story.customer(8, "my balance")
    talk = story.conversation(8)
    one = story.handled(talk, first, "stores near me", "skill")
    story.reply(talk, "bot", f"b{one}", "three stores")
    story.step(f"b{one}", "sending")
    vendor_id = story.arrives(8, "three stores")
    story.arrives(8, "Lavka on the corner", "sendVenue")
    story.step(f"b{one}", "sent", vendor_id)
    two = story.handled(talk, second, "my balance", "skill")
    story.reply(talk, "bot", f"b{two}", "1,250 points")
    story.step(f"b{two}", "sending")
    story.owner(talk, "operator:olga")
    story.step(f"b{two}", "sent", story.arrives(8, "1,250 points"))
