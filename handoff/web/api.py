"""Tickets over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn, Protocol

from aiohttp import web

from core.auth import Operator
from core.auth_operators import Operators
from core.web.area import LEADS
from core.web.problems import Problem
from handoff.board import Board, View
from handoff.history import History
from handoff.outcomes import (
    Busy,
    Closed,
    Offered,
    Over,
    Queued,
    Refused,
    Returned,
    Seen,
    Settled,
    Taken,
    Unknown,
)
from handoff.packets import packet_data
from handoff.queue import Queue
from handoff.teaching import Told
from handoff.tools.closing import CloseRules, NoRules
from handoff.types import HandoffPacket, Ticket
from handoff.web.bodies import AnswersBody, CloseBody, ReplyBody, ResendBody, checked_text, read_body
from handoff.web.shapes import People, colleague_data, ticket_data, turn_data

_VIEWS: dict[str, View] = {"waiting": "waiting", "mine": "mine", "all": "all"}


class Allows(Protocol):
    """Says in whose name a request is made: a session's or a token's."""

    async def reader(self, request: web.Request) -> Operator:
        """Who reads; raises `Problem` if nobody may."""
        ...

    async def worker(self, request: web.Request) -> Operator:
        """Who changes something; raises `Problem` if nobody may."""
        ...


class Lessons(Protocol):
    """Knows what a reply teaches."""

    async def taught(
        self, answers: AnswersBody | None, ref: str, conversation: str, operator: Operator
    ) -> Sequence[Told]:
        """Events for the archive, to be told in the same step as the reply."""
        ...


class TicketApi:
    """`/desk/api/tickets…`, and `/api/v1/tickets…` for programs."""

    def __init__(
        self,
        *,
        guard: Allows,
        queue: Queue,
        board: Board,
        history: History,
        operators: Operators,
        lessons: Lessons | None = None,
        rules: CloseRules | None = None,
    ) -> None:
        """Reads through `board` and `history`, changes through `queue`; programs give no `lessons`.

        `rules` say what closing asks; programs and desks without any close for any reason.
        """
        self._lessons = lessons
        self._rules = rules or NoRules()
        self._guard = guard
        self._queue = queue
        self._board = board
        self._history = history
        self._operators = operators

    async def index(self, request: web.Request) -> web.Response:
        """Tickets of a view, and how many each view holds."""
        operator = await self._guard.reader(request)
        view = _VIEWS.get(request.query.get("view", "waiting"))
        if view is None:
            raise Problem(422, "unknown_view", "Use view=waiting, view=mine or view=all.")
        now, people = await self._board.now(), await self._people()
        tickets = await self._board.tickets(view, operator.id)
        lines = [ticket_data(ticket, people=people, now=now) for ticket in tickets]
        counts = await self._board.counts(operator.id)
        return web.json_response({"tickets": lines, "counts": counts, "now": now.isoformat()})

    async def pulse(self, request: web.Request) -> web.Response:
        """What an operator who looks elsewhere wants to hear of: who waits, what is unread of their own."""
        operator = await self._guard.reader(request)
        waiting = await self._board.tickets("waiting", operator.id)
        mine = await self._board.tickets("mine", operator.id)
        return web.json_response(
            {
                "waiting": [ticket.id for ticket in waiting],
                "unread": [[ticket.id, ticket.unread] for ticket in mine],
            }
        )

    async def show(self, request: web.Request) -> web.Response:
        """A ticket with its packet and the history of its chat."""
        await self._guard.reader(request)
        ticket, packet = await self._ticket(request)
        past = await self._history.of_chat(f"{ticket.account}:{ticket.chat_id}", ticket.conversation)
        people = await self._people()
        body: dict[str, Any] = {
            "ticket": ticket_data(ticket, people=people, now=await self._board.now()),
            "packet": packet_data(packet),
            "turns": [turn_data(turn, people) for turn in past.turns],
            "truncated": past.truncated,
        }
        return web.json_response(body)

    async def take(self, request: web.Request) -> web.Response:
        """Take a ticket."""
        operator = await self._guard.worker(request)
        ticket = request.match_info["id"]
        take = self._queue.take_over if operator.role in LEADS else self._queue.take
        outcome = await take(ticket, operator=operator.id, name=operator.display_name)
        if isinstance(outcome, Offered):
            who = colleague_data(outcome.operator, await self._people())
            text = "This ticket is offered to a colleague for a few seconds; choose another."
            raise Problem(409, "ticket_offered", text, operator=who)
        if isinstance(outcome, Busy):
            raise taken_by(outcome.operator, await self._people())
        if not isinstance(outcome, Taken):
            await self._refuse(outcome)
        return web.json_response({"on_the_way": outcome.on_the_way})

    async def return_to_bot(self, request: web.Request) -> web.Response:
        """Give a conversation back to the bot."""
        operator = await self._guard.worker(request)
        outcome = await self._queue.return_to_bot(request.match_info["id"], operator=operator.id)
        if not isinstance(outcome, Returned):
            await self._refuse(outcome)
        return web.json_response({})

    async def close(self, request: web.Request) -> web.Response:
        """End a conversation."""
        operator = await self._guard.worker(request)
        body = await read_body(request, CloseBody)
        reason = body.reason or "solved"
        outcome = await self._queue.close(
            request.match_info["id"],
            operator=operator.id,
            reason=reason,
            topic=body.topic,
            reopen_s=await self._rules.checked(reason, body.topic),
        )
        if not isinstance(outcome, Closed):
            await self._refuse(outcome)
        return web.json_response({})

    async def reply(self, request: web.Request) -> web.Response:
        """Write to the customer; the id of the reply."""
        operator = await self._guard.worker(request)
        body = await read_body(request, ReplyBody)
        number = request.match_info["id"]
        outcome = await self._queue.reply(
            number,
            operator=operator.id,
            name=operator.display_name,
            text=checked_text(body.text),
            client_id=body.client_id,
            teaches=await self._taught(number, body.answers, operator),
        )
        if not isinstance(outcome, Queued):
            await self._refuse(outcome)
        return web.json_response({"id": outcome.reply, "repeated": outcome.repeated})

    async def resend(self, request: web.Request) -> web.Response:
        """Send once more what failed or whose fate is unknown."""
        operator = await self._guard.worker(request)
        body = await read_body(request, ResendBody)
        outcome = await self._queue.resend(
            request.match_info["id"], operator=operator.id, name=operator.display_name, out_id=body.out_id
        )
        if isinstance(outcome, Settled):
            text = f"This reply is {outcome.status}; only one that failed or is unknown can be sent again."
            raise Problem(409, "reply_settled", text, status=outcome.status)
        if not isinstance(outcome, Queued):
            await self._refuse(outcome)
        return web.json_response({"id": outcome.reply, "repeated": outcome.repeated})

    async def read(self, request: web.Request) -> web.Response:
        """Everything so far has been read."""
        operator = await self._guard.worker(request)
        outcome = await self._queue.mark_read(request.match_info["id"], operator=operator.id)
        if not isinstance(outcome, Seen):
            await self._refuse(outcome)
        return web.json_response({})

    async def _taught(self, number: str, answers: AnswersBody | None, operator: Operator) -> Sequence[Told]:
        found = await self._board.ticket(number) if answers else None
        if found is None or self._lessons is None:
            return ()
        ticket = found[0]
        return await self._lessons.taught(
            answers, f"{ticket.account}:{ticket.chat_id}", ticket.conversation, operator
        )

    async def _ticket(self, request: web.Request) -> tuple[Ticket, HandoffPacket]:
        number = request.match_info["id"]
        found = await self._board.ticket(number) or await self._history.ticket(number)
        if found is None:
            raise unknown_ticket()
        return found

    async def _refuse(self, outcome: Refused) -> NoReturn:
        match outcome:
            case Busy(operator):
                who = colleague_data(operator, await self._people())
                name = who["display_name"] if who else "nobody"
                raise Problem(
                    403, "not_yours", f"{name} has this ticket; only they can do this.", operator=who
                )
            case Over("waiting"):
                raise Problem(
                    409, "not_taken", "Nobody has this ticket yet; take it first.", status="waiting"
                )
            case Over(status):
                raise ticket_over(status)
            case Unknown():
                raise unknown_ticket()

    async def _people(self) -> People:
        return {operator.id: operator for operator in await self._operators.all()}


def taken_by(operator_id: str, people: People) -> Problem:
    """Somebody was faster."""
    who = colleague_data(operator_id, people)
    name = who["display_name"] if who else operator_id
    return Problem(409, "ticket_taken", f"{name} has this ticket already; choose another.", operator=who)


def ticket_over(status: str) -> Problem:
    """It has ended."""
    return Problem(409, "ticket_over", f"This ticket is {status}; choose another.", status=status)


def unknown_ticket() -> Problem:
    """There is none."""
    return Problem(404, "unknown_ticket", "There is no such ticket; reload the list.")
