"""From an outcome to the effect that is committed: events, replies, ticket, memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from bot.codec import dump_state, reply_data
from bot.decide import Signals, Thresholds
from bot.effects import Effect, NewTicket
from bot.inbox import Pending
from bot.outcome import Outcome
from bot.signals import Reading
from bot.types import (
    Answer,
    BotState,
    Clarify,
    Decision,
    HandOff,
    IncomingMessage,
    Reply,
    RunSkill,
    SmallTalk,
)
from core.records import PRIORITY_BOT, PRIORITY_PERSON, dump, new_id, outgoing, turn
from handoff.packets import PRIORITY_NORMAL, PRIORITY_URGENT, dump_packet
from handoff.routing.groups import Facts
from handoff.routing.reception import Absence, Place
from handoff.types import Candidate, HandoffPacket

_REMEMBERED = 10


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision with all that is stored about it; `imposed` when the worker made it and not `decide()`."""

    id: str
    decision: Decision
    reading: Reading
    thresholds: Thresholds
    imposed: bool = False


def customer_turn(
    message: IncomingMessage, pending_id: str, outcome: str, decision_id: str = ""
) -> tuple[str, str]:
    """The event that puts the customer's words into the history."""
    extra: dict[str, Any] = {}
    if message.attachments:
        extra["attachments"] = [asdict(attachment) for attachment in message.attachments]
    if message.location is not None:
        extra["location"] = asdict(message.location)
    payload = turn(
        "customer",
        message.text,
        kind=message.kind.value,
        message_id=pending_id,
        external_id=message.external_id,
        outcome=outcome,
        decision_id=decision_id,
        name=message.sender.name,
        **extra,
    )
    return "turn", payload


def decision_event(decided: Decided, message_id: str) -> tuple[str, str]:
    """The event that stores a decision with its signals, so that it can be replayed."""
    decision = decided.decision
    payload = {
        "id": decided.id,
        "message_id": message_id,
        "decision": decision_word(decision),
        "reason": decision.reason.value if isinstance(decision, HandOff) else None,
        "article": decision.article if isinstance(decision, Answer) else None,
        "revision": decision.revision if isinstance(decision, Answer) else None,
        "skill": decision.skill if isinstance(decision, RunSkill) else None,
        "articles": list(decision.articles) if isinstance(decision, Clarify) else None,
        "smalltalk": decision.kind if isinstance(decision, SmallTalk) else None,
        "urgent": decision.urgent if isinstance(decision, HandOff) else None,
        "imposed": decided.imposed,
        "solved": decided.reading.solved_threshold,
        "probability": best_probability(decided.reading.signals),
        "signals": asdict(_storable(decided.reading.signals)),
        "thresholds": asdict(decided.thresholds),
    }
    return "decision", dump(payload)


def _storable(signals: Signals) -> Signals:
    """Signals without anybody's words, phone or code: what a decision depends on is still all there."""
    state = replace(signals.state, skill_state={}, said=(), answered=())
    return replace(signals, text=" ".join(signals.text.split()[:1]), evidence="", state=state)


def decision_word(decision: Decision) -> str:
    """The decision as one word of the command line: answer, skill, clarify, smalltalk, handoff."""
    words = {"Answer": "answer", "RunSkill": "skill", "Clarify": "clarify", "SmallTalk": "smalltalk"}
    return words.get(type(decision).__name__, "handoff")


def best_probability(signals: Signals) -> float | None:
    """Probability of the best article found, None if there was none."""
    return signals.candidates[0].probability if signals.candidates else None


def packet(decision: HandOff, reading: Reading, state: BotState) -> HandoffPacket:
    """What the operator sees first, in `handoff`'s terms."""
    signals, understanding = reading.signals, reading.understanding
    return HandoffPacket(
        reason=decision.reason.value,
        evidence=decision.evidence,
        intent=signals.intent,
        intent_confidence=signals.intent_confidence,
        entities=tuple((entity.name, entity.value) for entity in understanding.entities),
        mood=signals.emotion_kind,
        mood_score=signals.emotion,
        language=reading.language,
        said=state.said,
        answered=state.answered,
        candidates=tuple(
            Candidate(found.article, found.language, found.title, found.probability)
            for found in signals.candidates[:5]
        ),
    )


