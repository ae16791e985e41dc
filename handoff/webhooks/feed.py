"""What happened becomes deliveries, in the transaction that archives it: none is lost, none made twice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.sql import insert_once
from handoff.webhooks.store import waiting
from handoff.webhooks.tables import webhook_deliveries, webhooks

_NAMES = {
    "conversation.started": "conversation.opened",
    "ticket.created": "conversation.handed_over",
    "ticket.taken": "conversation.taken",
    "conversation.closed": "conversation.closed",
    "rating": "conversation.rated",
    "topic.rising": "topic.rising",
}
"""Kind of event in the stream → what receivers know it as."""
_TOLD = (
    "channel", "language", "reason", "by", "ticket", "group", "priority", "operator", "score", "topic",
    "count", "expected",
)  # fmt: skip
"""What receivers are told of an event. The customer's words, name and phone are not among it: who needs them
asks for them with a token whose scopes allow it.
"""


async def announce(
    connection: AsyncConnection,
    *,
    number: int,
    kind: str,
    conversation: str,
    at_ms: int,
    payload: Mapping[str, Any],
) -> None:
    """Put an event in line for every webhook that wants it; `number` is the event's."""
    event = _NAMES.get(kind)
    if event is None:
        return
    query = select(webhooks.c.id, webhooks.c.events).where(webhooks.c.active)
    about = {"conversation": conversation} if conversation else {}  # a rising topic is about many
    data = {**about, **{name: payload[name] for name in _TOLD if name in payload}}
    for webhook_id, events in (await connection.execute(query)).all():
        if event in json.loads(events):
            row = waiting(f"{webhook_id}-{number}", webhook_id, event, data, at_ms=at_ms)
            await insert_once(connection, webhook_deliveries, row, key="id")
