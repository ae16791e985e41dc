"""Shapes of what the Lua scripts store, shared by those who write them (bot, handoff) and the archive.

A *turn* is one message as the history shows it. An *outgoing* is one entry for the outbox: what the channel
needs (`payload`) and the turn that is written to the history in the same step.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from typing import Any, Literal

Author = Literal["customer", "bot", "operator", "system"]

PRIORITY_PERSON = 0
PRIORITY_BOT = 1
PRIORITY_NOTICE = 2
"""People's replies go before the bot's, those before ratings and notices."""


def new_id(prefix: str) -> str:
    """A unique id that sorts by time: prefix, milliseconds in hex, 64 random bits."""
    return f"{prefix}{int(time.time() * 1000):012x}{secrets.token_hex(8)}"


def dump(value: Any) -> str:
    """Compact JSON that keeps Russian readable."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def turn(author: Author, text: str, *, kind: str = "text", **fields: Any) -> str:
    """JSON of a turn event.

    Fields the archive knows: `operator` (id), `name` (shown beside the words), `message_id`, `external_id`,
    `out_id`, `outcome`, `decision_id`, `buttons` (list of id and text), `attachments`, `location`.
    """
    return dump({"author": author, "text": text, "kind": kind, **fields})


def outgoing(
    reply_id: str,
    author: Author,
    reply: Mapping[str, Any],
    *,
    language: str,
    priority: int,
    **turn_fields: Any,
) -> dict[str, Any]:
    """An outbox entry for the scripts.

    Args:
        reply_id: Ours and unique; queueing it twice is one entry.
        author: Who speaks.
        reply: The reply as JSON data: `text`, and optionally `buttons`, `ask_contact`, `ask_location`,
            `locations`.
        language: Two letters; channels use it for their own words around the reply.
        priority: One of the `PRIORITY_…` numbers.
        turn_fields: Further fields of the turn.
    """
    shown = turn(
        author, str(reply["text"]), out_id=reply_id, buttons=list(reply.get("buttons", ())), **turn_fields
    )
    return {
        "id": reply_id,
        "author": author,
        "priority": priority,
        "payload": dump({"reply": dict(reply), "language": language, "name": turn_fields.get("name", "")}),
        "turn": shown,
        "line": str(reply["text"])[:200],
    }
