"""Language of a message, and Russian in Latin letters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.language import detect_language
from nlu.normalise import for_encoder, latin_russian


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("где мой заказ", "ru"),
        ("where is my order", "en"),
        ("skolko u menya ballov", "ru"),
        ("privet", "ru"),
        ("ghbdtn", "ru"),
        ("не работает Google Pay на iPhone", "ru"),
        ("is there a Лавка near me please tell me", "en"),
        ("hi", "en"),
    ],
)
def test_a_message_tells_its_language(text: str, language: str) -> None:
    other = "en" if language == "ru" else "ru"
    assert detect_language(text, default=other) == language


@pytest.mark.parametrize("text", ["", "😀", "123", "?!", "ok", "iPhone", "+7 916"])
@pytest.mark.parametrize("default", ["ru", "en"])
def test_a_message_without_a_language_keeps_the_hint(text: str, default: str) -> None:
    assert detect_language(text, default=default) == default


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("gde blizhayshiy magazin", "где ближайший магазин"),
        ("crjkmrj ,fkkjd", "сколько баллов"),
        ("kak aktivirovat kartu", "как активироват карту"),
        ("how many points do i have", ""),
        ("totally fine, thank you", ""),
        ("где", ""),
        ("", ""),
    ],
)
def test_russian_in_latin_letters_is_read(text: str, reading: str) -> None:
    assert latin_russian(text) == reading


def test_runs_of_a_sign_and_spaces_shrink_but_digits_stay() -> None:
    assert for_encoder("ПРИВЕЕЕЕТ!!!!   карта 0000") == "привеет!! карта 0000"


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    for_encoder(text)
    assert detect_language(text, default="ru") in {"ru", "en"}
