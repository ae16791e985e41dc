"""The knowledge base as the conversation sees it: waits for it at the start, never fails."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

from core.logging import get_logger
from knowledge_base.errors import KnowledgeBaseError, NotReady
from knowledge_base.live import KnowledgeBase
from knowledge_base.types import Article, SearchResult

_log = get_logger("knowledge")
_PAUSE_S = 0.1
_SEARCH_S = 2.0
"""Longest search while everything is up, so that `wait_s` may be zero; it takes 20 ms on one core."""


class LiveKnowledge:
    """Adapts `knowledge_base.live.KnowledgeBase` to `bot.ports.Knowledge`."""

    def __init__(self, base: KnowledgeBase, *, threshold: Callable[[float], float], wait_s: float) -> None:
        """`threshold` turns the solved threshold into the one in force; `wait_s` is how long a message waits
        while base or encoder are starting.
        """
        self._base = base
        self._threshold = threshold
        self._wait_s = wait_s

    async def search(self, text: str, *, language: str, now: datetime, limit: int = 5) -> SearchResult | None:
        """Customers' articles, best first; None when no base can be asked."""
        try:
            # The encoder has whoever asks wait while it loads, which must not hold up the conversation.
            async with asyncio.timeout(max(self._wait_s, _SEARCH_S)):
                return await self._search(text, language=language, now=now, limit=limit)
        except TimeoutError:
            _log.warning("knowledge.unavailable", state="slow")
            return None

    async def _search(self, text: str, *, language: str, now: datetime, limit: int) -> SearchResult | None:
        give_up = time.monotonic() + self._wait_s
        while True:
            try:
                return await self._base.search(text, language=language, now=now, limit=limit)
            except NotReady:
                if self._base.state == "down" or time.monotonic() >= give_up:
                    _log.warning("knowledge.unavailable", state=self._base.state)
                    return None
                await asyncio.sleep(_PAUSE_S)
            except KnowledgeBaseError as error:
                _log.error("knowledge.failed", error=type(error).__name__)
                return None

    def article(self, article_id: str, language: str) -> Article | None:
        """A customers' article, or None."""
        try:
            return self._base.article(article_id, language)
        except NotReady:
            return None

    def threshold(self, solved: float) -> float:
        """The threshold in force."""
        return self._threshold(solved)
