"""The knowledge base never holds up a conversation for longer than it is allowed to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bot.knowledge import LiveKnowledge
from knowledge_base.live import KnowledgeBase


class LoadingEncoder:
    """Has everybody wait, as the real one does until its model is there."""

    fingerprint = "loading"

    async def encode(self, texts: Sequence[str]) -> Any:
        await asyncio.sleep(60)

    def encode_now(self, texts: Sequence[str], progress: Any = None) -> Any:
        raise AssertionError("not used")


class Waiting(KnowledgeBase):
    """A base that is loaded, behind an encoder that is not."""

    async def search(self, text: str, **_: Any) -> Any:
        await LoadingEncoder().encode([text])


async def test_a_search_that_waits_for_the_encoder_is_given_up() -> None:
    base = Waiting(encoder=LoadingEncoder(), timezone="Europe/Moscow")
    knowledge = LiveKnowledge(base, threshold=lambda solved: solved, wait_s=0)
    began = time.monotonic()
    assert await knowledge.search("words", language="en", now=datetime.now(UTC)) is None
    assert time.monotonic() - began < 10


async def test_without_a_base_nothing_is_waited_for_when_no_wait_is_allowed() -> None:
    base = KnowledgeBase(encoder=LoadingEncoder(), timezone="Europe/Moscow")
    knowledge = LiveKnowledge(base, threshold=lambda solved: solved, wait_s=0)
    async with asyncio.timeout(1):
        assert await knowledge.search("words", language="en", now=datetime.now(UTC)) is None
