"""Whether the parser's phrases and the knowledge base speak of the same business."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from bot.evidence import OUTSIDE, QUESTION
from core.logging import get_logger
from knowledge_base.types import Article

ENOUGH = 0.75
"""Share of a base's questions the parser must take for questions before its word on articles counts.

The shipped base has .86; seven public bases of other companies .26 to .62, and there the parser's word cost a
third of the answers without making the rest more precise (docs/decisions/025-one-decision.md).
"""
SAMPLE = 200
"""Questions read; they take about 60 ms."""

_log = get_logger("familiar")
Odds = Callable[[str], Mapping[str, float]]


class Familiar:
    """Asks the offline parser about the base's own questions, once a base."""

    def __init__(self, *, articles: Callable[[], Sequence[Article]], odds: Odds) -> None:
        """`articles` gives those of the base served; `odds` reads a text, in a thread."""
        self._articles = articles
        self._odds = odds
        self._read: Sequence[Article] | None = None
        self._familiar = False

    async def __call__(self) -> bool:
        """True when the parser knows this base's kind of question; call it only when a base is served."""
        articles = self._articles()
        if articles is not self._read:
            share = await asyncio.to_thread(self._share, articles)
            self._read, self._familiar = articles, share >= ENOUGH
            _log.info("base.familiar", share=round(share, 3), familiar=self._familiar)
        return self._familiar

    def _share(self, articles: Sequence[Article]) -> float:
        questions = [text for each in articles if each.audience == "customer" for text in each.questions]
        some = questions[:: max(1, len(questions) // SAMPLE)]
        return sum(map(self._is_question, some)) / max(1, len(some))

    def _is_question(self, text: str) -> bool:
        odds = self._odds(text)
        return odds.get(QUESTION, 0.0) > odds.get(OUTSIDE, 0.0)
