"""The split governor's arithmetic: when the threshold moves, and how far.

Below the band the governor lowers the threshold, never under the one the floor allows; above the band it
raises it, never above the configured maximum. Skills are counted but never throttled.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

LEAST_FRESH = 0.25
"""Share of a window that must be new before a look says anything."""
DOUBT = 1.5
"""Standard deviations by which the share must lie further outside the band while nothing of it is new."""
LONGEST = 8.0
"""Longest stride in `step`s; a stride doubles while it goes one way and halves when it turns."""
SHORTEST = 0.125

Reason = Literal["above_band", "below_band"]


@dataclass(frozen=True, slots=True)
class Band:
    """What the share should be: `target` ± `tolerance`, measured over `window` conversations, in `step`s."""

    target: float
    tolerance: float
    window: int
    step: float


@dataclass(frozen=True, slots=True)
class Measured:
    """`by_bot` of `total` conversations that began after the last move stayed with the bot.

    `fresh` of them began after the last full look; `latest_ms` is when the newest did.
    """

    by_bot: int
    total: int
    fresh: int
    latest_ms: int

    @property
    def share(self) -> float:
        """Share of the bot in [0, 1]; 0 while there is nothing to measure."""
        return self.by_bot / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class Course:
    """Where the governor is.

    Attributes:
        raised: How far above the floor's threshold to be.
        stride: Last change, with its sign; 0 before the first and after a full window inside the band.
        moved_ms: When it last moved; only conversations that began later tell what came of it.
        looked_ms: Newest conversation of the last full look: a move, or a whole window that asked for none.
    """

    raised: float = 0.0
    stride: float = 0.0
    moved_ms: int = 0
    looked_ms: int = 0


def next_course(course: Course, measured: Measured, band: Band, *, most: float, now_ms: int) -> Course:
    """One look; the same `raised` where nothing is to be moved.

    A raise beyond what the maximum lets through (`most`) would change nothing now and take long to undo.
    """
    if measured.fresh < max(band.window * LEAST_FRESH, 1):
        return course
    whole = measured.fresh >= band.window
    rested = replace(course, looked_ms=measured.latest_ms) if whole else course
    away = measured.share - band.target
    if abs(away) <= _allowed(measured, band):
        return replace(rested, stride=0.0) if whole else course
    stride = _stride(course.stride, away, band)
    raised = min(max(min(course.raised, most) + stride, 0.0), most)
    if raised == course.raised:
        return replace(rested, stride=0.0)  # the floor or the maximum holds it
    return Course(raised, stride, now_ms, measured.latest_ms)


def reason_of(before: Course, after: Course) -> Reason | None:
    """Why it moved; None where it did not."""
    if after.raised == before.raised:
        return None
    return "above_band" if after.raised > before.raised else "below_band"


def effective_threshold(solved: float, raised: float, maximum: float) -> float:
    """The threshold in force: the floor's plus the governor's raise, up to the maximum.

    A floor's threshold above the maximum stays: the governor never makes the bot answer more than the floor
    allows, and one above 1 means "answer nothing".
    """
    return max(solved, min(solved + raised, maximum))


def _allowed(measured: Measured, band: Band) -> float:
    """How far from the target a share may lie: the tolerance, and more the fewer new conversations there are.

    Without that, a window looked at again and again would sooner or later lie outside by chance alone.
    """
    spread = math.sqrt(band.target * (1 - band.target) / measured.total)
    return band.tolerance + DOUBT * spread * max(0.0, 1 - measured.fresh / band.window)


def _stride(last: float, away: float, band: Band) -> float:
    size = abs(last)
    if size == 0:
        size = band.step
    elif (last > 0) == (away > 0):
        size = min(2 * size, LONGEST * band.step)
    else:
        size = max(size / 2, SHORTEST * band.step)
    return math.copysign(size, away)
