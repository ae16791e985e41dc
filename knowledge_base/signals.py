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
    "whole",
    "whole_margin",
    "body",
    "agreement",
    "least_margin",
    "turned_margin",
    "strange",
    "coverage",
    "unknown",
    "length",
)
"""Order of the columns. A margin is the distance to the best other article, negative when that one leads."""


def signals(shelf: Shelf, scores: Scores, article: Ints, heard: Floats) -> Floats:
    """Signals `(queries, len(NAMES))` of article number `article[i]` for query i.

    `heard` is what `word_signals` says: coverage, unknown, length.
    """
    at = np.arange(len(article))
    columns: list[Any] = []
    margins: list[Any] = []
    votes = np.zeros(len(article), dtype=np.float32)
    for values in (
        scores.merged,
        scores.fused,
        scores.dense,
        scores.lemma,
        scores.chars,
        scores.ridge,
        scores.whole,
    ):
        mine, margin = _ahead(values, article)
        columns += [mine, margin]
        votes += margin > 0
        margins.append(margin)
    columns += [scores.body[at, article], votes / 7, _least(shelf, margins)]
    columns += [_ahead(scores.turned, article)[1], scores.strange]
    return np.column_stack([*columns, heard]).astype(np.float32)


def _ahead(values: Any, article: Ints) -> tuple[Any, Any]:
    """The articles' scores and by how much each leads the best other one."""
    at = np.arange(len(article))
    finite = np.where(np.isfinite(values), values, 0)
    mine = finite[at, article]
    others = finite.copy()
    others[at, article] = -np.inf
    return mine, mine - (others.max(axis=1) if others.shape[1] > 1 else 0)


def _least(shelf: Shelf, margins: Sequence[Any]) -> Any:
    """The least of four rankers' margins, each by its typical top: how far the least sure of them is sure."""
    _, fused, dense, _, _, ridge, whole = margins
    return np.minimum.reduce([fused / shelf.scale[0], dense / shelf.scale[0], ridge / shelf.scale[1], whole])


class Coverage:
    """Which words of a query an article knows, weighted by how rare they are in the base."""

    def __init__(self, shelf: Shelf) -> None:
        self._index = shelf.lemma
        self._owner = shelf.owner
        rows = shelf.lemma.rows.tocoo()
        self._counts = np.zeros((len(shelf.ids), shelf.lemma.rows.shape[1]), dtype=np.int32)
        np.add.at(self._counts, (shelf.owner[rows.row], rows.col), 1)
        self._total = self._counts.sum(axis=0)
        self._rarest = float(self._index.idf.max()) if len(self._index.idf) else 1.0

    def word_signals(
        self, text: str, article: int, without: Sequence[int] | Ints = ()
    ) -> tuple[float, float, float]:
        """Share of the query's weight found in the article, share unknown to the base, log of the length.

        Passages `without` count as if they were not there.
        """
        terms = lemma_terms(text)
        gone = self._terms_of(without)
        total = covered = unknown = 0.0
        for term in terms:
            at = self._index.vocabulary.get(term)
            owners = gone.get(at, []) if at is not None else []
            if at is None or self._total[at] <= len(owners):
                unknown += self._rarest
                total += self._rarest
                continue
            total += float(self._index.idf[at])
            if self._counts[article, at] > owners.count(article):
                covered += float(self._index.idf[at])
        total = total or 1.0
        return covered / total, unknown / total, math.log1p(len(terms))

    def _terms_of(self, passages: Sequence[int] | Ints) -> dict[int, list[int]]:
        """Terms of some passages, each with the articles they are in, once a passage."""
        found: dict[int, list[int]] = {}
        rows = self._index.rows
        for passage in passages:
            for at in rows.indices[rows.indptr[passage] : rows.indptr[passage + 1]].tolist():
                found.setdefault(at, []).append(int(self._owner[passage]))
        return found
