"""From articles to a base."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from knowledge_base import ridge
from knowledge_base.adapter import Adapter, adapter_for
from knowledge_base.base import Base
from knowledge_base.calibrate import Calibration, Everyday, calibrate, everyday_messages, uncalibrated
from knowledge_base.dense import DenseIndex
from knowledge_base.folder import content_hash, load_articles
from knowledge_base.passages import passages_of
from knowledge_base.ports import Encoder, Progress
from knowledge_base.pseudo import from_messages
from knowledge_base.query import prepare
from knowledge_base.shelf import RIDGE, Likeness, Shelf
from knowledge_base.terms import build_terms, char_terms, lemma_terms
from knowledge_base.types import Article, Passage

Floats = np.ndarray[Any, np.dtype[np.float32]]

FLOOR = 0.95
"""Default `precision_floor`."""


Labelled = Sequence[tuple[str, str | None]]
"""Messages of customers with the id of the article that answers each, None where a person must."""


def build_base(
    folder: Path,
    encoder: Encoder,
    progress: Progress | None = None,
    *,
    floor: float = FLOOR,
    labelled: Labelled = (),
) -> Base:
    """A throw-away base of a folder of articles.

    Raises:
        FolderError: the folder is unusable or has a fault.
    """
    return build(load_articles(folder), encoder, progress, floor=floor, labelled=labelled)


def build(
    articles: Sequence[Article],
    encoder: Encoder,
    progress: Progress | None = None,
    *,
    floor: float = FLOOR,
    labelled: Labelled = (),
) -> Base:
    """Index and calibrate articles; `floor` is the least precision of answers.

    Internal articles, and whole ids of which one language is internal, stay out of the customers' shelf.
    """
    tell = progress or _silent
    hidden = {article.id for article in articles if article.audience == "internal"}
    shown = [article for article in articles if article.id not in hidden]
    vectors = _embed(articles, encoder, tell)
    tell("index", 0, 2)
    dim = next(iter(vectors.values())).shape[0] if vectors else 1
    made = Maker(encoder)
    indexed = make_shelf(shown, vectors, made) if shown else None
    customer = _empty_shelf(dim) if indexed is None else indexed.shelf
    internal = make_shelf(articles, vectors, made).shelf if hidden else customer
    tell("calibrate", 1, 2)
    calibration = (
        uncalibrated(floor)
        if indexed is None
        else _calibrate(indexed, encoder, floor=floor, labelled=labelled)
    )
    tell("done", 2, 2)
    return Base(
        articles=tuple(articles),
        customer=customer,
        internal=internal,
        model=calibration.model,
        estimate=calibration.estimate,
        fingerprint=encoder.fingerprint,
        content=content_hash(tuple(articles)),
    )


def _calibrate(indexed: Indexed, encoder: Encoder, *, floor: float, labelled: Labelled) -> Calibration:
    shelf = indexed.shelf
    texts = [prepare(passage.text) for passage in shelf.passages]
    everyday = [prepare(text) for text in everyday_messages()]
    alien = shelf.likeness(everyday, shelf.everyday)
    asked = [prepare(text, russian=True) for text, _ in labelled]
    known = (
        from_messages(
            shelf,
            shelf.likeness(asked, encoder.encode_now(asked)),
            asked,
            [right for _, right in labelled],
            1.0,
        )
        if asked
        else None
    )
    return calibrate(
        shelf,
        indexed.ridge,
        indexed.likeness,
        texts,
        Everyday(everyday, replace(alien, strange=shelf.strange(shelf.everyday_views, themselves=True))),
        floor=floor,
        labelled=known,
    )


class Maker:
    """What every shelf behind one encoder has: the adapter and the everyday messages' vectors."""

    def __init__(self, encoder: Encoder, adapter: Adapter | None = None) -> None:
        self.adapter = adapter or adapter_for(encoder.fingerprint)
        self.everyday = encoder.encode_now([prepare(text) for text in everyday_messages()])


@dataclass(frozen=True, slots=True)
class Indexed:
    """A shelf with what calibrating it needs: the ridge and the passages' likeness to each other."""

    shelf: Shelf
    ridge: ridge.Ridge
    likeness: Likeness


def make_shelf(articles: Sequence[Article], vectors: dict[str, Floats], made: Maker) -> Indexed:
    """Index passages of articles; `vectors` maps each prepared text to its vector."""
    passages = sorted(
        (passage for article in articles for passage in passages_of(article)),
        key=lambda passage: (passage.article_id, passage.lang),
    )
    return shelf_of(passages, vectors, made)


def shelf_of(passages: Sequence[Passage], vectors: dict[str, Floats], made: Maker) -> Indexed:
    """Index passages already in the order of their articles."""
    ids = tuple(dict.fromkeys(passage.article_id for passage in passages))
    number = {article_id: at for at, article_id in enumerate(ids)}
    owner = np.array([number[passage.article_id] for passage in passages], dtype=np.int64)
    texts = [prepare(passage.text) for passage in passages]
    dense = DenseIndex.of(np.stack([vectors[text] for text in texts]), made.adapter)
    shelf = Shelf(
        passages=tuple(passages),
        owner=owner,
        ids=ids,
        dense=dense,
        lemma=build_terms([lemma_terms(text) for text in texts]),
        chars=build_terms([char_terms(text) for text in texts]),
        weights=np.zeros((len(passages), len(ids)), dtype=np.float32),
        scale=(1.0, 1.0),
        everyday=made.everyday,
    )
    likeness = shelf.among_passages()
    trained = ridge.train(likeness.mixed(RIDGE), owner, shelf.is_body, len(ids))
    return Indexed(replace(shelf, weights=trained.weights, scale=_scale(shelf)), trained, likeness)


def _empty_shelf(dim: int) -> Shelf:
    """What customers find in when every article is internal: nothing."""
    nothing = np.zeros((0, dim), dtype=np.float32)
    return Shelf(
        passages=(),
        owner=np.zeros(0, dtype=np.int64),
        ids=(),
        dense=DenseIndex(nothing, np.zeros((1, dim), dtype=np.float32)),
        lemma=build_terms([]),
        chars=build_terms([]),
        weights=np.zeros((0, 0), dtype=np.float32),
        scale=(1.0, 1.0),
        everyday=nothing,
    )


def _scale(shelf: Shelf) -> tuple[float, float]:
    """Typical best fused score and best ridge score of a question the base answers.

    The ridge's grows with the logarithm of the phrases an article has; fitted by eye on development sets
    with 1 to 118 phrases an article (0.14 to 0.50).
    """
    phrases = float((~shelf.is_body).sum()) / len(shelf.ids)
    return 0.5, 0.15 + 0.1 * math.log(max(phrases, 1.0))


def _embed(articles: Sequence[Article], encoder: Encoder, tell: Progress) -> dict[str, Floats]:
    texts = list(
        dict.fromkeys(prepare(passage.text) for article in articles for passage in passages_of(article))
    )
    vectors = encoder.encode_now(texts, lambda done, total: tell("encode", done, total))
    return dict(zip(texts, vectors, strict=True))


def _silent(step: str, done: int, total: int) -> None:
    """No one watches."""
