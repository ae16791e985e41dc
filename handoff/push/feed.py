"""What happened becomes notices, in the transaction that archives it: none is lost, none made twice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.sql import insert_once
from core.tables import operators, tickets
from core.web.area import LEADS
from handoff.push.tables import push_outbox, push_subscriptions
from handoff.push.types import PushKind


@dataclass(frozen=True, slots=True)
class _News:
    """What is told: to one operator, to leads, or to everybody who asked for it."""

    kind: PushKind
    ticket: str
    operator: str = ""
    leads: bool = False


async def tell(
    connection: AsyncConnection,
    *,
    number: int,
    kind: str,
    conversation: str,
    at_ms: int,
    payload: Mapping[str, Any],
) -> None:
    """Put an event in line for every browser whose operator it concerns; `number` is the event's."""
    news = await _of_turn(connection, conversation, payload) if kind == "turn" else _news(kind, payload)
    if news is None:
        return
    query = select(push_subscriptions.c.id, push_subscriptions.c.kinds).join(
        operators, operators.c.id == push_subscriptions.c.operator
    )
    if news.operator:
        query = query.where(operators.c.id == news.operator)
    if news.leads:
        query = query.where(operators.c.role.in_(sorted(LEADS)))
    for subscription, kinds in (await connection.execute(query)).all():
        if news.kind in json.loads(kinds):
            row = {
                "id": f"{subscription}-{number}", "subscription": subscription, "kind": news.kind,
                "ticket": news.ticket, "status": "waiting", "attempts": 0, "at_ms": at_ms, "next_ms": at_ms,
            }  # fmt: skip
            await insert_once(connection, push_outbox, row, key="id")


def _news(kind: str, data: Mapping[str, Any]) -> _News | None:
    match kind:
        case "ticket.created" | "ticket.given_back":
            return _News("waiting", data["ticket"])
        case "ticket.transferred" if not data["operator"]:
            return _News("waiting", data["ticket"])
        case "ticket.transferred" if data["operator"] != data["by"]:
            return _News("assigned", data["ticket"], data["operator"])
        case "ticket.offered":
            return _News("assigned", data["ticket"], data["operator"])
        case "mention" if data["operator"] != data["by"]:
            return _News("mention", data["ticket"], data["operator"])
        case "ticket.clock" if data["what"] == "breached":
            return _News("overdue", data["ticket"], leads=True)
        case "task.due":
            owner = data.get("owner") or ""
            return _News("task", "", owner, leads=not owner and data["audience"] == "lead")
        case _:
            return None


async def _of_turn(connection: AsyncConnection, conversation: str, data: Mapping[str, Any]) -> _News | None:
    """A customer's message concerns whoever has the ticket; while nobody has it, it waits already."""
    if data["author"] != "customer":
        return None
    query = select(tickets.c.id, tickets.c.operator).where(
        tickets.c.conversation == conversation, tickets.c.status == "taken"
    )
    found = (await connection.execute(query)).first()
    return _News("message", found.id, found.operator) if found and found.operator else None
