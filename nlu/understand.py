"""Understanding one message: intent, entities, emotion and language, whatever is up or down."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.logging import get_logger
from nlu.agree import agreed
from nlu.errors import ParserUnavailable
from nlu.language import detect_language
from nlu.normalise import blank, capped, has_letters
from nlu.ports import FALLBACK_INTENT, EmotionScorer, ParsedIntent, Parser, ParserName
from nlu.short import place_alone, sign_intent
from nlu.types import Emotion, Understanding

if TYPE_CHECKING:
    from nlu.emotion_weights import Floats

log = get_logger("nlu")


class Understander:
    """Reads a message with both parsers together and, when the first is away, with the second alone.

    The whole text is listened to for emotion; the parser gets its first `max_chars` characters.
    """

    def __init__(
        self, *, primary: Parser | None, fallback: Parser, emotion: EmotionScorer, max_chars: int
    ) -> None:
        """`primary` is None where there is no Rasa at all; `fallback` must always answer."""
        self._primary, self._fallback = primary, fallback
        self._emotion = emotion
        self._max_chars = max_chars

    async def understand(self, text: str, *, language_hint: str) -> Understanding:
        """Understand one message; `language_hint` (ru or en) decides where the text does not tell."""
        parsed, parser = await self._parse(capped(text, self._max_chars))
        parsed = _plain(text, parsed)
        return Understanding(
            intent=parsed.intent,
            intent_confidence=parsed.confidence,
            entities=parsed.entities,
            emotion=self._emotion.score(text),
            language=detect_language(text, default=language_hint),
            parser=parser,
            odds=parsed.odds,
        )

    def mood(self, text: str, vector: Floats) -> Emotion:
        """The emotion again, now that the encoder's vector of the message is known: it hears more."""
        return self._emotion.score(text, vector)

    async def _parse(self, text: str) -> tuple[ParsedIntent, ParserName]:
        """Who read it is said even of a blank text, which nobody needs to read."""
        if self._primary is not None:
            try:
                parsed = await self._primary.parse(text)
            except ParserUnavailable as error:
                log.debug("parser.fallback", cause=error.cause)
            else:
                if blank(text):
                    return _NOTHING, self._primary.name
                return agreed(parsed, await self._fallback.parse(text)), self._primary.name
        return await self._fallback.parse(text), self._fallback.name


def _plain(text: str, parsed: ParsedIntent) -> ParsedIntent:
    """What needs no model: signs, digits, and a place that stands alone."""
    if not has_letters(text):
        # A code, a phone or a card is what a skill asked for; its digits say nothing about a wish.
        meant = sign_intent(text) if blank(text) else ""
        return replace(parsed, intent=meant or FALLBACK_INTENT, confidence=_PLAIN if meant else 0.0, odds=())
    if place_alone(text, parsed.entities):
        return replace(parsed, intent="find_store", confidence=_PLAIN, odds=())
    return parsed


_PLAIN = 0.95
"""Confidence in what needs no model."""
_NOTHING = ParsedIntent(intent=FALLBACK_INTENT, confidence=0.0, entities=())
