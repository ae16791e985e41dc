"""Who is here, what they have, who is expected, and which conversations are late: the lead's view."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from core.auth import Operator
from core.auth_operators import Operators
from core.settings import Settings
from core.web.guard import DESK_ROLES
from handoff.board import Board
from handoff.routing.distribution import DISTRIBUTION, TEAM, Distribution, Member
from handoff.routing.floor import Floor
from handoff.routing.groups import GROUPS
from handoff.routing.hours import Calendar, is_open
from handoff.routing.presence import Presence, Seen
from handoff.routing.schedule import HOURS, week_of
from handoff.types import Ticket
from handoff.web.shapes import ticket_data


class TeamView:
    """Reads the live record and the settings; changes nothing."""

    def __init__(
        self,
        *,
        settings: Settings,
        operators: Operators,
        floor: Floor,
        presence: Presence,
        board: Board,
        company_zone: str,
    ) -> None:
        """`company_zone` is that of shifts where the hours name none."""
        self._settings = settings
        self._operators = operators
        self._floor = floor
        self._presence = presence
        self._board = board
        self._company_zone = company_zone

    async def tickets(self) -> Sequence[Ticket]:
        """All open tickets."""
        return await self._board.tickets("all", "")

    async def data(self) -> dict[str, Any]:
        """The team and what is late, as JSON."""
        now = await self._floor.now()
        settings, team = await self._settings.get(DISTRIBUTION), await self._settings.get(TEAM)
        zone = ZoneInfo((await self._settings.get(HOURS)).zone or self._company_zone)
        seen, tickets = await self._presence.all(), await self.tickets()
        load = Counter(ticket.operator for ticket in tickets if ticket.status == "taken")
        accounts = await self._operators.all()
        people = {each.id: each for each in accounts}
        late = [ticket for ticket in tickets if ticket.late or ticket.escalated_at]
        late.sort(key=lambda ticket: (ticket.late != "breached", ticket.due_at))
        return {
            "now": now.isoformat(),
            "mode": settings.mode,
            "groups": {each.id: each.name.model_dump() for each in (await self._settings.get(GROUPS)).groups},
            "waiting": sum(ticket.status == "waiting" for ticket in tickets),
            "people": [
                _person(each, seen.get(each.id), load[each.id], team.people.get(each.id, Member()), settings,
                        zone=zone, now=now)
                for each in accounts
                if each.active and each.role in DESK_ROLES
            ],
            "late": [ticket_data(ticket, people=people, now=now) for ticket in late],
        }  # fmt: skip


def _person(
    operator: Operator,
    seen: Seen | None,
    load: int,
    own: Member,
    settings: Distribution,
    *,
    zone: ZoneInfo,
    now: datetime,
) -> dict[str, Any]:
    here = seen is not None and seen.here(now, settings.offline_s)
    expected = bool(own.shift) and is_open(Calendar(zone, week_of(own.shift)), now)
    return {
        "id": operator.id,
        "name": operator.display_name,
        "role": operator.role,
        "status": seen.status if seen is not None and here else "offline",
        "load": load,
        "capacity": settings.capacity if own.capacity is None else own.capacity,
        "expected": expected,
        "shift": bool(own.shift),
        "last_seen": seen.beat.isoformat() if seen is not None and seen.beat and not here else None,
    }
