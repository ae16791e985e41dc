"""The training data: enough of it, in both languages, and no phrase under two intents."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from nlu.errors import WeightsError
from nlu.normalise import for_encoder
from nlu.training_data import DATA, read_training_data

MAIN = ("check_balance", "find_store", "activate_card", "ask_human", "complaint")
OTHERS = ("greet", "goodbye", "thanks", "affirm", "deny")


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_intent_has_phrases_enough_in_each_language(language: str) -> None:
    count = Counter(intent for _, intent in read_training_data(DATA / language).phrases)
    assert all(count[intent] >= 40 for intent in MAIN)
    assert all(count[intent] >= 20 for intent in OTHERS)
    assert count["out_of_scope"] >= 100


def test_no_phrase_stands_under_two_intents() -> None:
    seen: dict[str, str] = {}
    for text, intent in read_training_data().phrases:
        assert seen.setdefault(for_encoder(text), intent) == intent, text


def test_no_held_out_phrase_is_a_training_phrase() -> None:
    trained = {for_encoder(text) for text, _ in read_training_data().phrases}
    held_out = Path(__file__).with_name("heldout.csv").read_text(encoding="utf-8").splitlines()
    assert not trained & {for_encoder(line.rpartition(",")[0].strip('"')) for line in held_out[1:]}


def test_no_held_out_wish_for_a_person_is_a_training_phrase() -> None:
    trained = {for_encoder(text) for text, _ in read_training_data().phrases}
    with Path(__file__).with_name("people_heldout.csv").open(encoding="utf-8", newline="") as file:
        assert not trained & {for_encoder(row["text"]) for row in csv.DictReader(file)}


def test_every_entity_of_the_patterns_is_marked_in_some_phrase() -> None:
    marked = {
        name
        for path in DATA.rglob("*.yml")
        for name in re.findall(r"\]\((\w+)\)", path.read_text(encoding="utf-8"))
    }
    assert marked == {"city", "address", "metro", "card_number", "phone"}


def test_every_place_has_the_name_it_stands_for() -> None:
    data = read_training_data()
    assert all(text in data.names for text, _ in data.places)


def test_a_folder_without_phrases_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no training phrases"):
        read_training_data(tmp_path)


def test_a_file_that_is_no_training_data_is_named(tmp_path: Path) -> None:
    (tmp_path / "odd.yml").write_text(yaml.safe_dump(["nothing"]), encoding="utf-8")
    with pytest.raises(WeightsError, match=r"odd\.yml"):
        read_training_data(tmp_path)