def remember(state: BotState, *, said: str = "", answered: str = "") -> BotState:
    """The memory with one more line on either side."""
    return replace(
        state,
        said=(*state.said, said)[-_REMEMBERED:] if said else state.said,
        answered=(*state.answered, answered)[-_REMEMBERED:] if answered else state.answered,
    )


def _unique(pending: Pending) -> str:
    """Two chats may number a message alike; the conversation's id tells them apart."""
    return f"{pending.conversation.id}-{pending.id}"


def bot_reply(pending: Pending, reply: Reply, language: str, decision_id: str) -> Mapping[str, Any]:
    """The bot's reply; its id follows from the message, so handling twice can never queue two."""
    return outgoing(
        f"b{_unique(pending)}", "bot", reply_data(reply), language=language, priority=PRIORITY_BOT,
        decision_id=decision_id,
    )  # fmt: skip


def system_reply(pending: Pending, text: str, language: str) -> Mapping[str, Any]:
    """A notice of the desk itself, which a take does not cancel."""
    return outgoing(
        f"s{_unique(pending)}", "system", {"text": text}, language=language, priority=PRIORITY_PERSON
    )


def routing_facts(
    decision: HandOff,
    reading: Reading,
    message: IncomingMessage,
    known: Mapping[str, str],
    *,
    least: float,
) -> Facts:
    """What the rules that choose a group may ask; a customer's tags are kept separated by commas.

    An article counts from the probability `least` on: the best of what does not fit says nothing.
    """
    signals = reading.signals
    best = next((each for each in signals.candidates[:1] if each.probability >= least), None)
    return Facts(
        intent=signals.intent,
        article=best.article if best else "",
        language=reading.language,
        channel=message.channel,
        reason=decision.reason.value,
        tags=tuple(tag.strip() for tag in known.get("tags", "").split(",") if tag.strip()),
        urgent=decision.urgent,
    )


def placed(ticket: NewTicket, place: Place, known: Mapping[str, str]) -> NewTicket:
    """The same ticket in the group and with the deadlines that the settings say."""
    return replace(
        ticket,
        group=place.group,
        priority=place.priority,
        due_ms=ticket.due_ms if place.due_ms is None else place.due_ms,
        why=place.why,
        targets=place.targets,
        raised_ms=place.raised_ms,
        manager=known.get("manager", ""),
    )


def promise_event(absence: Absence) -> tuple[str, str]:
    """The event that a contact was promised outside working hours, from which a task is made."""
    due_ms = round(absence.contact.timestamp() * 1000)
    return "promise", dump({"kind": "contact", "due_at": due_ms})


def new_ticket(
    decision: HandOff, reading: Reading, state: BotState, message: IncomingMessage, *, due_s: float
) -> NewTicket:
    """The ticket of a hand-over, due in `due_s` seconds."""
    return NewTicket(
        reason=decision.reason.value,
        group="general",
        priority=PRIORITY_URGENT if decision.urgent else PRIORITY_NORMAL,
        due_ms=int(due_s * 1000),
        customer=message.sender.name or message.sender.user_id,
        language=reading.language,
        packet=dump_packet(packet(decision, reading, state)),
        last_line=message.text[:200],
    )


def relay(message: IncomingMessage, pending: Pending) -> Effect:
    """The message goes to the person who owns the conversation, and that is all."""
    return Effect(events=(customer_turn(message, pending.id, "relayed"),), relay=message.text[:200])


def feedback_event(outcome: Outcome, signals: Signals) -> list[tuple[str, str]]:
    """The customer's verdict on an answer, if this message gave one.

    A button names the answer it stood under (`helped:yes:DECISION`); words are about the last one.
    """
    _, _, named = signals.button.removeprefix("helped:").partition(":")
    judged = named or signals.state.last_decision
    if outcome.helpful is None or not judged:
        return []
    return [("feedback", dump({"decision": judged, "helpful": outcome.helpful}))]


def state_json(state: BotState) -> str:
    """The memory as it is stored."""
    return dump_state(state)


def new_decision_id() -> str:
    """A new id for a decision."""
    return new_id("d")
