"""What the bot would say today to phrases that wait: its first article and how sure it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from knowledge_base.errors import KnowledgeBaseError, NotReady
from knowledge_base.live import KnowledgeBase
from knowledge_base.phrases import Phrase


@dataclass(frozen=True, slots=True)
class Guess:
    """The bot's first article for a phrase; `answers` when it would be sure enough to answer alone."""

    article: str
    title: str
    probability: float
    answers: bool


class Guesses:
    """Asks the base that serves, as a customer's message would."""

    def __init__(self, base: KnowledgeBase, *, clock: Callable[[], datetime]) -> None:
        """`clock` says what day it is, since articles begin and end."""
        self._base = base
        self._clock = clock
        self._known: dict[tuple[int | None, date, str], Guess] = {}

    async def of(self, phrases: Sequence[Phrase]) -> list[Guess | None]:
        """A guess for each phrase; None for all while no base can be asked."""
        # A list is read again after every decision, and a guess changes only with the base and the day.
        about, today = self._base.version, self._clock().date()
        keys = [(about, today, phrase.id) for phrase in phrases]
        wanted = [phrase for key, phrase in zip(keys, phrases, strict=True) if key not in self._known]
        made = await asyncio.gather(*(self._one(phrase) for phrase in wanted))
        fresh = {
            (about, today, phrase.id): guess for phrase, guess in zip(wanted, made, strict=True) if guess
        }
        self._known = {key: self._known[key] for key in keys if key in self._known} | fresh
        return [self._known.get(key) for key in keys]

    async def _one(self, phrase: Phrase) -> Guess | None:
        try:
            found = await self._base.search(phrase.text, language=phrase.language, now=self._clock(), limit=1)
        except KnowledgeBaseError:
            return None
        if not found.hits:
            return None
        hit = found.hits[0]
        return Guess(
            article=hit.passage.article_id,
            title=hit.title,
            probability=hit.probability,
            answers=hit.probability >= found.threshold,
        )

    def titles(self) -> dict[str, dict[str, str]]:
        """Every article's title: id → language → title; none while no base is loaded."""
        try:
            articles = self._base.base.articles
        except NotReady:
            return {}
        found: dict[str, dict[str, str]] = {}
        for article in articles:
            found.setdefault(article.id, {})[article.lang] = article.title
        return found

    def internal(self) -> set[str]:
        """Ids customers are never shown."""
        try:
            base = self._base.base
        except NotReady:
            return set()
        return {article.id for article in base.articles if article.audience == "internal"}

    @property
    def version(self) -> int | None:
        """Of the base that serves."""
        return self._base.version
