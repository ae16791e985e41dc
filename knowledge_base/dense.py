"""The dense ranker: a FAISS index over centred unit vectors."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from knowledge_base.adapter import Adapter

Floats = np.ndarray[Any, np.dtype[np.float32]]


class DenseIndex:
    """Inner products with every passage; exact.

    Vectors lose the mean of the base first: what all passages share says nothing about any of them. With an
    adapter there are two views, the encoder's vectors and those behind the adapter; the cosines are averaged.

    Args:
        vectors: `(passages, dim)` unit vectors of the encoder.
        mean: `(views, dim)` mean of those vectors, and of the adapter's where there is one.
        adapter: What stands behind the encoder.
    """

    def __init__(self, vectors: Floats, mean: Floats, adapter: Adapter | None = None) -> None:
        self.vectors = vectors
        self.mean = mean
        self.adapter = adapter

    @classmethod
    def of(cls, vectors: Floats, adapter: Adapter | None = None) -> DenseIndex:
        """An index of these vectors with their own mean; a single vector keeps its direction."""
        views = _views(vectors, adapter)
        mean = views.mean(axis=1) if len(vectors) > 1 else np.zeros((len(views), vectors.shape[1]))
        return cls(np.ascontiguousarray(vectors), mean.astype(np.float32), adapter)

    @cached_property
    def _index(self) -> Any:
        import faiss

        index = faiss.IndexFlatIP(self.vectors.shape[1])
        index.add(self._passages[0])
        return index

    @cached_property
    def _passages(self) -> Floats:
        return self.views(self.vectors)

    def views(self, vectors: Floats) -> Floats:
        """The views of the vectors without the base's mean, unit length again: `(views, n, dim)`."""
        moved = _views(vectors, self.adapter) - self.mean[:, None, :]
        norms = np.linalg.norm(moved, axis=2, keepdims=True)
        centred: Floats = np.ascontiguousarray(moved / np.maximum(norms, 1e-6), dtype=np.float32)
        return centred

    def among_passages(self) -> tuple[Floats, Floats]:
        """As `similarities`, of the passages: plain products, where the index would sort for nothing."""
        return _joined([view @ view.T for view in self._passages])

    def similarities(self, views: Floats) -> tuple[Floats, Floats]:
        """Cosines `(queries, passages)` of queries' views: the mean over the views, and the last one's."""
        found, at = self._index.search(views[0], len(self.vectors))
        plain: Floats = np.empty_like(found)
        np.put_along_axis(plain, at, found, axis=1)
        more = zip(views[1:], self._passages[1:], strict=True)
        return _joined([plain, *(mine @ theirs.T for mine, theirs in more)])


def _joined(views: list[Floats]) -> tuple[Floats, Floats]:
    """The mean of the views' likenesses, and that of the last view."""
    mean: Floats = np.mean(views, axis=0, dtype=np.float32)
    return mean, views[-1]


def _views(vectors: Floats, adapter: Adapter | None) -> Floats:
    """The vectors as the encoder made them and, with an adapter, behind it: `(views, n, dim)`."""
    return np.stack([vectors] if adapter is None else [vectors, adapter(vectors)])
