"""Passages with their rankers: what a query is compared with, and the scores of each article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from knowledge_base.dense import DenseIndex
from knowledge_base.terms import TermIndex, char_terms, lemma_terms
from knowledge_base.types import Passage
from knowledge_base.whole import WholeIndex, build_whole

Floats = np.ndarray[Any, np.dtype[np.float32]]
Ints = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

FUSED = (0.5, 0.2, 0.3)
RIDGE = (0.7, 0.1, 0.2)
"""Shares of encoder, base forms and character n-grams in a passage's likeness, and in the ridge's kernel."""
BODY_SHARE = 0.3
"""Weight of the best paragraph beside the best phrase."""
WHOLE_SHARE = 0.5
"""Weight of the whole article beside the ridge and the best phrase.

All four measured on development sets in Russian and English; hit@1 is flat around them.
"""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Each query against each passage, `(queries, passages)`, one array a ranker.

    `whole` is each query against each article, `(queries, articles)`; `turned` is `dense` behind the adapter
    alone; `strange` is the likeness to the nearest everyday message no company answers, `(queries,)`.
    """

    dense: Floats
    lemma: Floats
    chars: Floats
    whole: Floats
    turned: Floats
    strange: Floats

    def mixed(self, shares: tuple[float, float, float]) -> Floats:
        """The weighted sum of the three."""
        total: Floats = shares[0] * self.dense + shares[1] * self.lemma + shares[2] * self.chars
        return total


@dataclass(frozen=True, slots=True)
class Scores:
    """Each query against each article, `(queries, articles)`; an article without passages left has 0.

    `merged` orders the articles; the rest are signals. `passages` is each passage's likeness,
    `(queries, passages)`; `strange` is as in `Likeness`.
    """

    merged: Floats
    fused: Floats
    dense: Floats
    lemma: Floats
    chars: Floats
    body: Floats
    ridge: Floats
    whole: Floats
    turned: Floats
    strange: Floats
    passages: Floats


@dataclass(frozen=True)
class Shelf:
    """Passages ordered by article, with their rankers.

    Attributes:
        passages: In the order of `owner`, which never falls.
        owner: `(passages,)` number of the article in `ids`.
        ids: Article ids; both languages of an article share one.
        weights: `(passages, articles)` of the ridge.
        scale: Typical top of the fused score and of the ridge; they make the two comparable.
        everyday: `(messages, dim)` the encoder's vectors of messages no company answers.
    """

    passages: tuple[Passage, ...]
    owner: Ints
    ids: tuple[str, ...]
    dense: DenseIndex
    lemma: TermIndex
    chars: TermIndex
    weights: Floats
    scale: tuple[float, float]
    everyday: Floats

    @cached_property
    def is_body(self) -> Flags:
        """`(passages,)`: paragraphs, as opposed to questions and titles."""
        return np.array([passage.kind == "body" for passage in self.passages], dtype=bool)

    @cached_property
    def whole(self) -> WholeIndex:
        """Whole articles over the same character n-grams."""
        return build_whole(self.chars, self.owner, len(self.ids))

    def likeness(self, texts: Sequence[str], vectors: Floats) -> Likeness:
        """Compare prepared texts and their vectors with every passage."""
        chars = [char_terms(text) for text in texts]
        views = self.dense.views(vectors)
        dense, turned = self.dense.similarities(views)
        return Likeness(
            dense=dense,
            lemma=self.lemma.similarities([lemma_terms(text) for text in texts]),
            chars=self.chars.similarities(chars),
            whole=self.whole.similarities(chars),
            turned=turned,
            strange=self.strange(views),
        )

    def strange(self, views: Floats, *, themselves: bool = False) -> Floats:
        """Likeness to the nearest everyday message, `(n,)`; `themselves`: the views are of those messages."""
        if not len(self.everyday):
            return np.zeros(views.shape[1], dtype=np.float32)
        pairs = zip(views, self.everyday_views, strict=True)
        likeness = sum(mine @ theirs.T for mine, theirs in pairs) / len(views)
        if themselves:
            np.fill_diagonal(likeness, -1)
        nearest: Floats = likeness.max(axis=1)
        return nearest

    @cached_property
    def everyday_views(self) -> Floats:
        """The everyday messages as `DenseIndex.views`."""
        return self.dense.views(self.everyday)

    def among_passages(self) -> Likeness:
        """Each passage against each passage, without reading their texts again."""
        dense, turned = self.dense.among_passages()
        return Likeness(
            dense=dense,
            lemma=self.lemma.among_rows(),
            chars=self.chars.among_rows(),
            whole=self.whole.among_rows(),
            turned=turned,
            strange=self.strange(self.dense.views(self.dense.vectors)),
        )

    def scores(self, likeness: Likeness, *, allowed: Flags, ridge: Floats | None = None) -> Scores:
        """Scores of the articles over the passages `allowed`, `(passages,)` or `(queries, passages)`.

        `ridge` replaces the ridge's own scores (left-out ones, while calibrating).
        """
        allowed = np.broadcast_to(allowed, likeness.dense.shape)
        body = self.is_body
        mixed = np.where(allowed, likeness.mixed(FUSED), 0)
        fused = self._best(mixed, ~body)
        paragraphs = self._best(mixed, body)
        if ridge is None:
            ridge = likeness.mixed(RIDGE) @ self.weights
        present = self._best(allowed.astype(np.float32), np.ones_like(body)) > 0
        merged = (fused + BODY_SHARE * paragraphs) / self.scale[0] + ridge / self.scale[1]
        merged = merged + WHOLE_SHARE * likeness.whole
        return Scores(
            merged=np.where(present, merged, -np.inf).astype(np.float32),
            fused=fused,
            dense=self._best(np.where(allowed, likeness.dense, 0), ~body),
            lemma=self._best(np.where(allowed, likeness.lemma, 0), ~body),
            chars=self._best(np.where(allowed, likeness.chars, 0), ~body),
            body=paragraphs,
            ridge=ridge,
            whole=likeness.whole,
            turned=self._best(np.where(allowed, likeness.turned, 0), ~body),
            strange=likeness.strange,
            passages=mixed,
        )

    def _best(self, values: Floats, chosen: Flags) -> Floats:
        """Largest value among the chosen passages of each article, at least 0."""
        out = np.zeros((len(values), len(self.ids)), dtype=np.float32)
        at = np.flatnonzero(chosen)
        if len(at):
            owners, starts = np.unique(self.owner[at], return_index=True)
            out[:, owners] = np.maximum.reduceat(values[:, at], starts, axis=1)
        return np.maximum(out, 0)

    def best_passage(self, scores: Scores, query: int, article: int) -> Passage:
        """The passage of an article that is most like the query."""
        start, end = np.searchsorted(self.owner, [article, article + 1])
        return self.passages[int(start) + int(scores.passages[query, start:end].argmax())]
