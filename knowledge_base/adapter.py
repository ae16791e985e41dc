"""What the encoder does not know of support talk: a shipped linear step behind it.

Learnt by `knowledge_base.training.adapt` from invented help centres (decision 020): it turns a customer's
words and the article that answers them towards each other. It is kept beside the encoder's own vectors,
not instead of them: the two err differently.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float32]]

FILE = Path(__file__).parent / "data" / "adapter.npz"
ENCODER = "usem3-"
"""How the fingerprint of the encoder it was learnt behind begins; vectors of another mean something else."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """`x + x @ change`, unit length again; `change` is `(dim, dim)`."""

    change: Floats

    def __call__(self, vectors: Floats) -> Floats:
        """Vectors `(n, dim)` after the step."""
        moved = vectors + vectors @ self.change
        turned: Floats = moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-6)
        return turned


@cache
def shipped_adapter() -> Adapter:
    """The step in `data/adapter.npz`."""
    with np.load(FILE, allow_pickle=False) as stored:
        return Adapter(stored["change"].astype(np.float32))


def adapter_for(fingerprint: str) -> Adapter | None:
    """The step for vectors of that fingerprint, None where it was learnt behind another encoder."""
    return shipped_adapter() if fingerprint.startswith(ENCODER) else None
