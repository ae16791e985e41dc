"""How good predictions are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge_base.cases import Prediction

BINS = 10


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of one evaluation; shares and precisions are in [0, 1], None where nothing counts.

    Attributes:
        hit1: Right article first, among cases an article answers.
        hit3: Right article among the first three.
        answered: Share of all cases answered at the threshold.
        precision: Right answers among those.
        precision_at_20: Right first articles among the fifth of all cases the base is surest of.
        share_at_90, share_at_95: Largest share of all cases, surest first, with that precision.
        ece: Expected calibration error over ten bins of equal width (Naeini et al. 2015).
        threshold: Solved from the base alone unless labelled messages were given; an estimate.
    """

    cases: int
    in_scope: int
    hit1: float | None
    hit3: float | None
    threshold: float
    answered: float
    precision: float | None
    precision_at_20: float
    share_at_90: float
    share_at_95: float
    ece: float


@dataclass(frozen=True, slots=True)
class Point:
    """Share answered and precision when the surest `share` of cases are answered."""

    share: float
    precision: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Cases of about the same probability: its mean, the share that was right, how many."""

    probability: float
    right: float
    count: int


def report(predictions: Sequence[Prediction], threshold: float) -> Report:
    """All figures."""
    scope = [found for found in predictions if found.case.expected]
    answered = [found for found in predictions if found.answered]
    points = curve(predictions)
    return Report(
        cases=len(predictions),
        in_scope=len(scope),
        hit1=_share([found.case.expected in found.top[:1] for found in scope]),
        hit3=_share([found.case.expected in found.top[:3] for found in scope]),
        threshold=threshold,
        answered=len(answered) / len(predictions),
        precision=_share([found.answered == found.case.expected for found in answered]),
        precision_at_20=points[max(round(0.2 * len(predictions)), 1) - 1].precision,
        share_at_90=_largest(points, 0.90),
        share_at_95=_largest(points, 0.95),
        ece=sum(abs(some.probability - some.right) * some.count for some in bins(predictions))
        / len(predictions),
    )


def curve(predictions: Sequence[Prediction]) -> list[Point]:
    """Precision at every share, surest first; equal probabilities keep the order of the file."""
    ordered = sorted(predictions, key=lambda found: -found.probability)
    points, right = [], 0
    for count, found in enumerate(ordered, 1):
        right += is_right(found)
        points.append(Point(count / len(ordered), right / count))
    return points


def bins(predictions: Sequence[Prediction]) -> list[Bin]:
    """Ten bins of equal width, without empty ones."""
    grouped: dict[int, list[Prediction]] = {}
    for found in predictions:
        grouped.setdefault(min(int(found.probability * BINS), BINS - 1), []).append(found)
    return [
        Bin(
            sum(found.probability for found in some) / len(some),
            sum(is_right(found) for found in some) / len(some),
            len(some),
        )
        for _, some in sorted(grouped.items())
    ]


def is_right(found: Prediction) -> bool:
    """Whether the first article is the expected one; never where a person must answer."""
    return bool(found.top) and found.top[0] == found.case.expected


def _largest(points: Sequence[Point], precision: float) -> float:
    return max((point.share for point in points if point.precision >= precision), default=0.0)


def _share(values: Sequence[bool]) -> float | None:
    return sum(values) / len(values) if values else None
