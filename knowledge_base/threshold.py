"""The threshold with the largest share answered whose estimated precision stays above the floor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Floats = np.ndarray[Any, np.dtype[Any]]

ANSWER_NOTHING = 2.0
"""A threshold no probability reaches."""
RESAMPLES = 200
CAUTION = 0.2
"""Share of the resamples by article that may fall below the floor; an estimate, not a guarantee.

Of 0.02 to 0.5, development sets kept the floor up to 0.2 wherever any value did.
"""
FEWEST = 5.0
"""Least weight of answered rows a threshold is read from."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A threshold with the share answered and the precision there.

    Attributes:
        threshold: Above 1: nothing is answered.
        kind: `estimate`: what the base itself says, no guarantee; `bound`: what labels prove.
        confidence: Of the bound, 0 for an estimate.
        labels: Judged messages the bound rests on.
        missing: Further labels without an error that would turn an estimate into a bound; None: not asked.
    """

    threshold: float
    share: float
    precision: float
    kind: Literal["estimate", "bound"] = "estimate"
    confidence: float = 0.0
    labels: int = 0
    missing: int | None = None


def solve(
    probability: Floats, right: Floats, weight: Floats, article: Floats, *, floor: float, seed: int = 0
) -> Estimate:
    """Resample by article, since the phrases of one article are not independent, and solve.

    All arrays are `(n,)`. Returns `ANSWER_NOTHING` as threshold where no share meets the floor.
    """
    grid = np.unique(np.round(np.quantile(probability, np.linspace(0, 1, 201)), 4))
    _, group = np.unique(article, return_inverse=True)
    answered = _per_group(group, probability, weight, grid)
    correct = _per_group(group, probability, weight * right, grid)
    draws = np.random.default_rng(seed).multinomial(
        answered.shape[0], np.full(answered.shape[0], 1 / answered.shape[0]), size=RESAMPLES
    )
    precision = (draws @ correct) / np.maximum(draws @ answered, 1e-9)
    low = np.quantile(precision, CAUTION, axis=0)
    good = np.flatnonzero((low >= floor) & (answered.sum(axis=0) >= FEWEST))
    if not len(good):
        return Estimate(ANSWER_NOTHING, 0.0, 0.0)
    at = good[0]
    total = answered[:, at].sum()
    return Estimate(
        threshold=float(grid[at]),
        share=float(total / weight.sum()),
        precision=float(correct[:, at].sum() / total),
    )


def _per_group(group: Floats, probability: Floats, weight: Floats, grid: Floats) -> Floats:
    """Weight at or above each threshold of the grid, `(groups, thresholds)`."""
    sums = np.zeros((group.max() + 1, len(grid)))
    above = (probability[:, None] >= grid[None, :]) * weight[:, None]
    np.add.at(sums, group, above)
    return sums
