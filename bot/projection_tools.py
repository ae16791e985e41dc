"""What the events of operators' tools become in SQL: mentions, transfers, closings, reopening."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.projecting import Event, insert
from core.tables import conversations, tickets
from handoff.tools.tables import closings, mentions, transfers


async def _mention(connection: AsyncConnection, event: Event) -> None:
    data = event.payload
    row = {
        "id": data["id"],
        "ticket": data["ticket"],
        "conversation": event.conversation,
        "operator": data["operator"],
        "by": data["by"],
        "at_ms": event.at_ms,
    }
    await insert(connection, mentions, row, key="id")


async def _transferred(connection: AsyncConnection, event: Event) -> None:
    data = event.payload
    row = {
        "event_id": event.number,
        "ticket": data["ticket"],
        "conversation": event.conversation,
        "by": data["by"],
        "from_operator": data["holder"],
        "to_operator": data["operator"],
        "to_group": data["group"],
        "at_ms": event.at_ms,
    }
    await insert(connection, transfers, row, key="event_id")
    values = {
        "operator": data["operator"] or None,
        "group": data["group"],
        "status": "taken" if data["operator"] else "waiting",
    }
    await connection.execute(update(tickets).where(tickets.c.id == data["ticket"]).values(**values))


async def _ticket_reopened(connection: AsyncConnection, event: Event) -> None:
    values = {"status": "taken", "operator": event.payload["operator"], "ended_ms": None}
    await connection.execute(update(tickets).where(tickets.c.id == event.payload["ticket"]).values(**values))


async def _conversation_reopened(connection: AsyncConnection, event: Event) -> None:
    values = {"closed_ms": None, "close_reason": None, "closed_by": None}
    same = conversations.c.id == event.conversation
    await connection.execute(update(conversations).where(same).values(**values))


async def closing(connection: AsyncConnection, event: Event) -> None:
    """Why a person closed a ticket; one that a customer or the clock closed has no such row."""
    data = event.payload
    if not data.get("operator"):
        return
    row = {
        "event_id": event.number,
        "ticket": data["ticket"],
        "conversation": event.conversation,
        "operator": data["operator"],
        "reason": data["reason"],
        "topic": data.get("topic") or "",
        "at_ms": event.at_ms,
    }
    await insert(connection, closings, row, key="event_id")


HANDLERS: dict[str, Callable[[AsyncConnection, Event], Awaitable[None]]] = {
    "mention": _mention,
    "ticket.transferred": _transferred,
    "ticket.reopened": _ticket_reopened,
    "conversation.reopened": _conversation_reopened,
}
