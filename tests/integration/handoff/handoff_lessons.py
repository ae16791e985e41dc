"""Conversations with decisions in them, as the bot writes them, and the archive they become."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.projection import project
from core.records import PRIORITY_BOT, dump, outgoing, turn
from handoff.packets import new_ticket
from handoff.types import Candidate, HandoffPacket
from tests.integration.handoff.handoff_world import REF, World

FOUND = (("damaged-lost-parcel", "Заказ потерян", 0.41), ("delivery-times", "Сроки доставки", 0.12))

PACKET = HandoffPacket(
    reason="low_confidence",
    intent="complaint",
    intent_confidence=0.63,
    entities=(("city", "Казань"),),
    mood="anger",
    mood_score=0.44,
    said=("посылка не пришла, меня зовут Мария",),
    candidates=tuple(Candidate(article, "ru", title, chance) for article, title, chance in FOUND),
)


def _decision(decision_id: str, what: str, article: str | None) -> dict[str, Any]:
    candidates = [
        {"article": name, "language": "ru", "title": title, "revision": "r1", "probability": chance}
        for name, title, chance in FOUND
    ]
    return {
        "id": decision_id, "message_id": decision_id, "decision": what, "reason": None, "article": article,
        "revision": "r1" if article else None, "skill": None, "probability": FOUND[0][2],
        "signals": {"candidates": candidates, "base_version": 7}, "thresholds": {},
    }  # fmt: skip


def _asked(text: str, decision_id: str, outcome: str) -> dict[str, str]:
    said = turn("customer", text, message_id=decision_id, decision_id=decision_id, outcome=outcome)
    return {"kind": "turn", "payload": said}


async def hand_over(
    world: World, text: str, *, decision_id: str = "d1", reason: str = "low_confidence", ref: str = REF
) -> str:
    """The bot is not sure; the ticket's id."""
    packet = HandoffPacket(
        **{name: getattr(PACKET, name) for name in PACKET.__slots__} | {"reason": reason, "said": (text,)}
    )
    events = [
        _asked(text, decision_id, "handed_off"),
        {"kind": "decision", "payload": dump(_decision(decision_id, "handoff", None))},
    ]
    ticket = new_ticket(packet, customer="Мария", last_line=text, due_s=120)
    return await world.message(text, ref, events=events, ticket=ticket)


async def bot_answers(
    world: World, text: str, answer: str, *, decision_id: str = "d0", ref: str = REF
) -> None:
    """The bot answers from its first article."""
    reply = outgoing(
        f"b{decision_id}", "bot", {"text": answer}, language="ru", priority=PRIORITY_BOT,
        decision_id=decision_id,
    )  # fmt: skip
    events = [
        _asked(text, decision_id, "answered"),
        {"kind": "decision", "payload": dump(_decision(decision_id, "answer", FOUND[0][0]))},
    ]
    await world.message(text, ref, events=events, replies=[reply])


async def archive(world: World, engine: AsyncEngine) -> None:
    """Copies every event as the archiver does."""
    found: Any = await world.redis.xrange(world.keys("events"))
    async with engine.begin() as connection:
        for event_id, fields in found:
            await project(connection, event_id, fields)


async def rows(engine: AsyncEngine, table: Table) -> list[dict[str, Any]]:
    """All rows of a table."""
    async with engine.connect() as connection:
        return [dict(row) for row in (await connection.execute(select(table))).mappings()]
