"""Values of understanding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SENSITIVE_KINDS = frozenset({"health", "fear", "legal"})
"""Kinds of emotion that touch safety, health, fraud or law, which a person always answers."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A piece of the message with a meaning; `start` and `end` are character offsets into it.

    `name` is one of city, address, metro, card_number, phone.
    """

    name: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Emotion:
    """How upset a message is.

    Attributes:
        score: Calibrated probability in [0, 1] that a person should take over because of the mood.
        escalate: Whether it is above the configured threshold.
        kind: What was heard: anger, icy (polite fury), sarcasm, despair, fear (urgent danger, fraud), legal,
            leaving, profanity, repeated (contact) or health; empty for a calm message.
        evidence: The words that led to it, possibly empty.
    """

    score: float
    escalate: bool
    kind: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Understanding:
    """What one message means.

    `intent_confidence` is in [0, 1], `odds` is that of every intent; `parser` names who read it.
    """

    intent: str
    intent_confidence: float
    entities: tuple[Entity, ...]
    emotion: Emotion
    language: str
    parser: Literal["rasa", "offline"]
    odds: tuple[tuple[str, float], ...] = ()
