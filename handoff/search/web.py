"""The search over HTTP, and conversations of the past that it leads to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from core.auth import Role
from core.auth_operators import Operators
from core.web.area import LEADS, NavEntry
from core.web.guard import Guard
from core.web.problems import Problem
from handoff.history import History
from handoff.records import moment
from handoff.search.find import CustomerHit, MessageHit, Narrowed, Search
from handoff.search.index import Indexer
from handoff.search.text import asked
from handoff.web.shapes import turn_data

NUMBER_ROLES: frozenset[Role] = LEADS
"""Who may look for phones and cards; operators see them where they work with the customer."""
_MOST_CHARS = 200
_ID = "{id:[0-9A-Za-z_-]{1,40}}"


class SearchArea:
    """`/desk/api/search` and `/desk/api/past/CONVERSATION`."""

    nav: Sequence[NavEntry] = ()

    def __init__(
        self, *, guard: Guard, search: Search, indexer: Indexer, history: History, operators: Operators
    ) -> None:
        """`indexer` is asked how far it has come."""
        self._guard = guard
        self._search = search
        self._indexer = indexer
        self._history = history
        self._operators = operators

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Everybody who works with customers may call these."""
        return (web.get("/api/search", self.find), web.get(f"/api/past/{_ID}", self.past))

    async def find(self, request: web.Request) -> web.Response:
        """Messages and customers with all words of `q`."""
        operator = await self._guard.reader(request)
        query = request.query.get("q", "")
        if len(query) > _MOST_CHARS:
            raise Problem(
                422, "query_too_long", f"Shorten the search to {_MOST_CHARS} characters.", limit=_MOST_CHARS
            )
        numbers = operator.role in NUMBER_ROLES
        where = Narrowed(
            channel=request.query.get("channel", "")[:40],
            operator=request.query.get("operator", "")[:40],
            from_ms=_number(request, "from_ms"),
            until_ms=_number(request, "until_ms"),
        )
        after = request.query.get("after", "")
        found = await self._search.find(query, where=where, numbers=numbers, after=after)
        body = {
            "messages": [_message(hit) for hit in found.messages],
            "customers": [_customer(hit) for hit in found.customers],
            "after": found.after,
            "numbers_left_out": bool(asked(query).numbers) and not numbers,
            "complete": True if after else (await self._indexer.state()).complete,
        }
        return web.json_response(body)

    async def past(self, request: web.Request) -> web.Response:
        """A conversation of any time, to read."""
        await self._guard.reader(request)
        conversation = request.match_info["id"]
        found = await self._history.of_conversation(conversation)
        if found is None:
            raise Problem(404, "unknown_past", "There is no such conversation in the archive.")
        ref, channel, past = found
        people = {operator.id: operator for operator in await self._operators.all()}
        said = [turn.name for turn in past.turns if turn.author == "customer" and turn.name]
        shown = {
            "id": conversation,
            "channel": channel,
            "customer": said[-1] if said else ref.partition(":")[2],
        }
        turns = [turn_data(turn, people) for turn in past.turns]
        return web.json_response({"conversation": shown, "turns": turns, "truncated": past.truncated})


def _number(request: web.Request, name: str) -> int | None:
    value = request.query.get(name, "")
    return int(value) if value.isdecimal() and len(value) <= 15 else None


def _pieces(pieces: Sequence[tuple[str, bool]]) -> list[dict[str, Any]]:
    return [{"text": text, "hit": hit} for text, hit in pieces]


def _message(hit: MessageHit) -> dict[str, Any]:
    return {
        "turn": hit.event, "conversation": hit.conversation, "channel": hit.channel, "customer": hit.customer,
        "author": hit.author, "at": moment(hit.at_ms).isoformat(), "pieces": _pieces(hit.pieces),
        "ticket": hit.ticket, "ended": hit.ended,
    }  # fmt: skip


def _customer(hit: CustomerHit) -> dict[str, Any]:
    return {
        "key": hit.key, "name": hit.name, "channel": hit.channel,
        "last_seen_at": moment(hit.last_seen_ms).isoformat(), "pieces": _pieces(hit.pieces),
    }  # fmt: skip
