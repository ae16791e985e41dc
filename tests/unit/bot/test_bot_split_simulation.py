"""5,000 made-up conversations on the real arithmetic: drifting topics, verdicts that come late."""

from __future__ import annotations

from itertools import pairwise

import pytest

from knowledge_base.threshold import ANSWER_NOTHING, Estimate
from tests.unit.bot.bot_traffic import FLOOR, SKILLS, Desk, Mix

PUBLISHED = Estimate(threshold=0.86, share=0.2, precision=0.96)
VERDICTS = 200
"""On answers after a drift, within which precision is back above the floor; docs/decisions/022."""


def honest(probability: float) -> float:
    return float(min(1.0, probability**0.4))


def drifting(now: int) -> Mix:
    """Every thousand conversations customers ask easier or harder things; 20% could always be answered."""
    return Mix((1.2, 2.5, 0.8, 1.6, 3.0)[min(now // 1000, 4)], honest)


@pytest.mark.parametrize("seed", range(4))
def test_the_share_stays_in_the_band_where_the_base_can_support_it(seed: int) -> None:
    desk = Desk(seed, PUBLISHED, drifting).run(5000)
    settled = [desk.share(start + 500, start + 1000) for start in range(0, 5000, 1000)]
    chance = 0.02  # one standard deviation of a share of .20 in 500 conversations
    assert all(0.15 - chance <= share <= 0.25 + chance for share in settled), settled
    assert 0.15 <= sum(settled) / len(settled) <= 0.25
    assert (desk.precision(0, 5000) or 0) >= FLOOR
    assert len({course.raised for course in desk.courses}) <= 25


def test_the_threshold_rests_while_nothing_drifts() -> None:
    """Looking every few seconds must not make it swing: once settled it moves rarely, and by little."""
    desk = Desk(7, PUBLISHED, lambda _: Mix(1.6, honest)).run(5000)
    later = [course.raised for course in desk.courses[150:]]
    moves = [abs(after - before) for before, after in pairwise(later) if after != before]
    assert len(moves) <= 5
    assert max(moves, default=0.0) <= 0.02


@pytest.mark.parametrize("seed", range(3))
def test_where_the_base_cannot_support_the_share_it_falls_and_precision_does_not(seed: int) -> None:
    weak = Estimate(threshold=0.97, share=0.05, precision=0.96)
    desk = Desk(seed, weak, lambda _: Mix(0.6, lambda p: min(1.0, p**0.8))).run(5000)
    assert desk.share(1000, 5000) < 0.15
    assert (desk.precision(0, 5000) or 0) >= FLOOR
    assert all(course.raised == 0 for course in desk.courses[100:])


@pytest.mark.parametrize("worse", [0.2, 0.6])
@pytest.mark.parametrize("seed", range(4))
def test_after_a_drift_precision_is_back_above_the_floor_within_the_stated_verdicts(
    seed: int, worse: float
) -> None:
    def breaking(now: int) -> Mix:
        return Mix(1.6, honest if now < 1000 else lambda p: worse if p < 0.97 else 0.97)

    desk = Desk(seed, PUBLISHED, breaking, review=0.8).run(5000)
    broken = desk.precision(1000, 1200)
    assert broken is not None
    assert broken < FLOOR
    end = desk.after_verdicts(1000, VERDICTS)
    after = desk.precision(end, 5000)
    assert after is None or after >= FLOOR  # None: it hardly answers any more
    assert desk.judged is not None
    assert desk.judged.alarms
    assert desk.judged.kind == "raised"


@pytest.mark.parametrize("seed", range(4))
def test_where_no_threshold_helps_any_more_the_bot_falls_silent(seed: int) -> None:
    def hopeless(now: int) -> Mix:
        return Mix(1.6, honest if now < 1500 else lambda _: 0.6)

    desk = Desk(seed, PUBLISHED, hopeless).run(5000)
    assert desk.judged is not None
    assert desk.judged.threshold == ANSWER_NOTHING
    assert desk.share(4000, 5000) == pytest.approx(SKILLS, abs=0.03)
