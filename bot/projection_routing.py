"""What the events of deadlines and distribution become in SQL."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.projecting import Event, fitting, insert
from core import sql
from core.tables import conversations, tickets
from handoff.routing.ports import Promise, Tasks
from handoff.routing.tables import contact_promises, sla_outcomes, ticket_steps
from handoff.tasks.tables import tasks


async def _clock(connection: AsyncConnection, event: Event) -> None:
    """A deadline was warned of, breached or ended: one row each deadline, whatever comes first."""
    data = event.payload
    moment = {"warned": "warned_ms", "breached": "breached_ms", "stopped": "stopped_ms"}[data["what"]]
    values = {
        "id": f"{data['ticket']}:{data['clock']}:{data['since']:.0f}",
        "ticket": data["ticket"],
        "conversation": event.conversation,
        "clock": data["clock"],
        "group": data["group"],
        "priority": int(data["priority"]),
        "channel": data["channel"],
        "operator": data.get("operator") or None,
        "target_s": int(data["target"]),
        "since_ms": int(data["since"]),
        moment: event.at_ms,
    }
    if data.get("due") is not None:
        values["due_ms"] = int(data["due"])
    if data.get("met") is not None:
        values["met"] = bool(data["met"])
    if data["what"] == "breached":
        values["met"] = False
    await sql.upsert(connection, sla_outcomes, fitting(sla_outcomes, values), key="id")


async def _step(connection: AsyncConnection, event: Event) -> None:
    data = event.payload
    row = {
        "event_id": event.number,
        "ticket": data["ticket"],
        "conversation": event.conversation,
        "step": event.kind.removeprefix("ticket."),
        "operator": data.get("operator"),
        "group": data.get("group"),
        "why": data.get("why") or "",
        "at_ms": event.at_ms,
    }
    await insert(connection, ticket_steps, row, key="event_id")


async def _given_back(connection: AsyncConnection, event: Event) -> None:
    waits = {"status": "waiting", "operator": None, "taken_ms": None}
    await connection.execute(update(tickets).where(tickets.c.id == event.payload["ticket"]).values(**waits))
    await _step(connection, event)


class StoredPromises:
    """Keeps promises as rows, and as tasks with a due time."""

    async def promise(self, connection: AsyncConnection, promise: Promise) -> None:
        """One row a promise."""
        row = {
            "event_id": promise.number,
            "conversation": promise.conversation,
            "ref": promise.ref,
            "kind": promise.kind,
            "due_ms": promise.due_ms,
            "at_ms": promise.at_ms,
        }
        await insert(connection, contact_promises, row, key="event_id")
        await insert(connection, tasks, await _task(connection, promise), key="id")


async def _task(connection: AsyncConnection, promise: Promise) -> dict[str, object]:
    """Whoever is on duty then sees it among the team's tasks."""
    known = conversations.c.id == promise.conversation
    customer = await connection.scalar(select(conversations.c.customer).where(known))
    return {
        "id": f"promise-{promise.number}",
        "kind": "promise",
        "reason": "off_hours",
        "audience": "desk",
        "note": "",
        "owner": None,
        "conversation": promise.conversation,
        "customer": customer or "",
        "status": "open",
        "created_ms": promise.at_ms,
        "created_by": "distribution",
        "due_ms": promise.due_ms,
        "result": "",
    }


_TASKS: Tasks = StoredPromises()


async def _promise(connection: AsyncConnection, event: Event) -> None:
    data = event.payload
    made = Promise(
        number=event.number,
        conversation=event.conversation,
        ref=event.ref,
        kind=data["kind"],
        due_ms=int(data["due_at"]),
        at_ms=event.at_ms,
    )
    await _TASKS.promise(connection, made)


HANDLERS: dict[str, Callable[[AsyncConnection, Event], Awaitable[None]]] = {
    "ticket.clock": _clock,
    "ticket.routed": _step,
    "ticket.offered": _step,
    "ticket.passed": _step,
    "ticket.given_back": _given_back,
    "promise": _promise,
}
"""By kind of event."""
