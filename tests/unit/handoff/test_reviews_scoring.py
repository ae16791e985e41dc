"""What a review adds up to."""

from __future__ import annotations

import pytest

from handoff.reviews.scoring import Scored, total
from handoff.reviews.section import REVIEWS, ReviewSettings


def scored(*given: tuple[int, bool, float | None]) -> list[Scored]:
    return [
        Scored(f"c{n}", "р", "e", weight, critical, score)
        for n, (weight, critical, score) in enumerate(given)
    ]


@pytest.mark.parametrize(
    ("given", "reached", "failed"),
    [
        ([(10, False, 1.0), (30, False, 0.5)], 62.5, False),
        ([(10, False, 1.0), (30, False, None)], 100.0, False),
        ([(10, False, None)], None, False),
        ([(10, False, 1.0), (1, True, 0.0)], 0.0, True),
        ([(10, False, 0.0), (10, True, 0.5)], 25.0, False),
        ([(10, True, None), (10, False, 1.0)], 100.0, False),
    ],
)
def test_the_total_is_the_weighted_share_of_what_applied(
    given: list[tuple[int, bool, float | None]], reached: float | None, failed: bool
) -> None:
    assert total(scored(*given)) == (reached, failed)


def test_the_list_that_is_shipped_has_eight_criteria_whose_weights_make_a_hundred() -> None:
    criteria = REVIEWS.default.criteria
    assert len(criteria) == 8
    assert sum(each.weight for each in criteria) == 100


def test_two_criteria_with_one_id_are_refused() -> None:
    one = REVIEWS.default.criteria[0]
    with pytest.raises(ValueError, match="id of its own"):
        ReviewSettings(criteria=[one, one])
