"""Cases in, figures, predictions and picture out."""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from knowledge_base.cases import Case, Prediction, read_cases, write_predictions
from knowledge_base.curve import svg
from knowledge_base.errors import CasesError
from knowledge_base.evaluate import labelled_base
from knowledge_base.figures import figures
from knowledge_base.metrics import Report, bins, curve, report, told
from knowledge_base.ranked import Point
from knowledge_base.threshold import ANSWER_NOTHING, Estimate
from tests.unit.knowledge_base.kb_fakes import DELIVERY, POINTS, RETURNS, HashingEncoder

HALF = Estimate(threshold=0.5, share=0.5, precision=0.6)
NOTHING = Estimate(threshold=ANSWER_NOTHING, share=0.0, precision=0.0)
BOUND = replace(HALF, kind="bound", confidence=0.95, labels=70, missing=0)


def _predictions(*made: tuple[str, str, float]) -> list[Prediction]:
    return [
        Prediction(Case(str(at), "t", expected), found if chance >= 0.5 else "", chance, (found, "z", "y"))
        for at, (expected, found, chance) in enumerate(made)
    ]


SIX = _predictions(
    ("a", "a", 0.9), ("b", "b", 0.8), ("", "c", 0.7), ("z", "c", 0.4), ("x", "c", 0.2), ("", "c", 0.1)
)


def _report(predictions: Sequence[Prediction], estimate: Estimate = HALF) -> Report:
    return report(predictions, estimate, floor=0.95, confidence=0.95)


def test_figures_of_a_report() -> None:
    found = _report(SIX)
    assert (found.cases, found.in_scope, found.hit1, found.hit3) == (6, 4, 0.5, 0.75)
    assert found.answered == 0.5
    assert found.precision == pytest.approx(2 / 3)
    assert (found.precision_low, found.precision_high) == pytest.approx((0.0943, 0.9916), abs=1e-4)
    assert found.precision_at_20 == 1.0
    assert found.share_at_90 == pytest.approx(2 / 6)
    assert (found.auroc, found.aurc) == pytest.approx((1.0, (1 / 3 + 2 / 4 + 3 / 5 + 4 / 6) / 6))
    assert [point.precision for point in curve(SIX)][:3] == pytest.approx([1, 1, 2 / 3])
    assert sum(some.count for some in bins(SIX)) == 6
    assert found.ece == pytest.approx((0.1 + 0.2 + 0.7 + 0.4 + 0.2 + 0.1) / 6)


def test_answers_of_equal_probability_are_counted_by_what_is_to_be_expected() -> None:
    tied = _predictions(("a", "a", 0.9), ("b", "x", 0.9), ("c", "c", 0.1), ("d", "d", 0.1), ("e", "e", 0.1))
    found = _report(tied)
    assert found.precision_at_20 == 0.5
    assert [point.share for point in curve(tied)] == [0.4, 1.0]
    assert _report(_predictions(("a", "a", 0.9), ("b", "x", 0.9))).auroc == 0.5


def test_a_report_of_messages_for_people_only_has_no_hits() -> None:
    found = _report(_predictions(("", "a", 0.1)), NOTHING)
    assert (found.hit1, found.precision, found.answered, found.auroc) == (None, None, 0.0, None)


def test_json_says_what_the_threshold_rests_on_and_shows_the_reliability() -> None:
    shown = json.loads(json.dumps(told(_report(SIX), SIX)))
    assert (shown["n"], shown["threshold"], shown["threshold_kind"]) == (6, 0.5, "estimate")
    assert (shown["confidence"], shown["verdicts_needed"], shown["verdicts_missing"]) == (0.95, 59, 59)
    assert sum(some["count"] for some in shown["reliability"]) == 6
    bound = told(_report(SIX, BOUND), SIX)
    assert (bound["threshold_kind"], bound["verdicts"], bound["verdicts_missing"]) == ("bound", 70, 0)


def test_an_estimate_is_called_one_and_a_bound_names_its_confidence() -> None:
    estimated = figures(_report(SIX), labelled=False)
    assert "estimate for a floor of 0.95" in estimated
    assert "59 verdicts without an error" in estimated
    proven = figures(_report(SIX, BOUND), labelled=True)
    assert "a bound at 95% confidence" in proven
    assert "estimate" not in proven


