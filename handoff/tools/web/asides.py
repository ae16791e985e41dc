"""Requests to other groups and compensation over HTTP: inside a conversation, and on a page of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field

from core.auth import Operator
from core.clock import utc_now
from core.web.area import LEADS
from core.web.bodies import Body, Text, read_body
from core.web.frame import Frame
from core.web.guard import DESK_ROLES
from core.web.problems import Problem
from handoff.tools.groups import Groups
from handoff.tools.mentions import Mentions
from handoff.tools.promises import Decided, NotYours, Promise, Promises
from handoff.tools.requests import Settled, SideRequest, SideRequests
from handoff.tools.web.desk import Desk, must_lead
from handoff.tools.web.moves import MovesApi
from handoff.web.shapes import colleague_data

_THING = "{thing:[0-9a-z]{1,40}}"

Words = Annotated[Text, Field(max_length=2000)]


class AskBody(Body):
    """What is asked, and of whom."""

    group: Annotated[Text, Field(max_length=40)]
    text: Words


class SettleBody(Body):
    """Whether it was done, and what came of it."""

    done: bool
    answer: Words = ""


class PromiseBody(Body):
    """How much, in kopecks, and why."""

    kopecks: Annotated[int, Field(gt=0, le=100_000_000)]
    why: Words


class DecideBody(Body):
    """Yes or no, with a word for the operator."""

    approve: bool
    note: Words = ""


class AsidesApi:
    """`/desk/api/tickets/ID/side`, `…/requests`, `…/promises`, `/desk/requests`."""

    def __init__(
        self,
        *,
        desk: Desk,
        frame: Frame,
        moves: MovesApi,
        mentions: Mentions,
        requests: SideRequests,
        promises: Promises,
        groups: Groups,
    ) -> None:
        """Reads and changes through what is given."""
        self._desk = desk
        self._frame = frame
        self._moves = moves
        self._mentions = mentions
        self._requests = requests
        self._promises = promises
        self._groups = groups

    def routes(self, ticket: str) -> Sequence[web.AbstractRouteDef]:
        """Routes; `ticket` is the pattern of an address of one."""
        return [
            web.get("/requests", self.page),
            web.get("/api/requests", self.listed),
            web.get(f"{ticket}/side", self.side),
            web.post(f"{ticket}/requests", self.ask),
            web.post(f"/api/requests/{_THING}/take", self.take),
            web.post(f"/api/requests/{_THING}/settle", self.settle),
            web.post(f"{ticket}/promises", self.promise),
            web.post(f"/api/promises/{_THING}/decide", self.decide),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """What is to be done for conversations of others."""
        return await self._frame.page(request, "requests.html", roles=DESK_ROLES)

    async def side(self, request: web.Request) -> web.Response:
        """What belongs to a conversation beside its history."""
        operator = await self._desk.guard.reader(request)
        ticket = await self._desk.ticket(request)
        people = await self._desk.people()
        requests = await self._requests.of_ticket(ticket.id)
        promises = await self._promises.of_ticket(ticket.id)
        return web.json_response(
            {
                **await self._moves.passed(ticket.id),
                "requests": [_request_data(each, people) for each in requests],
                "promises": [_promise_data(each, people, operator) for each in promises],
                "may_promise_kopecks": await self._promises.left(operator, now=utc_now()),
                "mentioned": ticket.id in await self._mentions.tickets_of(operator.id),
            }
        )

    async def listed(self, request: web.Request) -> web.Response:
        """Requests of all conversations, and for leads what waits for their approval."""
        operator = await self._desk.guard.reader(request)
        people = await self._desk.people()
        settled = request.query.get("settled") == "1"
        requests = await self._requests.listed(settled=settled)
        promises = [] if settled or operator.role not in LEADS else await self._promises.asked()
        groups = [{"id": each.id, "ru": each.ru, "en": each.en} for each in await self._groups.all()]
        return web.json_response(
            {
                "requests": [_request_data(each, people) for each in requests],
                "promises": [_promise_data(each, people, operator) for each in promises],
                "groups": groups,
            }
        )

    async def ask(self, request: web.Request) -> web.Response:
        """Ask another group for something."""
        operator = await self._desk.guard.worker(request)
        body = await read_body(request, AskBody)
        if body.group not in {each.id for each in await self._groups.all()}:
            raise Problem(422, "unknown_receiver", "There is no such group; choose another.", field="group")
        ticket = await self._desk.ticket(request)
        made = await self._requests.ask(
            ticket, group=body.group, text=_said(body.text, "text"), by=operator.id, now=utc_now()
        )
        return web.json_response({"id": made})

    async def take(self, request: web.Request) -> web.Response:
        """Take a request."""
        operator = await self._desk.guard.worker(request)
        done = await self._requests.take(request.match_info["thing"], by=operator.id, now=utc_now())
        return await self._told(done)

    async def settle(self, request: web.Request) -> web.Response:
        """Say what came of a request."""
        operator = await self._desk.guard.worker(request)
        body = await read_body(request, SettleBody)
        # Why not is what the asker needs most.
        answer = body.answer.strip() if body.done else _said(body.answer, "answer")
        done = await self._requests.settle(
            request.match_info["thing"], done=body.done, answer=answer, by=operator.id, now=utc_now()
        )
        return await self._told(done)

    async def promise(self, request: web.Request) -> web.Response:
        """Promise compensation, or ask a lead for it."""
        operator = await self._desk.guard.worker(request)
        body = await read_body(request, PromiseBody)
        why = _said(body.why, "why")
        ticket = await self._desk.ticket(request)
        made = await self._promises.promise(
            ticket, operator=operator, kopecks=body.kopecks, why=why, now=utc_now()
        )
        return web.json_response({"id": made.id, "status": made.status})

    async def decide(self, request: web.Request) -> web.Response:
        """Approve or decline what was asked."""
        operator = await self._desk.guard.worker(request)
        must_lead(operator)
        body = await read_body(request, DecideBody)
        words = body.note.strip() if body.approve else _said(body.note, "note")
        done = await self._promises.decide(
            request.match_info["thing"], approve=body.approve, by=operator, words=words, now=utc_now()
        )
        match done:
            case None:
                raise Problem(404, "unknown_request", "There is no such request; reload the page.")
            case NotYours():
                text = "Nobody approves their own request or more than their own limit; ask an administrator."
                raise Problem(403, "not_yours_to_approve", text)
            case Decided(promise):
                raise Problem(409, "request_settled", f"This is {promise.status} already.")
        return web.json_response({"status": done.status})

    async def _told(self, done: SideRequest | Settled | None) -> web.Response:
        if done is None:
            raise Problem(404, "unknown_request", "There is no such request; reload the page.")
        if isinstance(done, Settled):
            raise Problem(409, "request_settled", f"This is {done.request.status} already.")
        return web.json_response({"status": done.status})


def _said(text: str, field: str) -> str:
    words = text.strip()
    if not words:
        raise Problem(422, "words_missing", f"Fill in {field}.", field=field)
    return words


def _request_data(request: SideRequest, people: Mapping[str, Operator]) -> dict[str, Any]:
    return {
        "id": request.id,
        "ticket": request.ticket,
        "customer": request.customer,
        "group": request.group,
        "text": request.text,
        "status": request.status,
        "by": colleague_data(request.created_by, people),
        "at": request.created_at.isoformat(),
        "holder": colleague_data(request.holder, people),
        "answer": request.answer,
    }


def _promise_data(promise: Promise, people: Mapping[str, Operator], reader: Operator) -> dict[str, Any]:
    asked = promise.status == "asked"
    return {
        "id": promise.id,
        "ticket": promise.ticket,
        "customer": promise.customer,
        "by": colleague_data(promise.operator, people),
        "kopecks": promise.kopecks,
        "why": promise.why,
        "status": promise.status,
        "at": promise.created_at.isoformat(),
        "decided_by": colleague_data(promise.decided_by, people),
        "note": promise.decision_note,
        "may_decide": asked and reader.role in LEADS and reader.id != promise.operator,
    }
