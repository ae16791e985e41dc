"""Watches deadlines: counts what is due when, warns before, escalates at the moment it is missed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from core.logging import get_logger
from handoff.records import milliseconds, moment
from handoff.routing.floor import Floor, Open
from handoff.routing.hours import Calendar, working_time_between
from handoff.routing.reception import Reception
from handoff.routing.sla import DUE_CLOCKS, SLA, Clock, dues, order

_log = get_logger("sla")


class Deadlines:
    """One process watches at a time; every change is compare-and-set, so two would be harmless."""

    def __init__(self, *, floor: Floor, reception: Reception) -> None:
        """`reception` knows the settings that hold."""
        self._floor = floor
        self._reception = reception
        self._counted: dict[str, tuple[object, dict[Clock, int]]] = {}

    async def step(self) -> None:
        """Look at every open ticket once."""
        tickets = await self._floor.tickets()
        if not tickets:
            self._counted.clear()
            return
        now = await self._floor.now()
        calendar = await self._reception.calendar()
        share = (await self._reception.read(SLA)).warn_share
        hours = await self._reception.hours_key()
        for ticket in tickets:
            running = self._running(ticket, calendar, hours)
            await self._note(ticket, running)
            await self._tell(ticket, running, calendar, share, now)
        alive = {ticket.id for ticket in tickets}
        self._counted = {name: value for name, value in self._counted.items() if name in alive}

    def _running(self, ticket: Open, calendar: Calendar, hours: object) -> dict[Clock, int]:
        """What is due when, in milliseconds; counted again only when something it depends on changed."""
        key = (ticket.course, tuple(ticket.targets.items()), hours)
        known = self._counted.get(ticket.id)
        if known is None or known[0] != key:
            found = dues(ticket.course, ticket.targets, calendar)
            known = (key, {clock: milliseconds(at) for clock, at in found.items()})
            self._counted[ticket.id] = known
        return known[1]

    async def _note(self, ticket: Open, running: Mapping[Clock, int]) -> None:
        """Store what is due, where that is not what is stored."""
        due_ms, shown = min(
            ((running[clock], clock) for clock in DUE_CLOCKS if clock in running), default=(None, "")
        )
        if dict(ticket.dues) == dict(running) and ticket.raw["due_clock"] == shown:
            return
        # A conversation without any deadline keeps the place it was given when it came.
        at = moment(ticket.raw["due_at"] if due_ms is None else due_ms)
        place = order(at, ticket.window_ends, raised_s=ticket.raised_ms / 1000)
        await self._floor.note_due(ticket, running, clock=shown, due_ms=due_ms, place=place)

    async def _tell(
        self, ticket: Open, running: Mapping[Clock, int], calendar: Calendar, share: float, now: datetime
    ) -> None:
        now_ms = milliseconds(now)
        for clock in DUE_CLOCKS:
            if clock not in running:
                continue
            due_ms, target = running[clock], ticket.targets[clock]
            since = _since(ticket, clock)
            late = now_ms >= due_ms
            left = working_time_between(calendar, now, moment(due_ms))
            if not late and left.total_seconds() > share * target:
                continue
            told = await self._floor.late(
                ticket, clock, "breached" if late else "warned",
                since_ms=milliseconds(since), due_ms=due_ms, target_s=target,
            )  # fmt: skip
            if told:
                _log.info("sla.late", ticket=ticket.id, clock=clock, breached=late, group=ticket.group)


def _since(ticket: Open, clock: Clock) -> datetime:
    if clock == "next" and ticket.course.asked is not None:
        return ticket.course.asked
    return ticket.course.created
