"""Open tickets as the work behind the desk sees them, and the changes it makes; each is one Lua script."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from core.keys import Keys
from core.logging import get_logger
from core.records import dump
from core.redis import Scripts
from handoff.records import moment
from handoff.routing.hours import Span
from handoff.routing.sla import CLOCKS, Clock, Course
from handoff.store import reading, strings

_LUA = "handoff/lua"
_FIELDS = (
    "id", "status", "channel", "group", "priority", "operator", "created_at", "taken_at", "replied_at",
    "asked_at", "held", "targets", "due_clock", "due_at", "window_ends_at", "raised_ms", "manager",
    "previous", "passed", "offered_to", "offer_ends_at", *(f"due_{clock}" for clock in CLOCKS),
)  # fmt: skip

_log = get_logger("routing")


@dataclass(frozen=True, slots=True)
class Open:
    """An open ticket. `raw` holds what it was read from, by which a change notices that things moved on."""

    id: str
    status: str
    channel: str
    group: str
    operator: str
    course: Course
    targets: Mapping[Clock, int]
    dues: Mapping[Clock, int]
    window_ends: datetime | None
    raised_ms: int
    raw: Mapping[str, str]


class Floor:
    """Reads and moves open tickets."""

    def __init__(self, *, scripts: Scripts, keys: Keys) -> None:
        """`scripts` carries the connection."""
        self._scripts = scripts
        self._redis = scripts.redis
        self._keys = keys

    async def now(self) -> datetime:
        """The store's own clock, by which tickets are written."""
        with reading():
            seconds, microseconds = await self._redis.time()
        return moment(seconds * 1000 + microseconds // 1000)

    async def tickets(self) -> list[Open]:
        """All open tickets: those that wait in the queue's order, then the others."""
        with reading():
            waiting = strings(await self._redis.zrange(self._keys("queue"), 0, -1))
            others = strings(await self._redis.zrange(self._keys("tickets"), 0, -1))
            ids = list(dict.fromkeys([*waiting, *others]))
            async with self._redis.pipeline(transaction=False) as pipe:
                for each in ids:
                    pipe.hmget(self._keys("ticket", id=each), _FIELDS)
                rows = await pipe.execute()
        return [found for row in rows if (found := _readable(row)) is not None]

    async def note_due(
        self, ticket: Open, dues: Mapping[Clock, int], *, clock: str, due_ms: int | None, place: float
    ) -> bool:
        """What is due when; False if the ticket moved on meanwhile."""
        raw = ticket.raw
        shown = "" if due_ms is None else str(due_ms)
        answer = await self._scripts.run(
            f"{_LUA}/due.lua", ticket.id, raw["status"], raw["asked_at"], raw["held"], dump(dict(dues)),
            clock, shown, f"{place:.0f}",
        )  # fmt: skip
        return answer[0] == "noted"

    async def late(
        self,
        ticket: Open,
        clock: Clock,
        what: Literal["warned", "breached"],
        *,
        since_ms: int,
        due_ms: int,
        target_s: int,
    ) -> bool:
        """Say once that a deadline is near or was missed; True if this call was the one."""
        answer = await self._scripts.run(
            f"{_LUA}/late.lua", ticket.id, ticket.raw["asked_at"], clock, what, since_ms, due_ms, target_s, ""
        )
        return answer[0] == "said"

    async def offer(
        self,
        ticket: str,
        operator: str,
        *,
        hold_s: float,
        capacity: int,
        on_channel: int | None,
        gone_s: float,
    ) -> str:
        """Offer it: `offered`, or why not (`held`, `away`, `full`, `over`, `unknown`)."""
        limit = "" if on_channel is None else on_channel
        answer = await self._scripts.run(
            f"{_LUA}/offer.lua", ticket, operator, int(hold_s * 1000), capacity, limit, int(gone_s * 1000), ""
        )
        return answer[0]

    async def pass_on(self, ticket: str, operator: str, why: Literal["expired", "declined", "gone"]) -> bool:
        """Let an offer go to the next; False if it was not theirs, or still runs."""
        return (await self._scripts.run(f"{_LUA}/pass.lua", ticket, operator, why, ""))[0] == "passed"

    async def give_back(self, ticket: Open, why: Literal["offline", "silent"], *, absent_s: float) -> bool:
        """Put it back into the queue; False if its operator is there again or it moved on."""
        answer = await self._scripts.run(
            f"{_LUA}/give_back.lua", ticket.id, ticket.operator, why, ticket.raw["asked_at"],
            int(absent_s * 1000), "",
        )  # fmt: skip
        return answer[0] == "back"

    async def offers_to(self, operator: str) -> list[tuple[str, datetime]]:
        """What is offered to somebody: tickets, and until when."""
        with reading():
            key = self._keys("offered", operator=operator)
            found: Any = await self._redis.zrange(key, 0, -1, withscores=True)
        return [(str(ticket), moment(int(ends))) for ticket, ends in found]


def _readable(row: list[str | None]) -> Open | None:
    """A ticket, or None where it ended meanwhile or cannot be read; one bad record must hold up no other."""
    raw = {name: value or "" for name, value in zip(_FIELDS, row, strict=True)}
    if raw["status"] not in ("waiting", "taken"):
        return None
    try:
        return _open(raw)
    except (ValueError, KeyError, TypeError) as error:
        _log.error("ticket.unreadable", ticket=raw["id"], error=type(error).__name__)
        return None


def _open(raw: Mapping[str, str]) -> Open:
    course = Course(
        created=moment(raw["created_at"]),
        taken=raw["status"] == "taken",
        replied=_at(raw["replied_at"]),
        asked=_at(raw["asked_at"]),
        held=tuple(_span(part) for part in raw["held"].split(",") if part),
    )
    wanted = json.loads(raw["targets"] or "{}")
    return Open(
        id=raw["id"],
        status=raw["status"],
        channel=raw["channel"],
        group=raw["group"],
        operator=raw["operator"],
        course=course,
        targets={clock: int(wanted[clock]) for clock in CLOCKS if clock in wanted},
        dues={clock: int(raw[f"due_{clock}"]) for clock in CLOCKS if raw[f"due_{clock}"]},
        window_ends=_at(raw["window_ends_at"]),
        raised_ms=int(raw["raised_ms"] or 0),
        raw=raw,
    )


def _at(ms: str) -> datetime | None:
    return moment(ms) if ms else None


def _span(part: str) -> Span:
    begin, _, end = part.partition("-")
    return moment(begin), moment(end)
