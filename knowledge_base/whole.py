"""The article-level ranker: how much of a message an article has anywhere, in questions, title or body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from knowledge_base.terms import TermIndex

Floats = np.ndarray[Any, np.dtype[np.float32]]
Ints = np.ndarray[Any, np.dtype[np.int64]]

SATURATION = 1.2
LENGTH = 0.5
"""k1 and b of BM25 (Robertson & Zaragoza 2009): customary values."""


@dataclass(frozen=True)
class WholeIndex:
    """BM25 of articles; a term counts once a passage.

    Attributes:
        terms: Index of the passages, whose terms these are.
        counts: `(articles, terms)` passages of the article with the term.
        spread: `(terms,)` articles with the term.
        length: `(articles,)` part of BM25's denominator that does not depend on the term.
    """

    terms: TermIndex
    counts: sparse.csr_matrix
    spread: Floats
    length: Floats

    def similarities(self, queries: Sequence[Sequence[str]]) -> Floats:
        """Each query against each article, `(queries, articles)`: 0 to about 2 whatever the length."""
        known = self.terms.vocabulary
        found = [sorted({known[term] for term in query if term in known}) for query in queries]
        strange = [len({term for term in query if term not in known}) for query in queries]
        indptr = np.concatenate([[0], np.cumsum([len(row) for row in found])])
        columns = np.array([at for row in found for at in row], dtype=np.int32)
        ones = np.ones(len(columns), dtype=np.float32)
        shape = (len(queries), self.counts.shape[1])
        return self._scored(sparse.csr_matrix((ones, columns, indptr), shape=shape), np.array(strange))

    def among_rows(self) -> Floats:
        """Each passage against each article, `(passages, articles)`, its own included."""
        rows = self.terms.rows
        pattern = sparse.csr_matrix((np.ones_like(rows.data), rows.indices, rows.indptr), shape=rows.shape)
        return self._scored(pattern, np.zeros(rows.shape[0]))

    def without(self, passage: int, article: int, gone: Ints) -> float:
        """Score of a passage with its article when the passages `gone` are not in it."""
        rows = self.terms.rows
        mine = rows.indices[rows.indptr[passage] : rows.indptr[passage + 1]]
        have = np.zeros(self.counts.shape[1], dtype=np.float32)
        row = slice(self.counts.indptr[article], self.counts.indptr[article + 1])
        have[self.counts.indices[row]] = self.counts.data[row]
        for other in gone:
            have[rows.indices[rows.indptr[other] : rows.indptr[other + 1]]] -= 1
        left = have[mine]
        rarity = self._rarity(self.spread[mine] - (left <= 0))
        value = left * (SATURATION + 1) / (left + self.length[article])
        return float((rarity * value).sum() / max(rarity.sum(), 1e-6))

    def _scored(self, pattern: sparse.csr_matrix, strange: Floats) -> Floats:
        total = pattern @ self._rarities + strange * self._rarity(np.zeros(1, dtype=np.float32))[0]
        scores = (pattern @ self._columns).toarray()
        scored: Floats = (scores / np.maximum(total, 1e-6)[:, None]).astype(np.float32)
        return scored

    def _rarity(self, spread: Floats) -> Floats:
        articles = self.counts.shape[0]
        rarity: Floats = np.log1p((articles - spread + 0.5) / (spread + 0.5)).astype(np.float32)
        return rarity

    @cached_property
    def _rarities(self) -> Floats:
        return self._rarity(self.spread)

    @cached_property
    def _columns(self) -> sparse.csr_matrix:
        """Value of each term in each article times its rarity, `(terms, articles)`."""
        found = self.counts.tocoo()
        values = (
            self._rarities[found.col] * found.data * (SATURATION + 1) / (found.data + self.length[found.row])
        )
        shape = (self.counts.shape[1], self.counts.shape[0])
        return sparse.csr_matrix((values.astype(np.float32), (found.col, found.row)), shape=shape)


def build_whole(terms: TermIndex, owner: Ints, articles: int) -> WholeIndex:
    """Join the passages of each article; `owner` is each passage's article number."""
    rows = terms.rows
    pattern = sparse.csr_matrix((np.ones_like(rows.data), rows.indices, rows.indptr), shape=rows.shape)
    places = (np.ones(len(owner), dtype=np.float32), (owner, np.arange(len(owner))))
    counts = (sparse.csr_matrix(places, shape=(articles, len(owner))) @ pattern).tocsr()
    size = np.asarray(counts.sum(axis=1)).ravel()
    usual = max(float(size.mean()), 1.0) if articles else 1.0
    length = SATURATION * (1 - LENGTH + LENGTH * size / usual)
    spread = np.asarray((counts > 0).sum(axis=0)).ravel()
    return WholeIndex(terms, counts, spread.astype(np.float32), length.astype(np.float32))
