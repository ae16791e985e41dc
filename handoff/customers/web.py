"""Customers over HTTP: the card, what people note on it, merging, and tickets answered together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, NoReturn

from aiohttp import web

from core.auth_operators import Operators
from core.errors import Unavailable
from core.web.area import LEADS, NavEntry
from core.web.bodies import read_body
from core.web.guard import Guard
from core.web.problems import Problem
from handoff.board import Board
from handoff.customers.bodies import LinkBody, MergeBody, NoteBody, ProfileBody
from handoff.customers.card import Cards
from handoff.customers.known import KnownCustomers
from handoff.customers.linking import Linked, Linking, SameChat, Unlinked
from handoff.customers.people import People as Changes
from handoff.customers.persons import Already, Merged, Undone
from handoff.customers.ports import LoyaltyAccounts, Offers, Ratings
from handoff.customers.shapes import card_data, loyalty_data
from handoff.customers.suggest import Suggestions
from handoff.lists.labels import clean_tag
from handoff.outcomes import Busy, Over, Refused
from handoff.web.api import taken_by, ticket_over, unknown_ticket
from handoff.web.shapes import People, ticket_data

_ID = "{id:[0-9A-Za-z_-]{1,40}}"
_MOST_JOININGS = 2**31 - 1
"""Numbers of joinings end here, since their column does."""

Time = Callable[[], Awaitable[datetime]]


class CustomersArea:
    """`/desk/api/customer…` and `/desk/api/tickets/ID/same`."""

    nav: Sequence[NavEntry] = ()

    def __init__(
        self,
        *,
        guard: Guard,
        cards: Cards,
        changes: Changes,
        linking: Linking,
        suggestions: Suggestions,
        board: Board,
        operators: Operators,
        known: KnownCustomers,
        loyalty: LoyaltyAccounts,
        ratings: Ratings,
        offers: Offers,
        time: Time,
    ) -> None:
        """What other parts know comes through `loyalty`, `ratings` and `offers`."""
        self._guard = guard
        self._cards = cards
        self._changes = changes
        self._linking = linking
        self._suggestions = suggestions
        self._board = board
        self._operators = operators
        self._known = known
        self._loyalty = loyalty
        self._ratings = ratings
        self._offers = offers
        self._time = time

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Everybody who works with customers may call these; VIP and manager are for leads."""
        return (
            web.get("/api/customer", self.show),
            web.get("/api/customer/loyalty", self.loyalty),
            web.post("/api/customer/profile", self.profile),
            web.post("/api/customer/notes", self.note),
            web.post(f"/api/customer/notes/{_ID}/delete", self.drop_note),
            web.post("/api/customer/merge", self.merge),
            web.post("/api/customer/joinings/{number:[0-9]{1,16}}/undo", self.undo),
            web.get(f"/api/tickets/{_ID}/same", self.same),
            web.post(f"/api/tickets/{_ID}/link", self.link),
            web.post(f"/api/tickets/{_ID}/unlink", self.unlink),
        )

    async def show(self, request: web.Request) -> web.Response:
        """The card of a ticket's, a conversation's or a named customer."""
        operator = await self._guard.reader(request)
        customer = request.query.get("key", "")[:200] or await self._cards.customer_of(
            ticket=request.query.get("ticket", "")[:40],
            conversation=request.query.get("conversation", "")[:40],
        )
        if not customer:
            raise Problem(404, "unknown_customer", "There is no such customer; reload the page.")
        card = await self._cards.card(customer)
        body = card_data(
            card,
            customer=customer,
            people=await self._people(),
            whole_phones=operator.role in LEADS,
            ratings=await self._ratings.of(card.customers),
            offers=await self._offers.of(card.customers),
        )
        return web.json_response(body)

    async def loyalty(self, request: web.Request) -> web.Response:
        """Card and points of a customer who proved their phone; asked for by itself, as it may take long."""
        await self._guard.reader(request)
        card = await self._cards.card(request.query.get("key", "")[:200])
        if not card.phone:
            return web.json_response({"state": "unverified", "loyalty": None})
        try:
            found = await self._loyalty.account(card.phone)
        except Unavailable:
            return web.json_response({"state": "down", "loyalty": None})
        return web.json_response({"state": "known" if found else "none", "loyalty": loyalty_data(found)})

    async def profile(self, request: web.Request) -> web.Response:
        """Change tags, VIP and manager."""
        operator = await self._guard.worker(request)
        body = await read_body(request, ProfileBody)
        if (body.vip is not None or body.manager is not None) and operator.role not in LEADS:
            raise Problem(403, "vip_leads", "Leads decide who is a VIP and who looks after them; ask one.")
        if body.manager and body.manager not in await self._people():
            raise Problem(422, "unknown_manager", "There is no such operator; reload the page.")
        tags = (
            None
            if body.tags is None
            else tuple(dict.fromkeys(tag for raw in body.tags if (tag := clean_tag(raw))))
        )
        await self._changes.change(
            body.customer,
            who=operator.id,
            now=await self._time(),
            tags=tags,
            vip=body.vip,
            manager=body.manager,
        )
        await self._tell(body.customer)
        return web.json_response({})

    async def note(self, request: web.Request) -> web.Response:
        """Write a note."""
        operator = await self._guard.worker(request)
        body = await read_body(request, NoteBody)
        if not body.text.strip():
            raise Problem(422, "text_empty", "The note is empty; write something.")
        made = await self._changes.add_note(
            body.customer, body.text.strip(), who=operator.id, now=await self._time()
        )
        return web.json_response({"id": made})

    async def drop_note(self, request: web.Request) -> web.Response:
        """Delete one's own note; leads delete any."""
        operator = await self._guard.worker(request)
        dropped = await self._changes.drop_note(
            request.match_info["id"], who=operator.id, anyones=operator.role in LEADS, now=await self._time()
        )
        if not dropped:
            raise Problem(404, "unknown_note", "You have written no such note; reload the card.")
        return web.json_response({})

    async def merge(self, request: web.Request) -> web.Response:
        """Say that two customers are one person; what undoes it."""
        operator = await self._guard.worker(request)
        body = await read_body(request, MergeBody)
        done = await self._changes.merge(body.customer, body.other, who=operator.id, now=await self._time())
        if isinstance(done, Already):
            raise Problem(409, "one_already", "These are one person already.")
        if not isinstance(done, Merged):
            raise _stale()
        await self._tell(body.customer)
        return web.json_response({"joining": done.history})

    async def undo(self, request: web.Request) -> web.Response:
        """Make one person two again."""
        operator = await self._guard.worker(request)
        number = int(request.match_info["number"])
        if number > _MOST_JOININGS:
            raise _stale()
        done = await self._changes.undo(number, who=operator.id, now=await self._time())
        if not isinstance(done, Undone):
            raise _stale()
        await self._known.tell(done.customers)
        return web.json_response({})

    async def same(self, request: web.Request) -> web.Response:
        """Tickets answered together with this one, and those that might be."""
        await self._guard.reader(request)
        live = await self._board.ticket(request.match_info["id"])
        if live is None or live[0].ended_at is not None:
            return web.json_response({"linked": [], "suggested": []})
        ticket, packet = live
        now, people = await self._time(), await self._people()
        linked: list[dict[str, Any]] = []
        for each in await self._linking.linked(ticket.id):
            other = await self._board.ticket(each)
            if other is not None:
                linked.append(ticket_data(other[0], people=people, now=now))
        card = await self._cards.card(await self._cards.customer_of(ticket=ticket.id))
        known = {each["id"] for each in linked}
        alike = await self._suggestions.alike(ticket, packet, card.customers, now)
        suggested = [ticket_data(each, people=people, now=now) for each in alike if each.id not in known]
        return web.json_response({"linked": linked, "suggested": suggested})

    async def link(self, request: web.Request) -> web.Response:
        """Answer another ticket of the same person together with one's own."""
        operator = await self._guard.worker(request)
        ticket, other = request.match_info["id"], (await read_body(request, LinkBody)).other
        ours, theirs = [await self._cards.customer_of(ticket=each) for each in (ticket, other)]
        if not theirs or theirs not in (await self._cards.card(ours)).customers:
            raise Problem(409, "other_person", "These are two people's; merge their cards first.")
        outcome = await self._linking.link(ticket, other, operator=operator.id)
        if isinstance(outcome, SameChat):
            raise Problem(409, "same_chat", "Both are in one chat; one reply is enough there.")
        if not isinstance(outcome, Linked):
            await self._refuse(outcome)
        return web.json_response({})

    async def unlink(self, request: web.Request) -> web.Response:
        """Answer one's own ticket by itself again."""
        operator = await self._guard.worker(request)
        outcome = await self._linking.unlink(request.match_info["id"], operator=operator.id)
        if not isinstance(outcome, Unlinked):
            await self._refuse(outcome)
        return web.json_response({})

    async def _refuse(self, outcome: Refused) -> NoReturn:
        match outcome:
            case Busy(operator):
                raise taken_by(operator, await self._people())
            case Over("waiting"):
                raise Problem(
                    409, "not_taken", "Nobody has this ticket yet; take it first.", status="waiting"
                )
            case Over(status):
                raise ticket_over(status)
            case _:
                raise unknown_ticket()

    async def _tell(self, customer: str) -> None:
        await self._known.tell((await self._cards.card(customer)).customers)

    async def _people(self) -> People:
        return {operator.id: operator for operator in await self._operators.all()}


def _stale() -> Problem:
    return Problem(409, "card_changed", "Somebody changed this card meanwhile; look at it again.")
