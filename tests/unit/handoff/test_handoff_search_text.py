"""What is stored of a text for searching, what a query asks for, and what is shown of a hit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.search.text import Asked, Term, asked, indexed, marked


def test_words_are_stored_as_their_base_forms_in_both_languages() -> None:
    assert indexed("Курьеры опоздали, orders were delayed").words == "курьер опоздать order were delay"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Мой номер +7 (916) 123-45-67, жду", "79161234567"),
        ("звоните 89161234567", "79161234567"),
        ("карта 4276 1234 5678 9012", "4276123456789012"),
        ("заказ 12345678", ""),
    ],
)
def test_a_number_long_enough_to_be_a_phone_or_a_card_stands_apart(text: str, number: str) -> None:
    found = indexed(text)
    assert found.numbers == number
    assert "916" not in found.words
    assert ("12345678" in found.words.split()) is (number == "")


def test_the_last_word_of_a_query_may_be_unfinished_and_others_not() -> None:
    assert asked("курьеры опо") == Asked((Term("курьер"), Term(asked("опо").terms[0].form, "опо")))
    assert asked("курьеры ") == Asked((Term("курьер"),))
    assert asked(" ?! ").empty


def test_a_phone_in_a_query_is_a_number_however_it_is_written() -> None:
    assert asked("8 (916) 123-45-67") == asked("+79161234567") == Asked((), ("79161234567",))


def test_the_words_asked_for_are_marked_in_whatever_form_they_stand() -> None:
    pieces = marked("Курьер опоздал. <b>Курьера</b> не было", asked("курьеры "))
    assert [text for text, hit in pieces if hit] == ["Курьер", "Курьера"]
    assert "".join(text for text, _ in pieces) == "Курьер опоздал. <b>Курьера</b> не было"


def test_a_long_text_is_shown_around_the_first_hit() -> None:
    pieces = marked("слово " * 100 + "курьер " + "слово " * 100, asked("курьер "))
    shown = "".join(text for text, _ in pieces)
    assert len(shown) < 300
    assert ("курьер", True) in pieces
    assert (shown[0], shown[-1]) == ("…", "…")


@given(st.text(), st.text(max_size=60))
def test_whatever_is_typed_can_be_indexed_asked_and_marked(text: str, query: str) -> None:
    indexed(text)
    pieces = marked(text, asked(query))
    shown = "".join(piece for piece, _ in pieces).removeprefix("… ").removesuffix(" …")
    assert shown in text
