"""Notes, mentions, transfers and reopening over HTTP."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import Field

from core.auth import Operator
from core.clock import utc_now
from core.settings import Settings
from core.web.area import LEADS
from core.web.bodies import Body, Text, read_body
from core.web.problems import Problem
from handoff.outcomes import Unknown
from handoff.tools.closing import CLOSING
from handoff.tools.groups import Groups
from handoff.tools.mentions import Mentions
from handoff.tools.moves import Moves, Receiver
from handoff.tools.outcomes import Reopened, TooLate, Transferred
from handoff.tools.presence import Here
from handoff.tools.web.desk import Desk
from handoff.web.api import unknown_ticket
from handoff.web.bodies import checked_text
from handoff.web.shapes import colleague_data

GROUP_DUE_S = 120
"""A customer who is passed to a group was answered before: they wait as long as a new one, no longer."""


class NoteBody(Body):
    """Words for colleagues; `mentions` are ids of those they name."""

    text: Text
    mentions: Annotated[tuple[Text, ...], Field(max_length=20)] = ()
    client_id: Annotated[Text, Field(max_length=80)] = ""


class TransferBody(Body):
    """To whom, and what they should know; `holder` is who has it as the page shows it."""

    kind: Literal["person", "group"]
    to: Annotated[Text, Field(max_length=80)]
    note: Annotated[Text, Field(max_length=2000)] = ""
    holder: Annotated[Text, Field(max_length=80)] = ""


class MovesApi:
    """`/desk/api/tickets/ID/…`, `/desk/api/colleagues`, `/desk/api/mentions`."""

    def __init__(
        self, *, desk: Desk, moves: Moves, mentions: Mentions, groups: Groups, here: Here, settings: Settings
    ) -> None:
        """Changes through `moves`; `here` knows who is at the desk."""
        self._desk = desk
        self._moves = moves
        self._mentions = mentions
        self._groups = groups
        self._here = here
        self._settings = settings

    def routes(self, ticket: str) -> Sequence[web.AbstractRouteDef]:
        """Routes; `ticket` is the pattern of an address of one."""
        return [
            web.post(f"{ticket}/note", self.note),
            web.post(f"{ticket}/transfer", self.transfer),
            web.post(f"{ticket}/reopen", self.reopen),
            web.post(f"{ticket}/mentions/seen", self.seen),
            web.get("/api/colleagues", self.colleagues),
            web.get("/api/mentions", self.mentions),
            web.get("/api/closing", self.closing),
        ]

    async def note(self, request: web.Request) -> web.Response:
        """Write a note; nobody outside ever gets it."""
        operator = await self._desk.guard.worker(request)
        body = await read_body(request, NoteBody)
        ticket = await self._desk.ticket(request)
        known = {each.id for each in await self._desk.colleagues()}
        named = [each for each in dict.fromkeys(body.mentions) if each in known]
        done = await self._moves.note(
            ticket.id,
            operator=operator.id,
            name=operator.display_name,
            text=checked_text(body.text),
            mentions=named,
            client_id=body.client_id,
        )
        if isinstance(done, Unknown):
            raise unknown_ticket()
        await self._mentions.add(done.note, ticket, operators=named, by=operator.id, now=utc_now())
        return web.json_response({"repeated": done.repeated})

    async def transfer(self, request: web.Request) -> web.Response:
        """Pass a conversation on: one's own, one that waits, and for leads anybody's."""
        operator = await self._desk.guard.worker(request)
        body = await read_body(request, TransferBody)
        if body.holder not in ("", operator.id) and operator.role not in LEADS:
            raise Problem(403, "leads_only", "Only leads pass on what a colleague has.")
        done = await self._moves.transfer(
            request.match_info["id"],
            by=operator.id,
            name=operator.display_name,
            holder=body.holder,
            to=await self._receiver(body, (await self._desk.ticket(request)).language),
            note=body.note.strip(),
            due_s=GROUP_DUE_S,
        )
        if not isinstance(done, Transferred):
            raise await self._desk.refusal(done)
        return web.json_response({})

    async def reopen(self, request: web.Request) -> web.Response:
        """Go on with a closed conversation."""
        operator = await self._desk.guard.worker(request)
        hours = (await self._settings.get(CLOSING)).reopen_h
        done = await self._moves.reopen(request.match_info["id"], operator=operator.id, within_s=hours * 3600)
        if isinstance(done, TooLate):
            text = (
                f"It was closed more than {hours:g} hours ago; the customer's next message starts a new one."
            )
            raise Problem(409, "reopen_late", text, hours=hours)
        if not isinstance(done, Reopened):
            raise await self._desk.refusal(done)
        return web.json_response({})

    async def seen(self, request: web.Request) -> web.Response:
        """One has looked at the notes of a ticket."""
        operator = await self._desk.guard.worker(request)
        await self._mentions.seen(operator.id, request.match_info["id"], now=utc_now())
        return web.json_response({})

    async def colleagues(self, request: web.Request) -> web.Response:
        """Whom a conversation may be passed to, or a note may name."""
        operator = await self._desk.guard.reader(request)
        people = await self._desk.colleagues()
        here = await self._here.at_desk_now([each.id for each in people])
        return web.json_response(
            {
                "people": [_person(each, here) for each in people if each.id != operator.id],
                "groups": [
                    {"id": each.id, "ru": each.ru, "en": each.en} for each in await self._groups.all()
                ],
            }
        )

    async def mentions(self, request: web.Request) -> web.Response:
        """Where one was named, the latest first."""
        operator = await self._desk.guard.reader(request)
        people = await self._desk.people()
        found = [
            {
                "ticket": each.ticket,
                "customer": each.customer,
                "by": colleague_data(each.by, people),
                "at": each.at.isoformat(),
                "seen": each.seen,
            }
            for each in await self._mentions.of(operator.id)
        ]
        return web.json_response({"mentions": found, "unseen": await self._mentions.unseen(operator.id)})

    async def closing(self, request: web.Request) -> web.Response:
        """What is asked when a conversation is closed."""
        await self._desk.guard.reader(request)
        closing = await self._settings.get(CLOSING)
        return web.json_response(
            {
                "reasons": [each.model_dump() for each in closing.reasons if each.active],
                "topics": [each.model_dump() for each in closing.topics if each.active],
                "topic_required": closing.topic_required,
                "reopen_h": closing.reopen_h,
            }
        )

    async def passed(self, ticket: str) -> dict[str, Any]:
        """How a conversation came to whoever has it."""
        brief, reopened = await self._moves.passed(ticket)
        return {"transfer": json.loads(brief) if brief else None, "reopened": reopened}

    async def _receiver(self, body: TransferBody, language: str) -> Receiver:
        if body.kind == "person":
            for each in await self._desk.colleagues():
                if each.id == body.to:
                    return Receiver("person", each.id, each.display_name)
            raise Problem(
                422, "unknown_receiver", "This colleague cannot take conversations; choose another."
            )
        for group in await self._groups.all():
            if group.id == body.to:
                return Receiver("group", group.id, group.name(language))
        raise Problem(422, "unknown_receiver", "There is no such group; choose another.")


def _person(operator: Operator, here: frozenset[str]) -> dict[str, Any]:
    return {
        "id": operator.id,
        "name": operator.name,
        "display_name": operator.display_name,
        "here": operator.id in here,
    }
