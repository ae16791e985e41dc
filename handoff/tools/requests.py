"""Internal requests: something another group does for a conversation, with a status of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import RowMapping, Select, desc, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from core.records import new_id
from handoff.records import milliseconds, moment
from handoff.tools.announce import Announcer
from handoff.tools.rows import note, reads, writes
from handoff.tools.tables import side_requests
from handoff.types import Ticket

Status = Literal["open", "taken", "done", "declined"]

MOST = 200
"""Requests a page lists at most; more means that nobody looks at them."""


@dataclass(frozen=True, slots=True)
class SideRequest:
    """Something asked of a group. `holder` is the id of who took it, empty while nobody did."""

    id: str
    ticket: str
    customer: str
    group: str
    text: str
    status: Status
    created_by: str
    created_at: datetime
    holder: str
    answer: str


@dataclass(frozen=True, slots=True)
class Settled:
    """It was settled, or taken by a colleague, before; the request as it is now."""

    request: SideRequest


class SideRequests:
    """Keeps them; every change is in the audit and is announced."""

    def __init__(self, engine: AsyncEngine, *, announce: Announcer) -> None:
        """`engine` is the archive's."""
        self._engine = engine
        self._announce = announce

    async def ask(self, ticket: Ticket, *, group: str, text: str, by: str, now: datetime) -> str:
        """Ask a group for something; the request's id.

        Raises:
            core.errors.Unavailable: a store does not answer.
        """
        made = new_id("q")
        at = milliseconds(now)
        values = {
            "id": made, "ticket": ticket.id, "conversation": ticket.conversation, "customer": ticket.customer,
            "group": group, "text": text, "status": "open", "created_by": by, "created_ms": at, "holder": "",
            "answer": "", "changed_ms": at,
        }  # fmt: skip
        async with writes(self._engine) as connection:
            await connection.execute(insert(side_requests).values(**values))
            await note(connection, now, by, "request.asked", request=made, ticket=ticket.id, group=group)
        await self._announce("requests", f"ticket:{ticket.id}")
        return made

    async def take(self, request: str, *, by: str, now: datetime) -> SideRequest | Settled | None:
        """Take an open request; None if there is none of that id.

        Raises:
            core.errors.Unavailable: a store does not answer.
        """
        return await self._change(request, by=by, now=now, status="taken", holder=by)

    async def settle(
        self, request: str, *, done: bool, answer: str, by: str, now: datetime
    ) -> SideRequest | Settled | None:
        """Say that it is done, or that it will not be; None if there is none of that id.

        Raises:
            core.errors.Unavailable: a store does not answer.
        """
        status: Status = "done" if done else "declined"
        return await self._change(request, by=by, now=now, status=status, holder=by, answer=answer)

    async def of_ticket(self, ticket: str) -> Sequence[SideRequest]:
        """The requests of a conversation, the oldest first.

        Raises:
            core.errors.Unavailable: the database does not answer.
        """
        query = select(side_requests).where(side_requests.c.ticket == ticket)
        return await self._rows(query.order_by(side_requests.c.created_ms))

    async def listed(self, *, settled: bool) -> Sequence[SideRequest]:
        """Requests of all conversations: those to be done, the oldest first, or the latest that are settled.

        Raises:
            core.errors.Unavailable: the database does not answer.
        """
        query = select(side_requests)
        if settled:
            query = query.where(side_requests.c.status.in_(("done", "declined")))
            return await self._rows(query.order_by(desc(side_requests.c.changed_ms)).limit(MOST))
        query = query.where(side_requests.c.status.in_(("open", "taken")))
        return await self._rows(query.order_by(side_requests.c.created_ms).limit(MOST))

    async def _change(
        self, request: str, *, by: str, now: datetime, status: Status, **values: str
    ) -> SideRequest | Settled | None:
        # One statement decides: what is settled stays so, and what a colleague has is theirs.
        open_to = (side_requests.c.status == "open") | (
            (side_requests.c.status == "taken") & (side_requests.c.holder == by)
        )
        change = update(side_requests).where((side_requests.c.id == request) & open_to)
        async with writes(self._engine) as connection:
            changed = await connection.execute(
                change.values(status=status, changed_ms=milliseconds(now), **values)
            )
            if changed.rowcount:
                await note(connection, now, by, f"request.{status}", request=request)
            query = select(side_requests).where(side_requests.c.id == request)
            row = (await connection.execute(query)).mappings().first()
        if row is None:
            return None
        found = _request(row)
        if not changed.rowcount:
            return Settled(found)
        await self._announce("requests", f"ticket:{found.ticket}")
        return found

    async def _rows(self, query: Select[Any]) -> Sequence[SideRequest]:
        async with reads(self._engine) as connection:
            return [_request(row) for row in (await connection.execute(query)).mappings().all()]


def _request(row: RowMapping) -> SideRequest:
    return SideRequest(
        id=row["id"],
        ticket=row["ticket"],
        customer=row["customer"],
        group=row["group"],
        text=row["text"],
        status=cast(Status, row["status"]),
        created_by=row["created_by"],
        created_at=moment(row["created_ms"]),
        holder=row["holder"],
        answer=row["answer"],
    )
