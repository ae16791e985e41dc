"""What a run left behind: the stub's log (JSON lines) and the archive (SQLite), read without our own code.

The log says what customers wrote, what the bot confirmed and what customers received. The archive says what
the desk believes. `tests/acceptance/checker.py` compares the two.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """One act of a customer; `place` is its line in the log, `confirmed` whether the vendor was told."""

    place: int
    chat: str
    external_id: str
    text: str
    kind: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Arrived:
    """One message a customer received; `at_ms` is when the vendor got it."""

    place: int
    at_ms: int
    chat: str
    message_id: str
    method: str
    text: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One line of the history; `event` orders all events of the archive."""

    event: int
    at_ms: int
    conversation: str
    chat: str
    author: str
    kind: str
    text: str
    external_id: str
    out_id: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a reply on its way to the customer."""

    event: int
    at_ms: int
    out_id: str
    status: str
    vendor_id: str


@dataclass(frozen=True, slots=True)
class Owner:
    """From this event on `owner` has the conversation."""

    event: int
    at_ms: int
    conversation: str
    owner: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """A piece of work for a person."""

    id: str
    conversation: str
    created_ms: int


@dataclass(frozen=True, slots=True)
class Log:
    """The stub's side."""

    written: tuple[Written, ...]
    arrived: tuple[Arrived, ...]


@dataclass(frozen=True, slots=True)
class Archive:
    """The desk's side, each list in the order of events."""

    turns: tuple[Turn, ...]
    steps: tuple[Step, ...]
    owners: tuple[Owner, ...]
    tickets: tuple[Ticket, ...]


def read_log(path: Path) -> Log:
    """Read the stub's log."""
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    confirmed = {number for line in lines if line["method"] == "confirmed" for number in _ids(line)}
    written, arrived = [], []
    for place, line in enumerate(lines):
        if line["method"] == "customer":
            written.append(_written(place, line, confirmed))
        elif line["delivered"]:
            arrived.append(
                Arrived(
                    place=place,
                    at_ms=int(line["at"] * 1000),
                    chat=str(line["chat_id"]),
                    message_id=str(line["message_id"]),
                    method=line["method"],
                    text=line["text"],
                )
            )
    return Log(tuple(written), tuple(arrived))


def _ids(line: Json) -> list[int]:
    return list(line["params"]["update_ids"])


def _written(place: int, line: Json, confirmed: set[int]) -> Written:
    params, chat = line["params"], str(line["chat_id"])
    pressed = params["kind"] == "callback_query"
    return Written(
        place=place,
        chat=chat,
        external_id=f"cb:{params['query_id']}" if pressed else f"{chat}:{line['message_id']}",
        text=line["text"],
        kind=params["kind"],
        confirmed=params["update_id"] in confirmed,
    )


def read_archive(path: Path, *, account: str) -> Archive:
    """Read the archive of one channel account."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        turns = tuple(_turns(database, account))
        mine = {turn.conversation for turn in turns}
        steps = tuple(_steps(database, mine))
        owners = tuple(_owners(database, account))
        tickets = tuple(_tickets(database, account))
    return Archive(turns, steps, owners, tickets)


def _turns(database: sqlite3.Connection, account: str) -> Iterator[Turn]:
    for row in database.execute("SELECT * FROM turns WHERE ref LIKE ? ORDER BY event_id", (f"{account}:%",)):
        yield Turn(
            event=row["event_id"],
            at_ms=row["at_ms"],
            conversation=row["conversation"],
            chat=row["ref"].partition(":")[2],
            author=row["author"],
            kind=row["kind"],
            text=row["text"],
            external_id=row["external_id"] or "",
            out_id=row["out_id"] or "",
            outcome=row["outcome"] or "",
        )


def _steps(database: sqlite3.Connection, conversations: set[str]) -> Iterator[Step]:
    for row in database.execute("SELECT * FROM deliveries ORDER BY event_id"):
        if row["conversation"] in conversations:
            yield Step(row["event_id"], row["at_ms"], row["out_id"], row["status"], row["vendor_id"] or "")


def _owners(database: sqlite3.Connection, account: str) -> Iterator[Owner]:
    query = (
        "SELECT owners.* FROM owners JOIN conversations ON conversations.id = owners.conversation "
        "WHERE conversations.ref LIKE ? ORDER BY event_id"
    )
    for row in database.execute(query, (f"{account}:%",)):
        yield Owner(row["event_id"], row["at_ms"], row["conversation"], row["owner"])


def _tickets(database: sqlite3.Connection, account: str) -> Iterator[Ticket]:
    query = "SELECT * FROM tickets WHERE ref LIKE ? ORDER BY created_ms"
    for row in database.execute(query, (f"{account}:%",)):
        yield Ticket(row["id"], row["conversation"], row["created_ms"])
