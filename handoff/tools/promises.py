"""Compensation that operators promise: alone up to a limit, above it with a lead's approval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Annotated, Any, Literal, cast
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import RowMapping, Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core.auth import Operator, Role
from core.records import new_id
from core.settings import Section, Settings
from core.tables import operators
from handoff.records import milliseconds, moment
from handoff.tools.announce import Announcer
from handoff.tools.rows import note, reads, writes
from handoff.tools.tables import promises
from handoff.types import Ticket

Status = Literal["promised", "asked", "approved", "declined"]

Kopecks = Annotated[int, Field(ge=0, le=100_000_000)]
"""Up to a million roubles."""


class Limit(BaseModel):
    """What somebody may promise alone, in kopecks: at once, and in a day altogether."""

    model_config = ConfigDict(frozen=True)

    once_kopecks: Kopecks
    day_kopecks: Kopecks


class Compensation(BaseModel):
    """Limits by role. A lead approves up to their own limit at once; above it an administrator does."""

    model_config = ConfigDict(frozen=True)

    operator: Limit
    lead: Limit
    administrator: Limit

    def of(self, role: Role) -> Limit:
        """The limit of a role; an editor promises nothing."""
        limits: Mapping[str, Limit] = {
            "operator": self.operator, "lead": self.lead, "administrator": self.administrator
        }  # fmt: skip
        return limits.get(role, Limit(once_kopecks=0, day_kopecks=0))


COMPENSATION = Section(
    "compensation",
    Compensation,
    Compensation(
        operator=Limit(once_kopecks=50_000, day_kopecks=300_000),
        lead=Limit(once_kopecks=500_000, day_kopecks=3_000_000),
        administrator=Limit(once_kopecks=100_000_000, day_kopecks=100_000_000),
    ),
)


@dataclass(frozen=True, slots=True)
class Promise:
    """Money promised or asked for; `decided_by` is the id of who approved or declined."""

    id: str
    ticket: str
    customer: str
    operator: str
    kopecks: int
    why: str
    status: Status
    created_at: datetime
    decided_by: str
    decision_note: str


@dataclass(frozen=True, slots=True)
class Decided:
    """It was decided before; the promise as it is now."""

    promise: Promise


@dataclass(frozen=True, slots=True)
class NotYours:
    """Nobody approves their own request, nor more than they may promise at once."""


class Promises:
    """Keeps them; every change is in the audit and is announced."""

    def __init__(
        self, engine: AsyncEngine, *, settings: Settings, announce: Announcer, zone: ZoneInfo
    ) -> None:
        """`zone` says when a day begins."""
        self._engine = engine
        self._settings = settings
        self._announce = announce
        self._zone = zone

    async def promise(
        self, ticket: Ticket, *, operator: Operator, kopecks: int, why: str, now: datetime
    ) -> Promise:
        """Promise an amount, or ask for it where it is above what the operator may promise alone.

        Raises:
            core.errors.Unavailable: a store does not answer.
        """
        limit = (await self._settings.get(COMPENSATION)).of(operator.role)
        made = new_id("p")
        async with writes(self._engine) as connection:
            # Two promises of one person at once: the second waits here and sees the first in its sum.
            mine = select(operators.c.id).where(operators.c.id == operator.id)
            await connection.execute(mine.with_for_update())
            spent = await self._spent(connection, operator.id, now)
            alone = kopecks <= limit.once_kopecks and spent + kopecks <= limit.day_kopecks
            status = "promised" if alone else "asked"
            await connection.execute(
                insert(promises).values(
                    id=made, ticket=ticket.id, conversation=ticket.conversation, customer=ticket.customer,
                    operator=operator.id, kopecks=kopecks, why=why, status=status,
                    created_ms=milliseconds(now), decided_by="", decision_note="",
                )
            )  # fmt: skip
            await note(
                connection, now, operator.id, f"compensation.{status}",
                promise=made, ticket=ticket.id, kopecks=kopecks,
            )  # fmt: skip
            row = await _row(connection, made)
        await self._announce("requests", f"ticket:{ticket.id}")
        assert row is not None  # noqa: S101 - inserted just above
        return _promise(row)

    async def decide(
        self, promise: str, *, approve: bool, by: Operator, words: str, now: datetime
    ) -> Promise | Decided | NotYours | None:
        """Approve or decline what was asked; None if there is none of that id.

        Raises:
            core.errors.Unavailable: a store does not answer.
        """
        limit = (await self._settings.get(COMPENSATION)).of(by.role)
        status = "approved" if approve else "declined"
        asked = (promises.c.id == promise) & (promises.c.status == "asked")
        async with writes(self._engine) as connection:
            row = await _row(connection, promise)
            if row is None:
                return None
            if row["operator"] == by.id or (approve and row["kopecks"] > limit.once_kopecks):
                return NotYours()
            values = {
                "status": status, "decided_by": by.id, "decided_ms": milliseconds(now), "decision_note": words
            }  # fmt: skip
            changed = await connection.execute(update(promises).where(asked).values(**values))
            if changed.rowcount:
                await note(
                    connection, now, by.id, f"compensation.{status}", promise=promise, kopecks=row["kopecks"]
                )
            row = await _row(connection, promise)
        assert row is not None  # noqa: S101 - rows are never deleted
        found = _promise(row)
        if not changed.rowcount:
            return Decided(found)
        await self._announce("requests", f"ticket:{found.ticket}")
        return found

    async def left(self, operator: Operator, *, now: datetime) -> int:
        """Kopecks somebody may promise alone at once, now.

        Raises:
            core.errors.Unavailable: the database does not answer.
        """
        limit = (await self._settings.get(COMPENSATION)).of(operator.role)
        async with reads(self._engine) as connection:
            spent = await self._spent(connection, operator.id, now)
        return max(0, min(limit.once_kopecks, limit.day_kopecks - spent))

    async def of_ticket(self, ticket: str) -> Sequence[Promise]:
        """What was promised in a conversation, the oldest first.

        Raises:
            core.errors.Unavailable: the database does not answer.
        """
        query = select(promises).where(promises.c.ticket == ticket)
        return await self._rows(query.order_by(promises.c.created_ms))

    async def asked(self) -> Sequence[Promise]:
        """What waits for a decision, the oldest first.

        Raises:
            core.errors.Unavailable: the database does not answer.
        """
        query = select(promises).where(promises.c.status == "asked")
        return await self._rows(query.order_by(promises.c.created_ms))

    async def _spent(self, connection: AsyncConnection, operator: str, now: datetime) -> int:
        local = now.astimezone(self._zone)
        since = datetime.combine(local.date(), time(), self._zone)
        own = (promises.c.operator == operator) & (promises.c.status == "promised")
        query = select(func.sum(promises.c.kopecks)).where(
            own & (promises.c.created_ms >= milliseconds(since))
        )
        return int(await connection.scalar(query) or 0)

    async def _rows(self, query: Select[Any]) -> Sequence[Promise]:
        async with reads(self._engine) as connection:
            return [_promise(row) for row in (await connection.execute(query)).mappings().all()]


async def _row(connection: AsyncConnection, promise: str) -> RowMapping | None:
    query = select(promises).where(promises.c.id == promise)
    return (await connection.execute(query)).mappings().first()


def _promise(row: RowMapping) -> Promise:
    return Promise(
        id=row["id"],
        ticket=row["ticket"],
        customer=row["customer"],
        operator=row["operator"],
        kopecks=row["kopecks"],
        why=row["why"],
        status=cast(Status, row["status"]),
        created_at=moment(row["created_ms"]),
        decided_by=row["decided_by"],
        decision_note=row["decision_note"],
    )
