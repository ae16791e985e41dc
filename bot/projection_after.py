"""What comes after a conversation, from events to SQL: ratings, and the call-backs low ones ask for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.projecting import Event, fitting, insert
from core import sql
from handoff.ratings.tables import rating_asks, ratings
from handoff.tasks.tables import tasks


async def _asked(connection: AsyncConnection, event: Event) -> None:
    row = {
        "conversation": event.conversation,
        "customer": event.payload["customer"],
        "channel": event.payload["channel"],
        "operator": event.payload.get("operator") or None,
        "at_ms": event.at_ms,
    }
    await insert(connection, rating_asks, row, key="conversation")


async def _rated(connection: AsyncConnection, event: Event) -> None:
    """A score, a changed score, or the comment on it; the latest counts."""
    data = event.payload
    query = select(ratings.c.event_id).where(ratings.c.conversation == event.conversation)
    written = await connection.scalar(query)
    if written is not None and written > event.number:
        return  # an event that is copied again must not undo a later one
    row = {
        "conversation": event.conversation,
        "event_id": event.number,
        "score": int(data["score"]),
        "comment": data.get("comment") or "",
        "operator": data.get("operator") or None,
        "customer": data["customer"],
        "channel": data["channel"],
        "at_ms": event.at_ms,
    }
    await sql.upsert(connection, ratings, fitting(ratings, row), key="conversation", keep=())
    task_id = f"rating-{event.conversation}"
    if data.get("call_back_at"):
        await insert(connection, tasks, _call_back(event, task_id), key="id")
    note = fitting(tasks, {"note": data.get("comment") or ""})
    await connection.execute(update(tasks).where(tasks.c.id == task_id).values(**note))


def _call_back(event: Event, task_id: str) -> dict[str, object]:
    data = event.payload
    return {
        "id": task_id,
        "kind": "call_back",
        "reason": "low_rating",
        "audience": "lead",
        "note": data.get("comment") or "",
        "owner": None,
        "conversation": event.conversation,
        "customer": data["customer"],
        "status": "open",
        "created_ms": event.at_ms,
        "created_by": "rating",
        "due_ms": int(data["call_back_at"]),
        "result": "",
    }


async def _nothing(connection: AsyncConnection, event: Event) -> None:
    """A reminder is for whoever sends notices; the task itself is in SQL already."""


AFTER: dict[str, Callable[[AsyncConnection, Event], Awaitable[None]]] = {
    "rating.asked": _asked,
    "rating": _rated,
    "rating.comment": _rated,
    "task.due": _nothing,
}
"""Kind of event → its step."""
