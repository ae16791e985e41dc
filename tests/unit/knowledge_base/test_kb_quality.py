"""Calibration, threshold, metrics: the arithmetic."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from knowledge_base import ridge
from knowledge_base.cases import Case, Prediction, read_cases, write_predictions
from knowledge_base.curve import svg
from knowledge_base.errors import CasesError
from knowledge_base.logistic import fit
from knowledge_base.metrics import bins, curve, report
from knowledge_base.signals import NAMES
from knowledge_base.threshold import ANSWER_NOTHING, solve

RANDOM = np.random.default_rng(1)


def _predictions(*told: tuple[str, str, float]) -> list[Prediction]:
    return [
        Prediction(Case(str(at), "t", expected), found if chance >= 0.5 else "", chance, (found, "z", "y"))
        for at, (expected, found, chance) in enumerate(told)
    ]


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


def test_figures_of_a_report() -> None:
    told = _predictions(
        ("a", "a", 0.9), ("b", "b", 0.8), ("", "c", 0.7), ("z", "c", 0.4), ("x", "c", 0.2), ("", "c", 0.1)
    )
    found = report(told, 0.5)
    assert (found.cases, found.in_scope, found.hit1, found.hit3) == (6, 4, 0.5, 0.75)
    assert found.answered == 0.5
    assert found.precision == pytest.approx(2 / 3)
    assert found.precision_at_20 == 1.0
    assert found.share_at_90 == pytest.approx(2 / 6)
    assert [point.precision for point in curve(told)][:3] == pytest.approx([1, 1, 2 / 3])
    assert sum(some.count for some in bins(told)) == 6
    assert found.ece == pytest.approx((0.1 + 0.2 + 0.7 + 0.4 + 0.2 + 0.1) / 6)


def test_a_report_of_messages_for_people_only_has_no_hits() -> None:
    found = report(_predictions(("", "a", 0.1)), ANSWER_NOTHING)
    assert (found.hit1, found.precision, found.answered) == (None, None, 0.0)


def test_the_picture_is_well_formed() -> None:
    told = _predictions(("a", "a", 0.9), ("", "c", 0.7))
    root = ET.fromstring(svg(curve(told), bins(told), report(told, 0.5)))  # noqa: S314 - written just here
    assert root.tag.endswith("svg")


def test_predictions_are_written_with_the_stated_columns(tmp_path: Path) -> None:
    write_predictions(tmp_path / "p.csv", _predictions(("a", "a", 0.9), ("", "c", 0.25)))
    with (tmp_path / "p.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["id", "text", "expected", "answered", "probability", "top1", "top2", "top3"]
    assert rows[2] == ["1", "t", "", "", "0.250000", "c", "z", "y"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"id,text\n1,x\n", "missing column expected"),
        (b"id,text,expected\n", "no cases"),
        (b"id,text,expected\n1,x\n", ":2: has fewer columns"),
        (b"\xff\xfe", "cannot be read"),
    ],
)
def test_bad_cases_are_said_plainly(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "c.csv").write_bytes(content)
    with pytest.raises(CasesError, match=said):
        read_cases(tmp_path / "c.csv")