def test_it_is_said_plainly_that_nothing_is_answered() -> None:
    handed_over = [replace(found, answered="") for found in SIX]
    shown = figures(_report(handed_over, NOTHING), labelled=False)
    assert "none meets the floor of 0.95: nothing is answered" in shown


def test_the_picture_is_well_formed_and_names_its_axes_and_the_others() -> None:
    others = {"A & B": [Point(0.5, 0.8), Point(1.0, 0.5)], "C": [Point(1.0, 0.4)]}
    document = svg(curve(SIX), bins(SIX), _report(SIX), title="Ours <1>", others=others)
    root = ET.fromstring(document)  # noqa: S314 - written just here
    words = {"".join(element.itertext()) for element in root.iter() if element.tag.endswith("text")}
    assert {
        "share of messages answered",
        "precision of answers",
        "told probability",
        "A & B",
        "Duet",
    } <= words
    assert "Ours <1>" in words
    assert "prefers-color-scheme: dark" in document
    silent = svg([], [], _report(_predictions(("", "a", 0.1)), NOTHING))
    assert "nothing is answered" in silent


def test_predictions_are_written_with_the_stated_columns(tmp_path: Path) -> None:
    write_predictions(tmp_path / "p.csv", _predictions(("a", "a", 0.9), ("", "c", 0.25)))
    with (tmp_path / "p.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["id", "text", "expected", "answered", "probability", "top1", "top2", "top3"]
    assert rows[2] == ["1", "t", "", "", "0.250000", "c", "z", "y"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"id,text\n1,x\n", "c.csv:1: missing column expected"),
        (b"", "c.csv:1: missing column"),
        (b"id,text,expected\n", "no cases"),
        (b"id,text,expected\n1,x,\n2,y\n", "c.csv:3: has fewer columns"),
        (b"id,text,expected\n1,x,y,z\n", "c.csv:2: has more columns"),
        (b'id,text,expected\n1,x,\n2,"y"z,a\n', "c.csv:3: cannot be read"),
        (b"id,text,expected\n1,x,\n2,\xff,\n", "c.csv:3: cannot be read: not UTF-8"),
    ],
)
def test_bad_cases_are_said_plainly_with_their_line(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "c.csv").write_bytes(content)
    with pytest.raises(CasesError, match=said):
        read_cases(tmp_path / "c.csv")


def test_a_missing_file_of_cases_is_named(tmp_path: Path) -> None:
    with pytest.raises(CasesError, match=r"none\.csv: cannot be read"):
        read_cases(tmp_path / "none.csv")


def test_a_message_may_hold_commas_quotes_and_line_ends(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_bytes('\ufeffid,text,expected\r\n1,"a, ""b""\nc",x\r\n'.encode())
    assert read_cases(tmp_path / "c.csv") == [Case("1", 'a, "b"\nc', "x")]


def test_labelled_messages_prove_a_threshold_or_leave_an_estimate(tmp_path: Path) -> None:
    for one in (DELIVERY, POINTS, RETURNS):
        questions = "".join(f"- {question}\n" for question in one.questions)
        head = f"---\nid: {one.id}\ntitle: {one.title}\nlang: ru\nquestions:\n{questions}---\n\nОтвет.\n"
        (tmp_path / f"{one.id}.md").write_text(head, encoding="utf-8")
    asked = [
        Case(f"{at}", f"{question} {at}", one.id)
        for at in range(10)
        for one in (DELIVERY, POINTS, RETURNS)
        for question in one.questions
    ]
    base = labelled_base(
        tmp_path, HashingEncoder(), asked, today=date(2025, 6, 1), floor=0.9, confidence=0.95
    )
    assert (base.estimate.kind, base.estimate.missing) == ("bound", 0)
    assert base.estimate.labels >= 29
    few = labelled_base(
        tmp_path, HashingEncoder(), asked[:20], today=date(2025, 6, 1), floor=0.9, confidence=0.95
    )
    assert few.estimate.kind == "estimate"
    assert few.estimate.missing is not None
    assert few.estimate.missing >= 9
