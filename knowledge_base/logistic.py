"""Logistic regression with a prior and signs: few numbers, learnt from little, never against sense."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from knowledge_base.signals import NAMES

Floats = np.ndarray[Any, np.dtype[Any]]

SIGNS = {"unknown": -1, "strange": -1, "length": None, "body": None}
"""Which way a signal may count: 1 (default) up, -1 down, None not at all.

A higher score must never make an answer less sure. The best paragraph's score and the length are kept for
the record only: they helped in some bases and misled in others (measured on development sets).
"""


@dataclass(frozen=True, slots=True)
class Logistic:
    """`p = sigmoid((x - mean) / spread @ weights + intercept)`."""

    mean: Floats
    spread: Floats
    weights: Floats
    intercept: float

    def probability(self, rows: Floats) -> Floats:
        """Chance in [0, 1] for each row of signals."""
        linear = (rows - self.mean) / self.spread @ self.weights + self.intercept
        chance: Floats = 1 / (1 + np.exp(-np.clip(linear, -30, 30)))
        return chance


def fit(
    rows: Floats,
    right: Floats,
    weight: Floats,
    *,
    strength: float,
    prior: Logistic | None = None,
    unused: Collection[str] = (),
) -> Logistic:
    """Weighted maximum a posteriori estimate.

    Args:
        rows: Signals, `(n, len(NAMES))`.
        right: Whether the article was right, `(n,)`.
        weight: How much each row counts, `(n,)`.
        strength: Pull towards the prior (towards 0 without one), in rows' worth of evidence.
        prior: Model to start from; its scaling is kept.
        unused: Signals that get no weight.
    """
    from scipy.optimize import minimize

    mean = rows.mean(axis=0) if prior is None else prior.mean
    spread = rows.std(axis=0) + 1e-6 if prior is None else prior.spread
    scaled = (rows - mean) / spread
    start = np.zeros(len(NAMES) + 1) if prior is None else np.append(prior.weights, prior.intercept)
    pull = np.append(np.full(len(NAMES), strength), 0 if prior is None else strength / 10)
    side = np.where(right, 1.0, -1.0)

    def loss(at: Floats) -> tuple[float, Floats]:
        margin = side * (scaled @ at[:-1] + at[-1])
        slope = -side * weight / (1 + np.exp(np.clip(margin, -30, 30)))
        value = (weight * np.logaddexp(0, -margin)).sum() + 0.5 * (pull * (at - start) ** 2).sum()
        return float(value), np.append(scaled.T @ slope, slope.sum()) + pull * (at - start)

    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[*_bounds(unused), (None, None)])
    return Logistic(mean, spread, found.x[:-1], float(found.x[-1]))


def _bounds(unused: Collection[str]) -> list[tuple[float | None, float | None]]:
    by_sign: dict[int | None, tuple[float | None, float | None]] = {
        1: (0, None),
        -1: (None, 0),
        None: (0, 0),
    }
    return [by_sign[None if name in unused else SIGNS.get(name, 1)] for name in NAMES]
