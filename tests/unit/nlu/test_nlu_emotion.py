"""The emotion score: upset messages stand out, everyday ones do not."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.compose import build_scorer
from nlu.emotion import WEIGHTS, load_emotion_weights
from nlu.errors import WeightsError
from nlu.lexicon import load_lexicon
from nlu.normalise import for_encoder

SCORER = build_scorer(threshold=0.7)
SETS = ("emotion_dev.csv", "emotion_fresh.csv", "emotion_heldout.csv", "emotion_last.csv")


def rows(name: str, upset: str) -> list[str]:
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file) if row["upset"] == upset]


@pytest.mark.parametrize("name", SETS)
def test_hardly_any_everyday_message_goes_to_a_person(name: str) -> None:
    calm = rows(name, "0")
    assert sum(SCORER.score(text).escalate for text in calm) / len(calm) <= 0.05


def test_most_upset_messages_of_the_held_out_fold_are_heard() -> None:
    upset = rows("emotion_heldout.csv", "1")
    assert sum(SCORER.score(text).escalate for text in upset) / len(upset) >= 0.6


def test_no_held_out_message_is_a_training_phrase() -> None:
    folder = WEIGHTS.parent
    trained = {
        for_encoder(line)
        for name in ("phrases_upset.txt", "phrases_calm.txt")
        for line in (folder / name).read_text(encoding="utf-8").splitlines()
    }
    held_out = {for_encoder(text) for name in SETS[2:] for upset in "01" for text in rows(name, upset)}
    assert not trained & held_out


def test_danger_is_told_from_questions_about_it() -> None:
    with Path(__file__).with_name("sensitive.csv").open(encoding="utf-8", newline="") as file:
        told = [(SCORER.score(row["text"]).escalate, row["sensitive"]) for row in csv.DictReader(file)]
    assert sum(heard for heard, label in told if label == "1") >= 14
    assert sum(heard for heard, label in told if label == "0") <= 2


@pytest.mark.parametrize("name", SETS)
def test_upset_messages_score_above_everyday_ones(name: str) -> None:
    upset = sorted(SCORER.score(text).score for text in rows(name, "1"))
    calm = sorted(SCORER.score(text).score for text in rows(name, "0"))
    assert upset[len(upset) // 2] > calm[int(len(calm) * 0.95)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("где мои деньги, это возмутительно, я подам в суд", "threat"),
        ("where is my money, this is outrageous, i will sue", "threat"),
        ("верните деньги мошенники", "anger"),
        ("vy izdevaetes, vernite dengi", "anger"),
        ("ребёнок отравился вашим йогуртом, вызвали скорую", "sensitive"),
        ("my account was hacked, money was stolen from my card", "sensitive"),
        ("напишу в Роспотребнадзор", "threat"),
    ],
)
def test_what_needs_a_person_is_heard_with_its_kind_and_words(text: str, kind: str) -> None:
    emotion = SCORER.score(text)
    assert emotion.escalate
    assert emotion.score > 0.8
    assert emotion.kind == kind
    assert emotion.evidence


@pytest.mark.parametrize(
    "text", ["", "😀", "спасибо!", "сколько стоит доставка", "i lost my card", "мне звонят мошенники от вас"]
)
def test_polite_everyday_questions_stay_low(text: str) -> None:
    emotion = SCORER.score(text)
    assert not emotion.escalate
    assert emotion.kind == ""


def test_the_threshold_decides_who_escalates() -> None:
    text = "сколько можно ждать"
    score = SCORER.score(text).score
    assert build_scorer(threshold=max(0.0, score - 0.01)).score(text).escalate
    assert not build_scorer(threshold=min(1.0, score + 0.01)).score(text).escalate


def test_a_usual_message_takes_less_than_two_milliseconds() -> None:
    texts = [text for name in SETS for text in rows(name, "1")]
    best = min(_seconds_each(texts) for _ in range(5))
    assert best < 0.002


def _seconds_each(texts: list[str]) -> float:
    started = time.perf_counter()
    for text in texts:
        SCORER.score(text)
    return (time.perf_counter() - started) / len(texts)


@given(st.text(max_size=400))
def test_any_text_gets_a_probability(text: str) -> None:
    assert 0.0 <= SCORER.score(text).score <= 1.0


def test_weights_that_are_damaged_are_named(tmp_path: Path) -> None:
    damaged = tmp_path / "emotion.npz"
    damaged.write_bytes(WEIGHTS.read_bytes()[:1000])
    with pytest.raises(WeightsError, match=r"emotion\.npz"):
        load_emotion_weights(damaged)
    with pytest.raises(WeightsError, match=r"lexicon\.yml"):
        load_lexicon(tmp_path / "lexicon.yml")


def test_the_weights_are_small_enough_to_ship() -> None:
    assert WEIGHTS.stat().st_size < 3_000_000
