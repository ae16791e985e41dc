"""How good a ranking by confidence is, whoever made it: ours, a peer's, a baseline's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True, slots=True)
class Point:
    """Share answered and precision when the surest `share` of cases are answered."""

    share: float
    precision: float


Scored = Sequence[tuple[float, bool]]
"""Confidence of each answer and whether it was right; who abstains is not in it."""


def points_of(scored: Scored, total: int) -> list[Point]:
    """The risk-coverage curve over `total` cases, surest first.

    One point for each confidence that occurs: no threshold can part answers of equal confidence.
    """
    found, count, right = [], 0, 0
    for answers, correct in _groups(scored):
        count, right = count + answers, right + correct
        found.append(Point(count / total, right / count))
    return found


def precision_at(scored: Scored, total: int, share: float) -> float | None:
    """Precision among the surest `share` of all cases, or of all answers where there are fewer.

    Of answers with equal confidence at the edge the expected number counts. None without answers.
    """
    room, count, right = max(round(share * total), 1), 0.0, 0.0
    for answers, correct in _groups(scored):
        taken = min(answers, room - count)
        right += correct * taken / answers
        count += taken
        if count >= room:
            break
    return right / count if count else None


def share_at(points: Sequence[Point], precision: float) -> float:
    """Largest share answered at that precision or better; 0 where there is none."""
    return max((point.share for point in points if point.precision >= precision), default=0.0)


def auroc(scored: Scored) -> float | None:
    """Chance that a right answer is surer than a wrong one, ties by half; None where one kind is missing."""
    below = wins = 0.0
    for answers, correct in reversed(_groups(scored)):
        wrong = answers - correct
        wins += correct * (below + wrong / 2)
        below += wrong
    right = sum(good for _, good in scored)
    return wins / (right * below) if right and below else None


def aurc(scored: Scored, total: int) -> float | None:
    """Area under risk (1 - precision) over share answered, lower is better (Geifman, El-Yaniv 2017)."""
    area, before = 0.0, 0.0
    points = points_of(scored, total)
    for point in points:
        area += (1 - point.precision) * (point.share - before)
        before = point.share
    return area if points else None


def _groups(scored: Scored) -> list[tuple[int, int]]:
    """Answers of each confidence and how many of them were right, surest first."""
    ordered = sorted(scored, key=lambda pair: -pair[0])
    return [
        (len(some), sum(right for _, right in some))
        for some in (list(group) for _, group in groupby(ordered, key=lambda pair: pair[0]))
    ]
