"""What a review adds up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SCORES = (0.0, 0.5, 1.0)
"""No, partly, yes."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A criterion as it was then, with its score of `SCORES`; None where it did not apply."""

    id: str
    ru: str
    en: str
    weight: int
    critical: bool
    score: float | None


def total(scores: Sequence[Scored]) -> tuple[float | None, bool]:
    """Per cent of what could be reached, and whether a critical criterion was missed, which makes it 0.

    What did not apply counts neither way; None where nothing applied. A missed critical criterion outweighs
    the rest, as in the usual call-centre scorecards: a polite answer that is wrong is still wrong.
    """
    applied = [(each.weight, each.score) for each in scores if each.score is not None]
    failed = any(each.critical and each.score == 0 for each in scores)
    if not applied:
        return None, False
    if failed:
        return 0.0, True
    reached = sum(weight * score for weight, score in applied)
    return round(100 * reached / sum(weight for weight, _ in applied), 1), False
