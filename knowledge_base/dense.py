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
    adapter the likeness is the mean of two cosines, of the encoder's vectors and of those behind the adapter.

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

        index = faiss.IndexFlatIP(self._passages.shape[1])
        index.add(self._passages)
        return index

    @cached_property
    def _passages(self) -> Floats:
        return self.centred(self.vectors)

    def centred(self, vectors: Floats) -> Floats:
        """The views of the vectors without the base's mean, side by side, unit length again."""
        moved = _views(vectors, self.adapter) - self.mean[:, None, :]
        norms = np.linalg.norm(moved, axis=2, keepdims=True) * len(moved) ** 0.5
        centred: Floats = np.ascontiguousarray(
            np.concatenate(list(moved / np.maximum(norms, 1e-6)), axis=1), dtype=np.float32
        )
        return centred

    def among_passages(self) -> Floats:
        """Cosine of each passage with each passage: one product, where the index would sort for nothing."""
        return self._passages @ self._passages.T

    def turned(self, queries: Floats) -> Floats:
        """Cosine of each query with each passage behind the adapter alone; without one the encoder's own."""
        dim = self.vectors.shape[1]
        scores: Floats = self.centred(queries)[:, -dim:] @ self._passages[:, -dim:].T * len(self.mean)
        return scores

    def similarities(self, queries: Floats) -> Floats:
        """Cosine of each query with each passage, `(queries, passages)`."""
        found, at = self._index.search(self.centred(queries), len(self.vectors))
        scores: Floats = np.empty_like(found)
        np.put_along_axis(scores, at, found, axis=1)
        return scores


def _views(vectors: Floats, adapter: Adapter | None) -> Floats:
    """The vectors as the encoder made them and, with an adapter, behind it: `(views, n, dim)`."""
    return np.stack([vectors] if adapter is None else [vectors, adapter(vectors)])
