"""Who is here, what they have, who is expected, and which conversations are late: the lead's view."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from core.auth import Operator
from core.auth_operators import Operators
from core.errors import Unavailable
from core.settings import Settings
from core.sql import only_reading
from core.web.guard import DESK_ROLES
from handoff.board import Board
from handoff.records import milliseconds
from handoff.routing.distribution import DISTRIBUTION, TEAM, Distribution, Member
from handoff.routing.floor import Floor
from handoff.routing.groups import GROUPS
from handoff.routing.hours import Calendar, is_open
from handoff.routing.presence import Presence, Seen
from handoff.routing.schedule import HOURS, week_of
from handoff.routing.sla import SLA
from handoff.routing.tables import sla_outcomes
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
        engine: AsyncEngine,
        company_zone: str,
    ) -> None:
        """`engine` is the archive's, `company_zone` is that of shifts where the hours name none."""
        self._settings = settings
        self._operators = operators
        self._floor = floor
        self._presence = presence
        self._board = board
        self._engine = only_reading(engine)
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
            "service": await self._service(now.astimezone(zone).replace(hour=0, minute=0, second=0)),
            "waiting": sum(ticket.status == "waiting" for ticket in tickets),
            "people": [
                _person(each, seen.get(each.id), load[each.id], team.people.get(each.id, Member()), settings,
                        zone=zone, now=now)
                for each in accounts
                if each.active and each.role in DESK_ROLES
            ],
            "late": [ticket_data(ticket, people=people, now=now) for ticket in late],
        }  # fmt: skip

    async def _service(self, since: datetime) -> dict[str, Any]:
        """How many of today's conversations were taken in time, and the share that is aimed at."""
        taken = (sla_outcomes.c.clock == "take") & (sla_outcomes.c.since_ms >= milliseconds(since))
        kept = func.coalesce(func.sum(case((sla_outcomes.c.met, 1), else_=0)), 0)
        try:
            async with self._engine.connect() as connection:
                query = select(func.count(sla_outcomes.c.met), kept).where(taken)
                count, in_time = (await connection.execute(query)).one()
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error
        goal = (await self._settings.get(SLA)).take_goal
        return {"count": count, "kept": int(in_time), "goal": goal}


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
