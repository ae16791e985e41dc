"""Publishing: a base is built, stored whole, and only then made the active one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from core.logging import get_logger
from knowledge_base.errors import ArtefactError
from knowledge_base.folder import code_hash, content_hash, load_articles
from knowledge_base.learned import Learned, merge
from knowledge_base.ports import BaseMeta, BaseStore, Encoder, Progress, Verdicts
from knowledge_base.proof import with_verdicts
from knowledge_base.types import Article

if TYPE_CHECKING:
    from knowledge_base.base import Base

CONFIDENCE = 0.95
"""Default `confidence` of a bound from verdicts."""

Source = Literal["folder", "editors"]

_log = get_logger("knowledge_base.publish")


async def publish(
    articles: Sequence[Article],
    *,
    store: BaseStore,
    encoder: Encoder,
    source: Source,
    now: datetime,
    floor: float,
    progress: Progress | None = None,
    verdicts: Verdicts | None = None,
    confidence: float = CONFIDENCE,
) -> int:
    """Build, store and activate; the new version number.

    The threshold is the bound that `verdicts` prove at that confidence, else the base's own estimate.
    Building runs in a thread. A crash before the last step leaves the old base live.

    Raises:
        StoreError: the base cannot be stored or activated.
    """
    base = await asyncio.to_thread(_build, articles, encoder, progress, floor)
    meta = BaseMeta(
        fingerprint=encoder.fingerprint,
        source=source,
        content=content_hash(tuple(articles)),
        code=code_hash(),
        floor=floor,
        created_at=now,
        articles=len(articles),
        threshold=base.estimate.threshold,
        share=base.estimate.share,
    )
    base = await with_verdicts(base, verdicts, model=meta.model, floor=floor, confidence=confidence)
    meta = replace(
        meta, threshold=base.estimate.threshold, share=base.estimate.share, kind=base.estimate.kind
    )
    artefact = await asyncio.to_thread(_bytes, base)
    version = await store.save(artefact, meta)
    await store.activate(version)
    _log.info("base.published", version=version, articles=len(articles), threshold=meta.threshold)
    return version


async def publish_folder(
    folder: Path,
    *,
    store: BaseStore,
    encoder: Encoder,
    now: datetime,
    floor: float,
    progress: Progress | None = None,
    learned: Sequence[Learned] = (),
    verdicts: Verdicts | None = None,
    confidence: float = CONFIDENCE,
) -> int:
    """Publish a folder of articles with the phrases learned for them; the new version number.

    Raises:
        FolderError: the folder is unusable or has a fault.
        StoreError: the base cannot be stored or activated.
    """
    articles = _taught(await asyncio.to_thread(load_articles, folder), learned)
    return await publish(
        articles, store=store, encoder=encoder, source="folder", now=now, floor=floor, progress=progress,
        verdicts=verdicts, confidence=confidence,
    )  # fmt: skip


async def ensure_published(
    folder: Path,
    *,
    store: BaseStore,
    encoder: Encoder,
    now: datetime,
    floor: float,
    progress: Progress | None = None,
    learned: Sequence[Learned] = (),
    verdicts: Verdicts | None = None,
    confidence: float = CONFIDENCE,
) -> int:
    """See at start that what is active fits articles, encoder, floor and program; the active version.

    Nothing is published yet, or the active base came from the folder and the folder or the phrases learned
    are others now: the folder is published. The active base is the editors' and was made with another
    encoder or program: it is built again from its own articles.

    Raises:
        FolderError: the folder has to be published and is unusable.
        StoreError: the store cannot be reached.
    """
    active = await store.active()
    meta = None if active is None else await store.meta(active)
    if active is None or meta is None:
        return await publish_folder(
            folder, store=store, encoder=encoder, now=now, floor=floor, progress=progress, learned=learned,
            verdicts=verdicts, confidence=confidence,
        )  # fmt: skip
    same_maker = (meta.fingerprint, meta.code, meta.floor) == (encoder.fingerprint, code_hash(), floor)
    if meta.source == "folder":
        articles = _taught(await asyncio.to_thread(load_articles, folder), learned)
        if same_maker and meta.content == content_hash(articles):
            await store.activate(active)
            return active
        source: Source = "folder"
    elif same_maker:
        return active
    else:
        articles, source = await _articles_of(store, active), "editors"
    return await publish(
        articles, store=store, encoder=encoder, source=source, now=now, floor=floor, progress=progress,
        verdicts=verdicts, confidence=confidence,
    )  # fmt: skip


def _taught(articles: Sequence[Article], learned: Sequence[Learned]) -> tuple[Article, ...]:
    merged = merge(articles, learned)
    _log.info("phrases.merged", added=merged.added, known=merged.known, lost=merged.lost)
    return merged.articles


async def _articles_of(store: BaseStore, version: int) -> tuple[Article, ...]:
    from knowledge_base.artefact import articles_in

    try:
        return await asyncio.to_thread(articles_in, await store.load(version))
    except ArtefactError as error:
        _log.error("base.unreadable", version=version, error=str(error))
        raise


def _build(articles: Sequence[Article], encoder: Encoder, progress: Progress | None, floor: float) -> Base:
    from knowledge_base.build import build

    return build(articles, encoder, progress, floor=floor)


def _bytes(base: Base) -> bytes:
    from knowledge_base.artefact import to_bytes

    return to_bytes(base)
