"""What understanding needs from its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from nlu.types import Emotion, Entity

if TYPE_CHECKING:
    from nlu.emotion_weights import Floats

ParserName = Literal["rasa", "offline"]
Odds = tuple[tuple[str, float], ...]
"""Intents with their probabilities, which sum to 1."""
FALLBACK_INTENT = "out_of_scope"


@dataclass(frozen=True, slots=True)
class ParsedIntent:
    """What a parser made of one message; `confidence` is in [0, 1], `odds` is that of every intent."""

    intent: str
    confidence: float
    entities: tuple[Entity, ...]
    odds: Odds = ()


@dataclass(frozen=True, slots=True)
class ParserHealth:
    """How a parser fares: `ok`, `starting` or `down`, and a word on the cause."""

    status: Literal["ok", "starting", "down"]
    cause: str = ""


class Parser(Protocol):
    """Reads intent and entities. `name` appears in decisions."""

    name: ParserName

    async def parse(self, text: str) -> ParsedIntent:
        """Parse one message.

        Raises:
            ParserUnavailable: no answer for now.
        """


class EmotionScorer(Protocol):
    """Hears how upset a message is."""

    def score(self, text: str, vector: Floats | None = None) -> Emotion:
        """Score one message, better with the sentence encoder's vector; takes two milliseconds at most."""
