"""Gathering what a decision is made of: understanding and search run at once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.decide import Candidate, Signals
from bot.evidence import Heard, article_chances, skill_chance
from bot.looking_back import RISING, look_back
from bot.ports import Knowledge, Understands
from bot.types import BotState, IncomingMessage, MessageKind
from knowledge_base.types import SearchResult
from nlu.types import Emotion, Understanding

_NUMBER = re.compile(r"\d(?:[ -]?\d){3}")
_CALM = Emotion(score=0.0, escalate=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """A message as understood: `solved_threshold` is the base's own, above 1 when it answers nothing."""

    signals: Signals
    understanding: Understanding
    language: str
    solved_threshold: float


async def gather(
    message: IncomingMessage,
    state: BotState,
    *,
    language: str,
    understander: Understands,
    knowledge: Knowledge,
    now: datetime,
    emotion_threshold: float,
    familiar: Callable[[], Awaitable[bool]] | None = None,
) -> Reading:
    """Read one message. Only words are given to the parser and the search; buttons carry their meaning.

    `emotion_threshold` is what the mood after looking back must reach to hand over; `familiar` tells whether
    the parser's word on articles counts for the base served, and without it, it does.
    """
    if message.kind is not MessageKind.TEXT:
        return _wordless(message, state, language, knowledge)
    understanding, found = await asyncio.gather(
        understander.understand(message.text, language_hint=language),
        knowledge.search(message.text, language=language, now=now),
    )
    if found is not None and found.vector is not None:
        emotion = understander.mood(message.text, found.vector)
        understanding = replace(understanding, emotion=emotion)
    known = found is not None and (familiar is None or await familiar())
    candidates = _candidates(found, knowledge, understanding, language, familiar=known)
    past = look_back(
        state,
        text=message.text,
        emotion=understanding.emotion.score,
        intent=understanding.intent,
        article=candidates[0].article if candidates else "",
    )
    rising = past.mood >= emotion_threshold and not understanding.emotion.escalate
    signals = Signals(
        kind=message.kind,
        intent=understanding.intent,
        intent_confidence=understanding.intent_confidence,
        parser=understanding.parser,
        emotion=understanding.emotion.score,
        escalate=understanding.emotion.escalate or rising,
        emotion_kind=RISING if rising else understanding.emotion.kind,
        evidence=understanding.emotion.evidence,
        past=past,
        candidates=candidates,
        odds=understanding.odds,
        skill_chance=_skill_chance(understanding, found),
        entities=tuple(sorted({entity.name for entity in understanding.entities})),
        knowledge_ready=found is not None,
        base_version=found.base_version if found else 0,
        words=len(message.text.split()),
        number=_NUMBER.search(message.text) is not None,
        state=state,
    )
    return Reading(
        signals, understanding, understanding.language or language, found.threshold if found else 2.0
    )


def _wordless(message: IncomingMessage, state: BotState, language: str, knowledge: Knowledge) -> Reading:
    signals = Signals(
        kind=message.kind,
        text=message.text if message.kind is MessageKind.COMMAND else "",
        button=message.button,
        candidates=_chosen(message.button, language, knowledge),
        state=state,
    )
    nothing = Understanding("", 0.0, (), _CALM, language, "offline")
    return Reading(signals, nothing, language, 2.0)


def _chosen(button: str, language: str, knowledge: Knowledge) -> tuple[Candidate, ...]:
    """The article a customer picked from a clarifying question; their own choice counts as certain."""
    head, _, article_id = button.partition(":")
    article = knowledge.article(article_id, language) if head == "article" else None
    if article is None:
        return ()
    return (Candidate(article.id, article.lang, article.title, article.revision, 1.0),)


def _skill_chance(understanding: Understanding, found: SearchResult | None) -> float | None:
    """None where a rule knew the intent or the parser gave no odds: then its confidence stands."""
    if not understanding.odds:
        return None
    best = found.hits[0].probability if found and found.hits else 0.0
    return skill_chance(understanding.intent_confidence, best)


def _candidates(
    found: SearchResult | None,
    knowledge: Knowledge,
    understanding: Understanding,
    language: str,
    *,
    familiar: bool,
) -> tuple[Candidate, ...]:
    """Articles found, in the language they would be shown in: a decision stores the revision of that text."""
    if found is None:
        return ()
    language = understanding.language or language
    own = [hit.probability for hit in found.hits]
    chances = article_chances(own, Heard(dict(understanding.odds) if familiar else {}))
    candidates = []
    for hit, chance in zip(found.hits, chances, strict=True):
        passage = hit.passage
        shown = knowledge.article(passage.article_id, language)
        candidates.append(
            Candidate(passage.article_id, passage.lang, hit.title, "", chance, hit.probability)
            if shown is None
            else Candidate(shown.id, shown.lang, shown.title, shown.revision, chance, hit.probability)
        )
    return tuple(candidates)
