"""What the demo service remembers across restarts: card states, codes on their way, answered requests."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS cards (phone TEXT PRIMARY KEY, status TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS codes (
    phone TEXT PRIMARY KEY, code TEXT NOT NULL, sent_at TEXT NOT NULL, attempts INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS sendings (phone TEXT NOT NULL, sent_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, request TEXT NOT NULL, body TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class SentCode:
    """A code on its way to a phone; `attempts` counts the wrong ones typed so far."""

    code: str
    sent_at: datetime
    attempts: int


class Storage:
    """One SQLite file; calls are short, so they run on the event loop."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def card_status(self, phone: str, initial: str) -> str:
        """The state of a card: as it was set last, else as the data file has it."""
        row = self._db.execute("SELECT status FROM cards WHERE phone = ?", (phone,)).fetchone()
        return str(row[0]) if row else initial

    def activate(self, phone: str, *, key: str, request: str, body: dict[str, object]) -> None:
        """Set the card active and remember the answer under the request's key, both or neither."""
        with self._transaction():
            self._db.execute("INSERT OR REPLACE INTO cards VALUES (?, 'active')", (phone,))
            self._remember(key, request, body)

    def use_code(self, phone: str, *, key: str, request: str, body: dict[str, object]) -> None:
        """A code works once; the answer is remembered under the request's key."""
        with self._transaction():
            self._db.execute("DELETE FROM codes WHERE phone = ?", (phone,))
            self._remember(key, request, body)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _remember(self, key: str, request: str, body: dict[str, object]) -> None:
        if key:
            self._db.execute("INSERT INTO answers VALUES (?, ?, ?)", (key, request, json.dumps(body)))

    def answered(self, key: str) -> tuple[str, dict[str, object]] | None:
        """The request and the answer remembered under a key."""
        row = self._db.execute("SELECT request, body FROM answers WHERE key = ?", (key,)).fetchone()
        return (str(row[0]), json.loads(row[1])) if row else None

    def save_code(self, phone: str, code: str, now: datetime) -> None:
        """Remember a fresh code; an older one of the phone stops working."""
        at = now.isoformat()
        self._db.execute("INSERT OR REPLACE INTO codes VALUES (?, ?, ?, 0)", (phone, code, at))
        self._db.execute("INSERT INTO sendings VALUES (?, ?)", (phone, at))

    def code(self, phone: str) -> SentCode | None:
        """The last code sent to a phone, if it was not used up."""
        query = "SELECT code, sent_at, attempts FROM codes WHERE phone = ?"
        row = self._db.execute(query, (phone,)).fetchone()
        return SentCode(row[0], datetime.fromisoformat(row[1]), row[2]) if row else None

    def count_wrong(self, phone: str) -> None:
        """One more wrong code typed."""
        self._db.execute("UPDATE codes SET attempts = attempts + 1 WHERE phone = ?", (phone,))

    def sent_since(self, phone: str, since: datetime) -> int:
        """How many codes went to a phone since a moment (all moments are in UTC)."""
        query = "SELECT COUNT(*) FROM sendings WHERE phone = ? AND sent_at >= ?"
        return int(self._db.execute(query, (phone, since.isoformat())).fetchone()[0])
