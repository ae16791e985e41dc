"""One immutable, searchable knowledge base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from knowledge_base.logistic import Logistic
from knowledge_base.query import prepare
from knowledge_base.shelf import Scores, Shelf
from knowledge_base.signals import Coverage, signals
from knowledge_base.threshold import Estimate
from knowledge_base.types import Article, Audience, Hit, SearchResult

Floats = np.ndarray[Any, np.dtype[np.float32]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Base:
    """Articles, their index and calibration; never changed after it is built.

    Attributes:
        articles: Customers' and internal ones.
        customer: What customers' searches see; internal articles are not in it at all.
        internal: What operators' searches see: everything.
        model: Turns signals into the chance that an article is the right answer.
        estimate: Threshold solved from the base itself.
        fingerprint: Encoder the vectors were made with.
        content: Hash of the articles.
        version: Number it was published under, 0 for a throw-away one.
    """

    articles: tuple[Article, ...]
    customer: Shelf
    internal: Shelf
    model: Logistic
    estimate: Estimate
    fingerprint: str
    content: str
    version: int = 0

    def numbered(self, version: int) -> Base:
        """The same base under a version number."""
        return replace(self, version=version)

    def prepare(self, text: str) -> str:
        """A message as it is to be embedded and searched with."""
        return prepare(text, russian=self._has_russian)

    @cached_property
    def _has_russian(self) -> bool:
        return any(article.lang == "ru" for article in self.articles)

    def warm(self) -> None:
        """Make what searches need, so that the first customer does not wait for it."""
        for shelf in (self.customer, self.internal):
            if shelf.passages:
                shelf.likeness([self.prepare("проверка")], shelf.dense.vectors[:1])
        self._coverage.get(True)

    def article(self, article_id: str, language: str, *, audience: Audience = "customer") -> Article | None:
        """The article in that language, else in another, else None; internal ones only for `internal`."""
        found = self._by_id.get(article_id, {})
        chosen = found.get(language) or next(iter(found.values()), None)
        hidden = chosen is not None and audience == "customer" and article_id not in self.customer.ids
        return None if hidden else chosen

    def search(
        self,
        text: str,
        vector: Floats,
        *,
        language: str,
        today: date,
        audience: Audience = "customer",
        limit: int = 5,
    ) -> SearchResult:
        """Best articles valid on that day, at most `limit`; `vector` is of `self.prepare(text)`, `(dim,)`."""
        found = self.search_many(
            [text], vector[None, :], language=language, today=today, audience=audience, limit=limit
        )
        return found[0]

    def search_many(
        self,
        texts: Sequence[str],
        vectors: Floats,
        *,
        language: str,
        today: date,
        audience: Audience = "customer",
        limit: int = 5,
    ) -> list[SearchResult]:
        """The same for several messages at once, `vectors` is `(n, dim)`."""
        shelf = self.customer if audience == "customer" else self.internal
        if not shelf.passages or not texts:
            return [self._result(()) for _ in texts]
        queries = [self.prepare(text) for text in texts]
        allowed = self._allowed(shelf, today)
        scores = shelf.scores(shelf.likeness(queries, vectors), allowed=allowed)
        hits = [
            self._hits(shelf, _row(scores, at), query, allowed=allowed, language=language, limit=limit)
            for at, query in enumerate(queries)
        ]
        return [self._result(tuple(found)) for found in hits]

    def _result(self, hits: tuple[Hit, ...]) -> SearchResult:
        return SearchResult(hits=hits, threshold=self.estimate.threshold, base_version=self.version)

    def _hits(
        self, shelf: Shelf, scores: Scores, query: str, *, allowed: Flags, language: str, limit: int
    ) -> list[Hit]:
        merged = scores.merged[0]
        order = [int(at) for at in np.argsort(-merged, kind="stable")[:limit] if np.isfinite(merged[at])]
        chances = self._chances(shelf, scores, query, order)
        return [
            self._hit(shelf, scores, at, chance, allowed=allowed, language=language)
            for at, chance in zip(order, chances, strict=True)
        ]

    def _chances(self, shelf: Shelf, scores: Scores, query: str, order: list[int]) -> list[float]:
        """Probability of each candidate; those after the first share what the first one leaves."""
        coverage = self._coverage[shelf is self.customer]
        chances: list[float] = []
        for at in order:
            words = np.array([coverage.word_signals(query, at)], dtype=np.float32)
            row = signals(shelf, scores, np.array([at]), words)
            chance = float(self.model.probability(row)[0])
            chances.append(min(chance, chances[-1], 1 - chances[0]) if chances else chance)
        return chances

    def _hit(
        self, shelf: Shelf, scores: Scores, at: int, chance: float, *, allowed: Flags, language: str
    ) -> Hit:
        article_id = shelf.ids[at]
        here = [a for a in self._by_id[article_id].values() if a.lang == language]
        passage = shelf.best_passage(scores, 0, at)
        spoken = language if here and self._is_allowed(shelf, at, language, allowed) else passage.lang
        shown = self._by_id[article_id][spoken]
        if passage.lang != spoken:
            passage = replace(passage, lang=spoken, kind="title", text=shown.title)
        return Hit(passage, shown.title, float(scores.merged[0, at]), chance)

    def _is_allowed(self, shelf: Shelf, at: int, language: str, allowed: Flags) -> bool:
        start, end = np.searchsorted(shelf.owner, [at, at + 1])
        return any(allowed[i] and shelf.passages[i].lang == language for i in range(start, end))

    def _allowed(self, shelf: Shelf, today: date) -> Flags:
        """Passages of articles valid on that day."""
        key = (id(shelf), today)
        if key not in self._days:
            self._days[key] = self._valid(shelf, today)
            for old in list(self._days)[:-4]:
                self._days.pop(old, None)
        return self._days[key]

    def _valid(self, shelf: Shelf, today: date) -> Flags:
        closed = {
            (a.id, a.lang)
            for a in self.articles
            if (a.valid_from and today < a.valid_from) or (a.valid_to and today > a.valid_to)
        }
        return np.array([(p.article_id, p.lang) not in closed for p in shelf.passages], dtype=bool)

    @cached_property
    def _days(self) -> dict[tuple[int, date], Flags]:
        return {}

    @cached_property
    def _by_id(self) -> dict[str, dict[str, Article]]:
        found: dict[str, dict[str, Article]] = {}
        for article in self.articles:
            found.setdefault(article.id, {})[article.lang] = article
        return found

    @cached_property
    def _coverage(self) -> dict[bool, Coverage]:
        return {True: Coverage(self.customer), False: Coverage(self.internal)}


def _row(scores: Scores, at: int) -> Scores:
    """Scores of one query."""
    one = slice(at, at + 1)
    return Scores(
        merged=scores.merged[one],
        fused=scores.fused[one],
        dense=scores.dense[one],
        lemma=scores.lemma[one],
        chars=scores.chars[one],
        body=scores.body[one],
        ridge=scores.ridge[one],
        whole=scores.whole[one],
        turned=scores.turned[one],
        strange=scores.strange[one],
        passages=scores.passages[one],
    )
