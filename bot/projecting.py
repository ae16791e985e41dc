"""What every step from an event to SQL stands on: the event itself, and rows that fit their table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, Table
from sqlalchemy.ext.asyncio import AsyncConnection

from core import sql


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `number` orders events and is the key of the rows made from it."""

    number: int
    kind: str
    conversation: str
    ref: str
    at_ms: int
    payload: Mapping[str, Any]

    @staticmethod
    def read(event_id: str, fields: Mapping[str, str]) -> Event:
        """From a stream entry.

        Raises:
            KeyError, ValueError: it is not of the form the scripts write.
        """
        return Event(
            number=event_number(event_id),
            kind=fields["kind"],
            conversation=fields["conversation"],
            ref=fields["ref"],
            at_ms=int(fields["at"]),
            payload=json.loads(fields["payload"]),
        )


def event_number(event_id: str) -> int:
    """A stream id `ms-seq` as one number that orders events: ms × 1,000,000 + seq."""
    milliseconds, _, sequence = event_id.partition("-")
    return int(milliseconds) * 1_000_000 + int(sequence)


def fitting(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """Texts as every database takes them: PostgreSQL refuses a NUL and what is longer than its column, and
    one refused event would hold up all that come after it.
    """
    return {name: _fit(table.c[name].type, value) for name, value in values.items()}


def _fit(kind: object, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    room = kind.length if isinstance(kind, String) else None
    return value.replace("\x00", "")[:room]


async def insert(connection: AsyncConnection, table: Table, values: Mapping[str, Any], *, key: str) -> None:
    await sql.insert_once(connection, table, fitting(table, values), key=key)
