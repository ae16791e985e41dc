"""The dense ranker: a FAISS index over centred unit vectors."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float32]]


class DenseIndex:
    """Inner products with every passage; exact.

    Vectors lose the mean of the base first: what all passages share says nothing about any of them.

    Args:
        vectors: `(passages, dim)` unit vectors of the encoder.
        mean: `(dim,)` mean of those vectors.
    """

    def __init__(self, vectors: Floats, mean: Floats) -> None:
        self.vectors = vectors
        self.mean = mean

    @classmethod
    def of(cls, vectors: Floats) -> DenseIndex:
        """An index of these vectors with their own mean; a single vector keeps its direction."""
        mean = vectors.mean(axis=0) if len(vectors) > 1 else np.zeros(vectors.shape[1], np.float32)
        return cls(np.ascontiguousarray(vectors), mean.astype(np.float32))

    @cached_property
    def _index(self) -> Any:
        import faiss

        index = faiss.IndexFlatIP(self.vectors.shape[1])
        index.add(self.centred(self.vectors))
        return index

    def centred(self, vectors: Floats) -> Floats:
        """The vectors without the base's mean, unit length again."""
        moved = vectors - self.mean
        norms = np.linalg.norm(moved, axis=1, keepdims=True)
        centred: Floats = np.ascontiguousarray(moved / np.maximum(norms, 1e-6), dtype=np.float32)
        return centred

    def among_passages(self) -> Floats:
        """Cosine of each passage with each passage: one product, where the index would sort for nothing."""
        centred = self.centred(self.vectors)
        return centred @ centred.T

    def similarities(self, queries: Floats) -> Floats:
        """Cosine of each query with each passage, `(queries, passages)`."""
        found, at = self._index.search(self.centred(queries), len(self.vectors))
        scores: Floats = np.empty_like(found)
        np.put_along_axis(scores, at, found, axis=1)
        return scores
