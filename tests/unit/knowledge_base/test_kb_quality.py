"""Calibration and the estimated threshold: the arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge_base import ridge
from knowledge_base.logistic import fit
from knowledge_base.signals import NAMES
from knowledge_base.threshold import ANSWER_NOTHING, solve

RANDOM = np.random.default_rng(1)


def test_left_out_scores_equal_training_without_those_passages() -> None:
    points = RANDOM.normal(size=(30, 8)).astype(np.float32)
    kernel = points @ points.T
    owner = np.repeat(np.arange(6), 5)
    body = np.arange(30) % 5 == 4
    trained = ridge.train(kernel, owner, body, 6)
    for without in ([7], [7, 8], [5, 6, 7, 8, 9]):
        kept = np.setdiff1d(np.arange(30), without)
        again = ridge.train(kernel[np.ix_(kept, kept)], owner[kept], body[kept], 6)
        expected = kernel[7, kept] @ again.weights
        found = ridge.left_out(trained, owner, 7, np.array(without))
        np.testing.assert_allclose(found, expected, atol=1e-3)


def test_a_threshold_keeps_the_floor_where_probabilities_are_honest() -> None:
    chance = RANDOM.uniform(size=4000)
    right = RANDOM.uniform(size=4000) < chance
    article = np.array([f"a{at % 200}" for at in range(4000)])
    found = solve(chance, right, np.ones(4000), article, floor=0.9)
    assert 0.75 < found.threshold < 0.95
    assert found.precision >= 0.9
    assert found.share == pytest.approx((chance >= found.threshold).mean())


def test_nothing_is_answered_where_no_share_meets_the_floor() -> None:
    chance = RANDOM.uniform(size=500)
    article = np.array([str(at % 20) for at in range(500)])
    assert (
        solve(chance, np.arange(500) % 2 == 0, np.ones(500), article, floor=0.95).threshold == ANSWER_NOTHING
    )


def test_a_higher_signal_never_lowers_the_probability() -> None:
    rows = RANDOM.normal(size=(400, len(NAMES)))
    right = RANDOM.uniform(size=400) < 1 / (1 + np.exp(2 * rows[:, 0]))
    model = fit(rows, right, np.ones(400), strength=1.0)
    assert all(weight >= 0 for name, weight in zip(NAMES, model.weights, strict=True) if name != "unknown")


def test_a_prior_holds_against_few_rows_and_yields_to_many() -> None:
    rows = RANDOM.normal(size=(2000, len(NAMES)))
    up = fit(rows, rows[:, 0] > 0, np.ones(2000), strength=10.0)
    other = rows[:, 4] > 0
    few = fit(rows[:10], other[:10], np.ones(10), strength=50.0, prior=up)
    many = fit(rows, other, np.ones(2000), strength=50.0, prior=up)
    assert few.weights[0] > few.weights[4]
    assert many.weights[4] > many.weights[0]
