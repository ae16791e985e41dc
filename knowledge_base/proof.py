"""Puts what verdicts say into a base before it is published."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from core.logging import get_logger
from knowledge_base.errors import StoreError
from knowledge_base.ports import Verdicts
from knowledge_base.types import Article

if TYPE_CHECKING:
    from knowledge_base.base import Base

_log = get_logger("knowledge_base.proof")


def revisions_of(articles: Iterable[Article]) -> Mapping[str, frozenset[str]]:
    """Revisions of each article, one a language."""
    found: dict[str, frozenset[str]] = {}
    for article in articles:
        found[article.id] = found.get(article.id, frozenset()) | {article.revision}
    return found


async def with_verdicts(
    base: Base, verdicts: Verdicts | None, *, model: str, floor: float, confidence: float
) -> Base:
    """The base with the threshold verdicts prove, or with its own where they prove none.

    Verdicts that cannot be read count as none: articles must stay publishable, and an estimate says that it
    is one.
    """
    from knowledge_base.verdicts import countable, proven

    if verdicts is None:
        return base
    try:
        heard = await verdicts.read()
    except StoreError as error:
        _log.warning("verdicts.unreadable", error=str(error))
        return base
    kept = countable(heard, model=model, revisions=revisions_of(base.articles))
    estimate = await asyncio.to_thread(proven, base.estimate, kept, floor=floor, confidence=confidence)
    _log.info(
        "threshold.solved", kind=estimate.kind, threshold=estimate.threshold, verdicts=len(kept),
        labels=estimate.labels, missing=estimate.missing,
    )  # fmt: skip
    return replace(base, estimate=estimate)
