"""How good predictions are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from knowledge_base.bound import interval, needed
from knowledge_base.cases import Prediction
from knowledge_base.ranked import Point, aurc, auroc, points_of, precision_at, share_at
from knowledge_base.threshold import Estimate

BINS = 10


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of one evaluation; shares and precisions are in [0, 1], None where nothing counts.

    Attributes:
        hit1: Right article first, among cases an article answers.
        hit3: Right article among the first three.
        threshold: From which is answered; above 1: nothing is.
        threshold_kind: `estimate` (from the base, or labels too few to prove anything) or `bound`.
        confidence: At which a bound holds, or would.
        verdicts: Labels the bound rests on.
        verdicts_needed: Labels without an error that prove a floor.
        verdicts_missing: Further ones without an error until a bound; 0 where there is one.
        answered: Share of all cases answered at the threshold.
        precision: Right answers among those, with the interval of Clopper and Pearson at that confidence.
        precision_at_20: Right first articles among the fifth of all cases the base is surest of.
        share_at_90, share_at_95: Largest share of all cases, surest first, with that precision.
        ece: Expected calibration error over ten bins of equal width (Naeini et al. 2015).
        auroc: Chance that a right first article has the higher probability.
        aurc: Area under the risk-coverage curve.
    """

    cases: int
    in_scope: int
    hit1: float | None
    hit3: float | None
    threshold: float
    threshold_kind: str
    floor: float
    confidence: float
    verdicts: int
    verdicts_needed: int
    verdicts_missing: int
    answered: float
    precision: float | None
    precision_low: float
    precision_high: float
    precision_at_20: float | None
    share_at_90: float
    share_at_95: float
    ece: float
    auroc: float | None
    aurc: float | None


@dataclass(frozen=True, slots=True)
class Bin:
    """Cases of about the same probability: its mean, the share that was right, how many."""

    probability: float
    right: float
    count: int


def report(
    predictions: Sequence[Prediction], estimate: Estimate, *, floor: float, confidence: float
) -> Report:
    """All figures."""
    scope = [found for found in predictions if found.case.expected]
    answered = [found for found in predictions if found.answered]
    correct = sum(found.answered == found.case.expected for found in answered)
    low, high = interval(correct, len(answered), confidence)
    scored, total, points = scored_of(predictions), len(predictions), curve(predictions)
    enough = needed(floor, confidence)
    return Report(
        cases=total,
        in_scope=len(scope),
        hit1=_share([found.case.expected in found.top[:1] for found in scope]),
        hit3=_share([found.case.expected in found.top[:3] for found in scope]),
        threshold=estimate.threshold,
        threshold_kind=estimate.kind,
        floor=floor,
        confidence=confidence,
        verdicts=estimate.labels,
        verdicts_needed=enough,
        verdicts_missing=enough if estimate.missing is None else estimate.missing,
        answered=len(answered) / total,
        precision=correct / len(answered) if answered else None,
        precision_low=low,
        precision_high=high,
        precision_at_20=precision_at(scored, total, 0.2),
        share_at_90=share_at(points, 0.90),
        share_at_95=share_at(points, 0.95),
        ece=sum(abs(some.probability - some.right) * some.count for some in bins(predictions)) / total,
        auroc=auroc(scored),
        aurc=aurc(scored, total),
    )


def told(found: Report, predictions: Sequence[Prediction]) -> dict[str, object]:
    """The report with its reliability bins, as JSON has it."""
    return {"n": found.cases, **asdict(found), "reliability": [asdict(some) for some in bins(predictions)]}


def scored_of(predictions: Sequence[Prediction]) -> list[tuple[float, bool]]:
    """Probability of each first article, and whether it is right."""
    return [(found.probability, is_right(found)) for found in predictions]


def curve(predictions: Sequence[Prediction]) -> list[Point]:
    """Precision at every share, surest first."""
    return points_of(scored_of(predictions), len(predictions))


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


def _share(values: Sequence[bool]) -> float | None:
    return sum(values) / len(values) if values else None
