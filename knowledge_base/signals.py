"""What speaks for and against a found article being the right answer, as numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from knowledge_base.shelf import Scores, Shelf
from knowledge_base.terms import lemma_terms

Floats = np.ndarray[Any, np.dtype[np.float32]]
Ints = np.ndarray[Any, np.dtype[np.int64]]

NAMES = (
    "merged",
    "merged_margin",
    "fused",
    "fused_margin",
    "dense",
    "dense_margin",
    "lemma",
    "lemma_margin",
    "chars",
    "chars_margin",
    "ridge",
    "ridge_margin",
    "body",
    "agreement",
    "coverage",
    "unknown",
    "length",
)
"""Order of the columns. A margin is the distance to the best other article, negative when that one leads."""


def signals(shelf: Shelf, scores: Scores, article: Ints, words: Floats) -> Floats:
    """Signals `(queries, len(NAMES))` of article number `article[i]` for query i.

    `words` is what `word_signals` says: coverage, unknown, length.
    """
    at = np.arange(len(article))
    columns: list[Any] = []
    votes = np.zeros(len(article), dtype=np.float32)
    for values in (scores.merged, scores.fused, scores.dense, scores.lemma, scores.chars, scores.ridge):
        finite = np.where(np.isfinite(values), values, 0)
        mine = finite[at, article]
        others = finite.copy()
        others[at, article] = -np.inf
        margin = mine - (others.max(axis=1) if others.shape[1] > 1 else 0)
        columns += [mine, margin]
        votes += margin > 0
    columns += [scores.body[at, article], votes / 6]
    return np.column_stack([*columns, words]).astype(np.float32)


class Coverage:
    """Which words of a query an article knows, weighted by how rare they are in the base."""

    def __init__(self, shelf: Shelf) -> None:
        self._index = shelf.lemma
        rows = shelf.lemma.rows
        self._known = np.zeros((len(shelf.ids), rows.shape[1]), dtype=bool)
        counts = rows.tocoo()
        self._known[shelf.owner[counts.row], counts.col] = True
        self._rarest = float(self._index.idf.max()) if len(self._index.idf) else 1.0

    def word_signals(self, text: str, article: int, own: Sequence[str] = ()) -> tuple[float, float, float]:
        """Share of the query's weight found in the article, share unknown to the base, log of the length."""
        terms = lemma_terms(text)
        total = covered = unknown = 0.0
        for term in terms:
            at = self._index.vocabulary.get(term)
            weight = self._rarest if at is None else float(self._index.idf[at])
            total += weight
            if at is None:
                unknown += weight
            elif self._known[article, at]:
                covered += weight
        total = total or 1.0
        return covered / total, unknown / total, math.log1p(len(terms))
