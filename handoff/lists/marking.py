"""Putting a ticket aside for a while, and labelling it. Each change is one Lua script."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import datetime

from core.errors import CoreError
from core.leader import Leader
from core.logging import get_logger
from core.redis import Scripts
from handoff.lists.labels import MOST_TAGS
from handoff.outcomes import Busy, Over, Refused, Unknown
from handoff.ports import Clock
from handoff.records import milliseconds

LONGEST_DAYS = 90
"""A conversation put aside for longer is forgotten by everybody."""
_AT_ONCE = 100
_POLL_S = 1.0

_log = get_logger("snooze")


@dataclass(frozen=True, slots=True)
class Snoozed:
    """The ticket is out of its operator's list until then."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Woken:
    """The ticket is in its operator's list."""


@dataclass(frozen=True, slots=True)
class Past:
    """The time asked for is not in the future."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """What the ticket's labels are now."""

    tags: tuple[str, ...]
    topic: str


@dataclass(frozen=True, slots=True)
class Full:
    """It has as many tags as it can."""

    most: int = MOST_TAGS


class Marking:
    """Changes of the live record that concern the list alone."""

    def __init__(self, scripts: Scripts, *, clock: Clock | None = None) -> None:
        """`clock`: the present; without one the store's own counts."""
        self._scripts = scripts
        self._clock = clock

    async def snooze(self, ticket: str, *, operator: str, until: datetime) -> Snoozed | Past | Refused:
        """Put one's own ticket aside; it comes back at `until` or when the customer writes."""
        answer = await self._run("snooze", ticket, operator, str(milliseconds(until)))
        match answer[0]:
            case "snoozed":
                return Snoozed(until)
            case "past":
                return Past()
        return _refused(answer)

    async def wake(self, ticket: str, *, operator: str) -> Woken | Refused:
        """Take one's own ticket back into the list."""
        answer = await self._run("wake", ticket, operator)
        return Woken() if answer[0] == "woken" else _refused(answer)

    async def wake_due(self) -> list[str]:
        """Bring back what is due; the ids."""
        return await self._run("wake_due", str(_AT_ONCE))

    async def label(
        self,
        ticket: str,
        *,
        operator: str,
        add: tuple[str, ...] = (),
        remove: tuple[str, ...] = (),
        topic: str | None = None,
    ) -> Labelled | Full | Unknown:
        """Add and take off tags and set the topic (None keeps it, empty takes it off); anybody may."""
        answer = await self._run(
            "label", ticket, operator, "\n".join(add), "\n".join(remove), "-" if topic is None else topic,
            str(MOST_TAGS),
        )  # fmt: skip
        if answer[0] == "full":
            return Full()
        if answer[0] != "labelled":
            return Unknown()
        return Labelled(tuple(tag for tag in answer[1].split("\n") if tag), answer[2])

    async def run(self, stop: asyncio.Event, *, leader: Leader) -> None:
        """Bring back what is due, second by second, in one process at a time, until `stop`."""
        while not stop.is_set():
            try:
                woken = await self.wake_due() if await leader.acquire() else []
                if woken:
                    _log.info("tickets.woken", count=len(woken))
            except CoreError as error:
                _log.warning("snooze.interrupted", error=type(error).__name__)
                woken = []
            if len(woken) < _AT_ONCE:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_POLL_S):
                        await stop.wait()

    async def _run(self, script: str, *arguments: str) -> list[str]:
        now = "" if self._clock is None else str(milliseconds(self._clock()))
        return await self._scripts.run(f"handoff/lua/{script}.lua", *arguments, now)


def _refused(answer: list[str]) -> Refused:
    match answer:
        case ["busy", owner]:
            return Busy(owner)
        case ["over", status]:
            return Over(status)
        case _:
            return Unknown()
