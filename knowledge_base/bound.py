"""What labelled answers prove: exact binomial bounds, and the lowest threshold they certify.

A set of `n` answers of which `k` were wrong certifies a floor at a confidence when so few errors would be
that rare at a precision of exactly the floor: P(Binomial(n, 1 - floor) <= k) <= 1 - confidence, which is the
one-sided bound of Clopper and Pearson (1934). Thresholds are tested in a fixed sequence, from the surest
down, until the first that fails: learn then test (Angelopoulos, Bates, Candès, Jordan, Lei 2021).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[Any]]

GRID = tuple(round(1 - step / 1000, 3) for step in (*range(1, 10), *range(10, 701, 5)))
"""Thresholds tested, surest first: .999 to .99 by .001, then to .30 by .005; never chosen by labels."""
START_SHARE = 1 / 2
"""Share of the labels from the expected threshold on that the first tested threshold must hold at least.

A sequence that begins where there are just enough labels ends at the first error among them. Where it begins
depends on how many labels there are and not on what they say, so the test stays one.
"""
MOST_COUNTED = 1_000_000


@dataclass(frozen=True, slots=True)
class Bound:
    """The lowest certified threshold with the labels it rests on; `threshold` None: none is certified.

    `missing` is how many further labels without an error would certify something; 0 where something is.
    """

    threshold: float | None
    confidence: float
    labels: int
    errors: int
    missing: int


@dataclass(frozen=True, slots=True)
class Labels:
    """Judged messages, arrays `(n,)`.

    Attributes:
        probability: Of the first article found.
        right: Whether it was the right one.
        in_force: Threshold the message met: it was answered when its probability reached that.
        answered: Whether it was answered; otherwise a person named the right article.
    """

    probability: Floats
    right: Floats
    in_force: Floats
    answered: Floats

    def __len__(self) -> int:
        return len(self.probability)

    def since(self, start: int, end: int) -> Labels:
        """Those from one place to before another."""
        some = slice(start, end)
        return Labels(self.probability[some], self.right[some], self.in_force[some], self.answered[some])


def all_judged(probability: Sequence[float], right: Sequence[bool]) -> Labels:
    """Labels of messages that were all judged, whatever their probability."""
    count = len(probability)
    return Labels(
        np.array(probability, dtype=float),
        np.array(right, dtype=bool),
        np.zeros(count),
        np.ones(count, dtype=bool),
    )


def chance_of_so_few(errors: Floats, count: Floats, floor: float) -> Floats:
    """P(at most `errors` of `count` are wrong) at a precision of `floor`; 1 where there are none."""
    from scipy.special import betainc

    right = count - errors
    found: Floats = np.where(right > 0, betainc(np.maximum(right, 1), errors + 1, floor), 1.0)
    return found


@cache
def needed(floor: float, confidence: float, errors: int = 0) -> int:
    """Fewest labels that certify the floor with that many errors: 59 for .95 at 95% without one."""
    low, high = errors, max(errors, 1)
    while not _certifies(errors, high, floor, confidence):
        low, high = high, high * 2
        if high > MOST_COUNTED:
            return MOST_COUNTED
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _certifies(errors, middle, floor, confidence) else (middle, high)
    return high


def interval(right: int, count: int, confidence: float) -> tuple[float, float]:
    """Two-sided interval of Clopper and Pearson for a share of `right` in `count`; (0, 1) of none."""
    from scipy.special import betaincinv

    tail = (1 - confidence) / 2
    low = float(betaincinv(right, count - right + 1, tail)) if right else 0.0
    high = float(betaincinv(right + 1, count - right, 1 - tail)) if right < count else 1.0
    return low, high


def certify(labels: Labels, *, floor: float, confidence: float, expected: float = 0.0) -> Bound:
    """The lowest threshold whose precision is at least `floor`, at that confidence.

    `expected` is a threshold guessed without these labels, such as the base's own estimate; it says only how
    many labels to begin with.

    Answers certify a threshold only where every message from it on would have been answered, so those count
    that met a threshold no higher. Below the thresholds that were in force there are no answers: there
    people's choices of an article for handed-over messages must certify the rest by themselves, since they
    are judged at another rate than answers.
    """
    grid = np.array(GRID)
    reached = labels.probability[None, :] >= grid[:, None]
    wrong = ~labels.right.astype(bool)
    fair = reached & labels.answered & (labels.in_force[None, :] <= grid[:, None])
    most = int((labels.answered & (labels.probability >= expected)).sum())
    last, used = _lowest(fair, wrong, floor, confidence, START_SHARE * most)
    ceiling = 2.0 if last is None else grid[last]
    passed = reached & ~labels.answered.astype(bool) & (labels.probability[None, :] < ceiling)
    lower, more = _lowest(passed, wrong, floor, confidence, 0.0)
    if lower is not None and (last is None or lower > last):
        return Bound(
            float(grid[lower]), confidence, int((used | more).sum()), int(wrong[used | more].sum()), 0
        )
    if last is not None:
        return Bound(float(grid[last]), confidence, int(used.sum()), int(wrong[used].sum()), 0)
    best = max(_judged(fair, expected, grid), passed[-1], key=lambda some: int(some.sum()))
    missing = max(needed(floor, confidence, int(wrong[best].sum())) - int(best.sum()), 1)
    return Bound(None, confidence, int(best.sum()), int(wrong[best].sum()), missing)


def _judged(sets: Floats, expected: float, grid: Floats) -> Floats:
    """The labels from the expected threshold on."""
    at = int(np.argmin(np.where(grid >= expected, grid, 2.0)))
    found: Floats = sets[at]
    return found


def _lowest(
    sets: Floats, wrong: Floats, floor: float, confidence: float, least: float
) -> tuple[int | None, Floats]:
    """Place in the grid of the last threshold in sequence that is certified, and the labels it rests on.

    The first tested one holds `least` labels, and as many as it takes without an error.
    """
    count = sets.sum(axis=1)
    errors = (sets & wrong[None, :]).sum(axis=1)
    enough = max(needed(floor, confidence), int(least))
    begin = np.flatnonzero(count >= enough)
    nothing = np.zeros(sets.shape[1], dtype=bool)
    if not len(begin):
        return None, nothing
    good = chance_of_so_few(errors, count, floor) <= 1 - confidence
    failed = np.flatnonzero(~good[begin[0] :])
    end = begin[0] + (failed[0] if len(failed) else len(good) - begin[0]) - 1
    if end < begin[0]:
        return None, nothing
    surest = int(np.flatnonzero(count[: end + 1] == count[end])[0])  # not below what any label speaks of
    return surest, sets[surest]


def _certifies(errors: int, count: int, floor: float, confidence: float) -> bool:
    return bool(chance_of_so_few(np.array(errors), np.array(count), floor) <= 1 - confidence)
