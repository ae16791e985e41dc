"""What is handed over gets its group, its deadlines and its place in the queue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel

from core.errors import Unavailable
from core.logging import get_logger
from core.settings import Section, Settings
from handoff.packets import PRIORITY_URGENT
from handoff.routing.distribution import DISTRIBUTION, Distribution
from handoff.routing.groups import GROUPS, RULES, Facts, route
from handoff.routing.hours import Calendar, contact_due, is_open, next_opening
from handoff.routing.schedule import HOLIDAYS, HOURS, calendar
from handoff.routing.sla import SLA, Clock, Course, dues, targets

ModelT = TypeVar("ModelT", bound=BaseModel)
VIP = "vip"
"""Tag, and group, of customers who move ahead."""

_log = get_logger("routing")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ticket goes. `targets` are in working seconds; `due_ms` is the time from now until the first of
    its deadlines, None if it has none.
    """

    group: str
    priority: int
    why: str
    due_ms: int | None
    targets: Mapping[str, int]
    raised_ms: int


@dataclass(frozen=True, slots=True)
class Absence:
    """People are away: when they are back (company's time), and by when they promise to be in contact."""

    back: datetime
    contact: datetime


class Reception:
    """Applies the settings that hold now; without the database the defaults do, so nobody is turned away."""

    def __init__(self, settings: Settings, *, company_zone: str) -> None:
        """`company_zone` is used where the hours name no zone."""
        self._settings = settings
        self._company_zone = company_zone

    async def place(self, facts: Facts, now: datetime) -> Place:
        """Where a conversation with these facts goes."""
        routed = route(facts, (await self.read(RULES)).rules, (await self.read(GROUPS)).groups)
        wanted = await self.targets(channel=facts.channel, group=routed.group, priority=routed.priority)
        running = dues(Course(created=now, asked=now), wanted, await self.calendar())
        due = min((at for clock, at in running.items() if clock != "take"), default=None)
        return Place(
            group=routed.group,
            priority=routed.priority,
            why=routed.why,
            due_ms=None if due is None else round((due - now).total_seconds() * 1000),
            targets=dict(wanted.items()),
            raised_ms=raised_ms(await self.read(DISTRIBUTION), facts.tags, routed.group, routed.priority),
        )

    async def targets(self, *, channel: str, group: str, priority: int) -> dict[Clock, int]:
        """Deadlines in working seconds, as for a new ticket; for whoever moves one to another group."""
        rules = (await self.read(SLA)).rules
        return targets(rules, channel=channel, group=group, priority=priority)

    async def absence(self, now: datetime) -> Absence | None:
        """When people are back, or None while they work."""
        times = await self.calendar()
        back = next_opening(times, now)
        if back is None or is_open(times, now):
            return None
        return Absence(back.astimezone(times.zone), contact_due(times, now).astimezone(times.zone))

    async def calendar(self) -> Calendar:
        """When people work."""
        return calendar(await self.read(HOURS), await self.read(HOLIDAYS), company_zone=self._company_zone)

    async def hours_key(self) -> object:
        """Changes whenever the calendar does."""
        return (await self.read(HOURS)).model_dump_json() + (await self.read(HOLIDAYS)).model_dump_json()

    async def read(self, section: Section[ModelT]) -> ModelT:
        """A section as it holds now."""
        try:
            return await self._settings.get(section)
        except Unavailable as error:
            _log.warning("settings.default_used", section=section.name, error=str(error))
            return section.default


def raised_ms(settings: Distribution, tags: tuple[str, ...], group: str, priority: int) -> int:
    """How far a conversation moves ahead in the queue."""
    vip = group == VIP or VIP in (tag.casefold() for tag in tags)
    seconds = (settings.raise_urgent_s if priority == PRIORITY_URGENT else 0) + (
        settings.raise_vip_s if vip else 0
    )
    return seconds * 1000
