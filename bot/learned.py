"""What people teach, from events to SQL: verdicts on decisions, and phrases that wait for an editor."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.projecting import Event, fitting
from bot.projecting import insert as insert_once
from core import sql
from core.records import dump
from core.tables import audit, decisions, pending_phrases, verdicts

_SAID = ("right", "article", "operator")
"""Columns of a verdict in which two of the same decision and source may differ."""


async def feedback(connection: AsyncConnection, event: Event) -> None:
    """A customer's "did this help?": on the decision itself, and as a verdict of theirs."""
    decision_id, helpful = event.payload["decision"], event.payload["helpful"]
    await connection.execute(update(decisions).where(decisions.c.id == decision_id).values(helpful=helpful))
    decision = await _decision(connection, decision_id)
    if decision is not None:
        await _write(connection, event, decision, right=helpful, source="customer", operator=None)


async def verdict(connection: AsyncConnection, event: Event) -> None:
    """What an operator or a reviewer said of a decision: right or wrong, or which article answers.

    The article named is compared with the decision's first; a decision without any has nothing to be judged.

    Raises:
        KeyError: the decision is not known.
    """
    data = event.payload
    decision = await _decision(connection, data["decision"])
    if decision is None:
        raise KeyError("decision")
    first = _first(decision)
    if first["article"] is None:
        return
    named = data.get("answered")
    right = bool(data["right"]) if named is None else named == first["article"]
    await _write(
        connection, event, decision, right=right, source=data["source"], operator=data.get("operator")
    )


async def phrase(connection: AsyncConnection, event: Event) -> None:
    """A customer's words, to be looked at by an editor; the same words for an article only once."""
    data = event.payload
    row = {
        "id": data["id"],
        "at_ms": event.at_ms,
        "article": data["article"],
        "language": data["language"],
        "text": data["text"],
        "source": data["source"],
        "conversation": event.conversation,
        "decision_id": data.get("decision"),
        "operator": data.get("operator"),
        "status": "pending",
    }
    await insert_once(connection, pending_phrases, row, key="id")


async def _decision(connection: AsyncConnection, decision_id: str) -> RowMapping | None:
    query = select(decisions).where(decisions.c.id == decision_id)
    return (await connection.execute(query)).mappings().first()


def _first(decision: RowMapping) -> Mapping[str, Any]:
    """The article a decision is about: the one it answered with, else the best it had."""
    payload = json.loads(decision["payload"])
    signals = payload.get("signals") or {}
    best: Mapping[str, Any] = next(iter(signals.get("candidates") or ()), {})
    return {
        "article": decision["article"] or best.get("article"),
        "revision": payload.get("revision") or best.get("revision") or None,
        "base_version": signals.get("base_version"),
        "probability": decision["probability"],
    }


async def _write(
    connection: AsyncConnection,
    event: Event,
    decision: RowMapping,
    *,
    right: bool,
    source: str,
    operator: str | None,
) -> None:
    """One verdict a decision and source: a later one takes its place, the earlier goes into the audit."""
    row = {
        "id": f"{source}:{decision['id']}",
        "at_ms": event.at_ms,
        "conversation": decision["conversation"],
        "decision_id": decision["id"],
        **_first(decision),
        "right": right,
        "source": source,
        "operator": operator,
    }
    query = select(verdicts).where(verdicts.c.id == row["id"])
    before = (await connection.execute(query)).mappings().first()
    if before is not None and before["at_ms"] > event.at_ms:
        return  # an event that is copied again must not undo a later one
    if before is not None and any(before[name] != row[name] for name in _SAID):
        await connection.execute(insert(audit).values(**_replaced(before, event)))
    await sql.upsert(connection, verdicts, fitting(verdicts, row), key="id")


def _replaced(before: RowMapping, event: Event) -> dict[str, Any]:
    said = {name: before[name] for name in ("id", "at_ms", *_SAID)}
    return {
        "at_ms": event.at_ms,
        "who": str(event.payload.get("operator") or "customer")[:80],
        "action": "verdict.replaced",
        "detail": dump(said),
    }
