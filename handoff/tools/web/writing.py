"""Canned replies, drafts and the phrase coach over HTTP."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field

from core.auth import Operator
from core.clock import utc_now
from core.settings import Settings
from core.web.bodies import Body, Text, read_body
from core.web.words import LANGUAGES
from handoff.tools.coach import Coach, Lemma, Matcher, coach_section
from handoff.tools.coach_counts import CoachCounts
from handoff.tools.drafts import Draft, DraftSource, Lemmas, best, of_replies
from handoff.tools.replies import Filled, filled, own_section, shared_section, values_of
from handoff.tools.web.desk import Desk, must_lead
from handoff.types import Ticket
from handoff.web.bodies import MAX_TEXT_CHARS

_NO_NAME = re.compile(r"(?=.*\d)[\w+-]{7,}")
"""Channels that know no name give an id or a phone number, which nobody is called by."""
_COUNTED_DAYS = 30


class CheckBody(Body):
    """What somebody is writing."""

    text: Annotated[Text, Field(max_length=2 * MAX_TEXT_CHARS)]


class SentBody(Body):
    """What came of the expressions shown in one reply."""

    replaced: Annotated[int, Field(ge=0, le=100)]
    kept: Annotated[int, Field(ge=0, le=100)]


class DraftsBody(Body):
    """The customer's last words, and what was typed so far."""

    question: Annotated[Text, Field(max_length=MAX_TEXT_CHARS)] = ""
    text: Annotated[Text, Field(max_length=2 * MAX_TEXT_CHARS)] = ""
    reader: Annotated[Text, Field(max_length=8)] = "ru"


class WritingApi:
    """`/desk/api/tickets/ID/replies`, `…/drafts`, `/desk/api/coach`."""

    def __init__(
        self,
        *,
        desk: Desk,
        settings: Settings,
        counts: CoachCounts,
        sources: Sequence[DraftSource],
        company: Mapping[str, str],
        lemma: Lemma,
        lemmas: Lemmas,
    ) -> None:
        """`company` is the company's name by language; `sources` know answers beside the canned ones."""
        self._desk = desk
        self._settings = settings
        self._counts = counts
        self._sources = sources
        self._company = company
        self._lemma = lemma
        self._lemmas = lemmas
        self._matcher: tuple[Coach, Matcher] | None = None

    def routes(self, ticket: str) -> Sequence[web.AbstractRouteDef]:
        """Routes; `ticket` is the pattern of an address of one."""
        return [
            web.get(f"{ticket}/replies", self.replies),
            web.post(f"{ticket}/drafts", self.drafts),
            web.post("/api/coach", self.check),
            web.post("/api/coach/sent", self.sent),
            web.get("/api/coach/counts", self.counts),
        ]

    async def replies(self, request: web.Request) -> web.Response:
        """Canned replies for this conversation, one's own first, their variables filled."""
        operator = await self._desk.guard.reader(request)
        ticket = await self._desk.ticket(request)
        found = await self._filled(ticket, operator, request.query.get("reader", operator.language))
        lines = [
            {"id": each.id, "group": each.group, "title": each.title, "text": each.text, "own": each.own}
            for each in found
        ]
        return web.json_response({"replies": lines})

    async def drafts(self, request: web.Request) -> web.Response:
        """What one might answer."""
        operator = await self._desk.guard.worker(request)
        body = await read_body(request, DraftsBody)
        ticket = await self._desk.ticket(request)
        language = ticket.language if ticket.language in LANGUAGES else LANGUAGES[0]
        canned = await self._filled(ticket, operator, body.reader)
        found: list[Draft] = await asyncio.to_thread(of_replies, canned, body.text, self._lemmas)
        for source in self._sources:
            found += await source.drafts(body.question, body.text, language)
        lines = [
            {"kind": each.kind, "title": each.title, "text": each.text} for each in best(found, body.text)
        ]
        return web.json_response({"drafts": lines})

    async def check(self, request: web.Request) -> web.Response:
        """Expressions to avoid in a text, with what to write instead."""
        await self._desk.guard.worker(request)
        body = await read_body(request, CheckBody)
        matcher = await self._matching()
        if matcher is None:
            return web.json_response({"found": []})
        # The first question of a process loads the dictionary, which takes a third of a second.
        found = await asyncio.to_thread(matcher.find, body.text)
        lines = [
            {"start": each.start, "end": each.end, "avoid": each.avoid, "prefer": each.prefer}
            for each in found
        ]
        return web.json_response({"found": lines})

    async def sent(self, request: web.Request) -> web.Response:
        """Count what came of what was shown."""
        operator = await self._desk.guard.worker(request)
        body = await read_body(request, SentBody)
        if body.replaced or body.kept:
            day = utc_now().date()
            await self._counts.add(operator.id, day=day, replaced=body.replaced, kept=body.kept)
        return web.json_response({})

    async def counts(self, request: web.Request) -> web.Response:
        """Each operator's counts of the last 30 days, for leads."""
        must_lead(await self._desk.guard.reader(request))
        people = await self._desk.people()
        since = utc_now().date() - timedelta(days=_COUNTED_DAYS)
        lines: list[dict[str, Any]] = [
            {
                "name": people[each.operator].display_name if each.operator in people else each.operator,
                "replaced": each.replaced,
                "kept": each.kept,
            }
            for each in await self._counts.since(since)
        ]
        return web.json_response({"counts": lines, "days": _COUNTED_DAYS})

    async def _filled(self, ticket: Ticket, operator: Operator, reader: str) -> list[Filled]:
        shared = await self._settings.get(shared_section())
        own = await self._settings.get(own_section(operator.id))
        language = ticket.language if ticket.language in LANGUAGES else LANGUAGES[0]
        values = {
            **values_of(shared.variables, language),
            "customer": "" if _NO_NAME.fullmatch(ticket.customer) else ticket.customer,
            "operator": operator.display_name,
            "company": self._company.get(language, ""),
        }
        return [
            *filled(own.replies, language=language, reader=reader, values=values, own=True),
            *filled(shared.replies, language=language, reader=reader, values=values, own=False),
        ]

    async def _matching(self) -> Matcher | None:
        coach = await self._settings.get(coach_section())
        if not coach.active:
            return None
        if self._matcher is None or self._matcher[0] is not coach:
            made = await asyncio.to_thread(Matcher, coach.expressions, self._lemma)
            self._matcher = (coach, made)
        return self._matcher[1]
