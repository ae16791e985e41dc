"""What the list's events become in SQL: labels, snoozing, links; and customers recognised by their phone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sqlalchemy import delete, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.projecting import Event
from bot.projecting import insert as insert_once
from core import sql
from handoff.customers.persons import recognise_phone
from handoff.lists.tables import conversation_tags, conversation_topics, snoozes, ticket_links


async def recognise(connection: AsyncConnection, event: Event) -> None:
    """A customer who proved a phone that another customer proved is the same person."""
    phone = event.payload.get("phone")
    if phone:
        await recognise_phone(connection, event.payload["key"], phone, at_ms=event.at_ms)


async def _labelled(connection: AsyncConnection, event: Event) -> None:
    conversation = event.conversation
    tags = sorted({tag[:40] for tag in event.payload["tags"].split("\n") if tag})
    here = conversation_tags.c.conversation == conversation
    await connection.execute(delete(conversation_tags).where(here))
    if tags:
        rows = [{"conversation": conversation, "tag": tag} for tag in tags]
        await connection.execute(insert(conversation_tags), rows)
    topic = event.payload["topic"][:80]
    await connection.execute(
        delete(conversation_topics).where(conversation_topics.c.conversation == conversation)
    )
    if topic:
        row = {"conversation": conversation, "topic": topic, "at_ms": event.at_ms}
        await sql.insert_once(connection, conversation_topics, row, key="conversation")


async def _snoozed(connection: AsyncConnection, event: Event) -> None:
    data = event.payload
    row = {
        "event_id": event.number,
        "ticket": data["ticket"],
        "conversation": event.conversation,
        "operator": data["operator"],
        "at_ms": event.at_ms,
        "until_ms": int(data["until_ms"]),
    }
    await insert_once(connection, snoozes, row, key="event_id")


async def _woken(connection: AsyncConnection, event: Event) -> None:
    open_one = (snoozes.c.ticket == event.payload["ticket"]) & snoozes.c.ended_ms.is_(None)
    await connection.execute(
        update(snoozes)
        .where(open_one, snoozes.c.event_id < event.number)
        .values(ended_ms=event.at_ms, ended_by=event.payload["by"])
    )


async def _linked(connection: AsyncConnection, event: Event) -> None:
    data = event.payload
    row = {
        "event_id": event.number,
        "ticket": data["ticket"],
        "other": data["other"],
        "operator": data["operator"],
        "at_ms": event.at_ms,
    }
    await insert_once(connection, ticket_links, row, key="event_id")


async def _unlinked(connection: AsyncConnection, event: Event) -> None:
    one, other = event.payload["ticket"], event.payload["other"]
    pair = ticket_links.c.ticket.in_((one, other)) & ticket_links.c.other.in_((one, other))
    await connection.execute(
        update(ticket_links)
        .where(pair, ticket_links.c.ended_ms.is_(None), ticket_links.c.event_id < event.number)
        .values(ended_ms=event.at_ms)
    )


HANDLERS: dict[str, Callable[[AsyncConnection, Event], Awaitable[None]]] = {
    "ticket.labelled": _labelled,
    "ticket.snoozed": _snoozed,
    "ticket.woken": _woken,
    "ticket.linked": _linked,
    "ticket.unlinked": _unlinked,
}
"""Kind of event → what it becomes."""
