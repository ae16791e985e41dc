"""Offers waiting conversations to operators, one after another, and takes back what is left lying."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from core.auth import Operator
from core.auth_operators import Operators
from core.logging import get_logger
from core.web.guard import DESK_ROLES
from handoff.records import milliseconds
from handoff.routing.choose import Candidate, Wanted, choose, lately
from handoff.routing.distribution import DISTRIBUTION, TEAM, Distribution, Member, Team
from handoff.routing.floor import Floor, Open
from handoff.routing.groups import GROUPS
from handoff.routing.presence import Presence, Seen, as_ms
from handoff.routing.reception import Reception

_log = get_logger("distribution")
_NOBODY = Member()

WhyBack = Literal["offline", "silent", ""]


class Distributor:
    """One process distributes at a time; offers and returns are compare-and-set in the store."""

    def __init__(
        self, *, floor: Floor, presence: Presence, operators: Operators, reception: Reception
    ) -> None:
        """`operators` are accounts, `reception` knows the settings that hold."""
        self._floor = floor
        self._presence = presence
        self._operators = operators
        self._reception = reception

    async def step(self) -> None:
        """Take back what ran out or was left lying, then offer what waits."""
        tickets = await self._floor.tickets()
        if not tickets:
            return
        now = await self._floor.now()
        settings = await self._reception.read(DISTRIBUTION)
        seen = await self._presence.all()
        moved = [await self._take_back(ticket, seen, settings, now) for ticket in tickets]
        if settings.mode == "push":
            await self._offer_all(await self._floor.tickets() if any(moved) else tickets, seen, settings, now)

    async def _take_back(
        self, ticket: Open, seen: Mapping[str, Seen], settings: Distribution, now: datetime
    ) -> bool:
        """Whether an offer or a conversation was taken from somebody."""
        offered = ticket.raw["offered_to"]
        if offered and not _takes(seen.get(offered), settings, now):
            return await self._floor.pass_on(ticket.id, offered, "gone")
        if offered and int(ticket.raw["offer_ends_at"]) <= milliseconds(now):
            return await self._floor.pass_on(ticket.id, offered, "expired")
        if ticket.status != "taken":
            return False
        why, after_s = _left_lying(ticket, seen.get(ticket.operator), settings, now)
        if not why:
            return False
        back = await self._floor.give_back(ticket, why, absent_s=after_s)
        if back:
            _log.info("ticket.given_back", ticket=ticket.id, operator=ticket.operator, why=why)
        return back

    async def _offer_all(
        self, tickets: Sequence[Open], seen: Mapping[str, Seen], settings: Distribution, now: datetime
    ) -> None:
        """Each waiting conversation to one operator, in the queue's order."""
        people = await self._people(tickets, seen, settings, now)
        members = {group.id: group.members for group in (await self._reception.read(GROUPS)).groups}
        team = {each.id: each for each in people}
        for ticket in tickets:
            if ticket.status != "waiting" or ticket.raw["offered_to"]:
                continue
            wanted = Wanted(
                channel=ticket.channel,
                members=members.get(ticket.group, ()),
                passed=lately(ticket.raw["passed"], milliseconds(now)),
                first=_first(ticket, settings),
            )
            chosen = choose(wanted, list(team.values()), settings.channel_capacity)
            if chosen is not None and await self._offer(ticket, team[chosen], settings):
                team[chosen] = _with_one_more(team[chosen], ticket.channel)

    async def _offer(self, ticket: Open, to: Candidate, settings: Distribution) -> bool:
        answer = await self._floor.offer(
            ticket.id,
            to.id,
            hold_s=settings.offer_s,
            capacity=to.capacity,
            on_channel=settings.channel_capacity.get(ticket.channel),
            gone_s=settings.offline_s,
        )
        return answer == "offered"

    async def _people(
        self, tickets: Sequence[Open], seen: Mapping[str, Seen], settings: Distribution, now: datetime
    ) -> list[Candidate]:
        """Who takes offers, with what they have."""
        team = await self._reception.read(TEAM)
        load: dict[str, Counter[str]] = defaultdict(Counter)
        for ticket in tickets:
            whose = ticket.operator if ticket.status == "taken" else ticket.raw["offered_to"]
            load[whose][ticket.channel] += 1
        return [
            _candidate(each, seen[each.id], load[each.id], settings, team)
            for each in await self._operators.all()
            if each.active and each.role in DESK_ROLES and _takes(seen.get(each.id), settings, now)
        ]


def _takes(seen: Seen | None, settings: Distribution, now: datetime) -> bool:
    """Whether somebody is at a desk and takes offers."""
    return seen is not None and seen.status == "online" and seen.here(now, settings.offline_s)


def _candidate(
    operator: Operator, seen: Seen, load: Counter[str], settings: Distribution, team: Team
) -> Candidate:
    own = team.people.get(operator.id, _NOBODY)
    capacity = settings.capacity if own.capacity is None else own.capacity
    return Candidate(operator.id, capacity, tuple(own.channels), dict(load), as_ms(seen.idle_since))


def _with_one_more(person: Candidate, channel: str) -> Candidate:
    load = Counter(person.load or {})
    load[channel] += 1
    return Candidate(person.id, person.capacity, person.channels, dict(load), person.idle_ms)


def _first(ticket: Open, settings: Distribution) -> list[str]:
    """Whom a conversation should go to before all others."""
    manager = ticket.raw["manager"] if settings.personal_manager else ""
    previous = ticket.raw["previous"] if settings.same_person else ""
    return [each for each in (manager, previous) if each]


def _left_lying(
    ticket: Open, seen: Seen | None, settings: Distribution, now: datetime
) -> tuple[WhyBack, float]:
    """Why a taken conversation goes back, with the absence it takes in seconds; empty if it stays."""
    offline_s = settings.offline_return_min * 60
    if offline_s and seen is not None and not seen.here(now, offline_s):
        return "offline", offline_s
    asked = ticket.course.asked
    taken = ticket.raw["taken_at"]
    if settings.silent_return_min and asked is not None and taken:
        since_ms = max(milliseconds(asked), int(taken))
        if milliseconds(now) - since_ms > settings.silent_return_min * 60_000:
            return "silent", 0
    return "", 0
