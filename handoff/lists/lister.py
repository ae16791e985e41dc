"""Pages of the list: every view over all channels, filtered, a page at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal

from core.keys import Keys
from core.logging import get_logger
from core.redis import Scripts
from handoff.errors import BadRecord
from handoff.lists.filters import Filter, View
from handoff.lists.ports import Mentions
from handoff.lists.snapshot import Snapshot
from handoff.records import FIELDS, live_ticket
from handoff.shared import Shared
from handoff.store import reading, strings
from handoff.types import Ticket

PAGE = 100
"""Lines a page of the list holds: five screens, read in a few milliseconds."""
MOST = 1000
"""Lines shown at most; whoever needs more wants a filter."""
_CHUNK = 200
_LINES = "handoff/lua/lines.lua"
_NAMES = json.dumps(FIELDS)

_log = get_logger("lists")


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a view; `total` counts what the whole view holds."""

    tickets: tuple[Ticket, ...]
    total: int

    @property
    def more(self) -> bool:
        """Whether there are further lines."""
        return len(self.tickets) < self.total


class Lister:
    """Reads the live record; what has ended is in `handoff.lists.ended`."""

    def __init__(self, *, scripts: Scripts, keys: Keys, mentions: Mentions) -> None:
        """`mentions` tells in which conversations somebody was named."""
        self._scripts = scripts
        self._redis = scripts.redis
        self._keys = keys
        self._mentions = mentions
        # Every change makes every page ask for the first lines, which are the same for all.
        self._first = {
            view: Shared(partial(self._plain, keys(name), PAGE))
            for view, name in (("waiting", "queue"), ("all", "tickets"))
        }
        self._open = Snapshot(lambda: self._range(keys("tickets")))

    async def page(
        self,
        view: View,
        operator: str,
        *,
        wanted: Filter,
        now: datetime,
        most: int = PAGE,
        everyone: bool = False,
    ) -> Page:
        """The first lines of a view.

        Args:
            view: Any but `closed`.
            operator: Whose list it is.
            wanted: Leaves others out.
            now: By the store's clock.
            most: Lines at most.
            everyone: Show what others put aside, too.

        Raises:
            core.errors.Unavailable: the live record does not answer.
        """
        most = min(most, MOST)
        if view in ("waiting", "all") and wanted.takes_all:
            if most == PAGE:
                return await self._first[view].get()
            return await self._plain(self._keys("queue" if view == "waiting" else "tickets"), most)
        found = [each for each in await self._view(view, operator, now, everyone) if wanted.takes(each)]
        return Page(tuple(found[:most]), len(found))

    async def counts(self, operator: str, *, now: datetime, everyone: bool = False) -> dict[str, int]:
        """How many tickets each view holds.

        Raises:
            core.errors.Unavailable: the live record does not answer.
        """
        with reading():
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.zcard(self._keys("queue"))
                pipe.zcard(self._keys("mine", operator=operator))
                pipe.zcard(self._keys("tickets"))
                waiting, mine, everything = await pipe.execute()
        found = await self._open.get()
        overdue = sum(1 for _ in _overdue(found, now))
        snoozed = sum(1 for each in found if each.snoozed_until and (everyone or each.operator == operator))
        mentions = len(await self._view("mentions", operator, now, everyone))
        return {
            "waiting": waiting, "mine": mine, "all": everything, "overdue": overdue, "snoozed": snoozed,
            "mentions": mentions,
        }  # fmt: skip

    async def open_tickets(self) -> Sequence[Ticket]:
        """All open ones, seconds old at most.

        Raises:
            core.errors.Unavailable: the live record does not answer.
        """
        return await self._open.get()

    async def _view(self, view: View, operator: str, now: datetime, everyone: bool) -> Sequence[Ticket]:
        match view:
            case "mine":
                return await self._range(self._keys("mine", operator=operator))
            case "snoozed":
                found = await self._range(self._keys("snoozed"))
                return found if everyone else [each for each in found if each.operator == operator]
            case "mentions":
                found = await self._tickets(sorted(await self._mentions.tickets_of(operator)))
                return sorted(found, key=lambda each: each.created_at, reverse=True)
            case "overdue":
                return sorted(_overdue(await self._open.get(), now), key=lambda each: each.due_at)
            case "waiting":
                known = {each.id: each for each in await self._open.get()}
                return [known[each] for each in await self._ids(self._keys("queue")) if each in known]
            case _:
                return await self._open.get()

    async def _plain(self, key: str, most: int) -> Page:
        """A sorted set as it stands, of which only the page is read."""
        with reading():
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.zcard(key)
                pipe.zrange(key, 0, most - 1)
                total, ids = await pipe.execute()
        tickets = await self._tickets(strings(ids))
        return Page(tuple(tickets), max(int(total) - (len(ids) - len(tickets)), len(tickets)))

    async def _range(self, key: str) -> list[Ticket]:
        return await self._tickets(await self._ids(key))

    async def _ids(self, key: str) -> list[str]:
        with reading():
            return strings(await self._redis.zrange(key, 0, -1))

    async def _tickets(self, ids: Sequence[str]) -> list[Ticket]:
        """The tickets of these ids in their order, without those that are gone."""
        found: list[Ticket] = []
        for start in range(0, len(ids), _CHUNK):  # in parts, so that others have their turn between them
            rows = await self._scripts.run(_LINES, _NAMES, *ids[start : start + _CHUNK])
            found += [ticket for row in json.loads(rows[0]) if (ticket := _readable(row)) is not None]
        return found


def _overdue(tickets: Iterable[Ticket], now: datetime) -> Iterable[Ticket]:
    """Open ones of which a deadline was missed."""
    return (each for each in tickets if each.due_clock and each.due_at < now)


def _readable(row: Sequence[str | Literal[False]]) -> Ticket | None:
    """A ticket, or None: it ended since its list was read, or its record is bad, which must hide no other."""
    if row[0] is False:
        return None
    try:
        return live_ticket(
            {name: None if value is False else value for name, value in zip(FIELDS, row, strict=True)}
        )
    except BadRecord as error:
        _log.error("ticket.unreadable", ticket=row[0], error=str(error))
        return None
