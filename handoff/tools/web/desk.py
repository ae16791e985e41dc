"""What the routes of the tools share: finding a ticket, names, who leads."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from core.auth import Operator
from core.auth_operators import Operators
from core.web.area import LEADS
from core.web.guard import DESK_ROLES, Guard
from core.web.problems import Problem
from handoff.board import Board
from handoff.history import History
from handoff.outcomes import Busy, Over, Refused
from handoff.types import Ticket
from handoff.web.api import ticket_over, unknown_ticket
from handoff.web.shapes import colleague_data


class Desk:
    """Reading for the routes."""

    def __init__(self, *, guard: Guard, board: Board, history: History, operators: Operators) -> None:
        """All of them only read."""
        self.guard = guard
        self._board = board
        self._history = history
        self._operators = operators

    async def ticket(self, request: web.Request) -> Ticket:
        """The ticket of the address, live or archived.

        Raises:
            Problem: 404 if there is none.
        """
        number = request.match_info["id"]
        found = await self._board.ticket(number) or await self._history.ticket(number)
        if found is None:
            raise unknown_ticket()
        return found[0]

    async def people(self) -> Mapping[str, Operator]:
        """Everyone by id."""
        return {operator.id: operator for operator in await self._operators.all()}

    async def colleagues(self) -> list[Operator]:
        """Those who may have conversations now, by name."""
        found = [each for each in await self._operators.all() if each.active and each.role in DESK_ROLES]
        return sorted(found, key=lambda each: each.display_name.lower())

    async def refusal(self, outcome: Refused) -> Problem:
        """What a refused change is told as."""
        match outcome:
            case Busy(operator):
                who = colleague_data(operator, await self.people())
                name = who["display_name"] if who else "nobody"
                return Problem(
                    409, "held_by_other", f"{name} has this conversation now; look again.", operator=who
                )
            case Over(status):
                return ticket_over(status)
            case _:
                return unknown_ticket()


def must_lead(operator: Operator) -> None:
    """Only leads and administrators go on.

    Raises:
        Problem: 403 for others.
    """
    if operator.role not in LEADS:
        raise Problem(403, "leads_only", "This is for leads; ask one of them.")
