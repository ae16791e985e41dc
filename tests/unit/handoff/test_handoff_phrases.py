"""What of a customer's words may be kept as a phrase."""

from __future__ import annotations

import pytest

from handoff.phrases import MOST_CHARS, MOST_WORDS, phrase_id, teachable


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("Сколько ехать в Казань?", "Сколько ехать в Казань?"),
        ("  почём\n\nдоставка  ", "почём доставка"),
        ("Здравствуйте, меня зовут Мария Петрова. Где мой заказ?", "Здравствуйте Где мой заказ?"),
        ("меня зовут иван, где посылка", "где посылка"),
        ("My name is John, where is my order?", "where is my order?"),
        ("мой телефон +7 (912) 345-67-89, перезвоните мне", "мой телефон, перезвоните мне"),
        ("карта 4276 1234 5678 9012 не проходит", "карта не проходит"),
        ("пишите на ivan.petrov@mail.example пожалуйста", "пишите на пожалуйста"),
        ("заказ №1234567 не приехал", "заказ не приехал"),
        ("где заказ AB-12345X сейчас", "где заказ сейчас"),
        ("смотрите https://shop.example/order?id=5 что это", "смотрите что это"),
        ("это @ivan_petrov вам пишет", "это вам пишет"),
        ("заказ на 1500 рублей привезёте бесплатно?", "заказ на 1500 рублей привезёте бесплатно?"),
        ("вернуть за 14 дней можно?", "вернуть за 14 дней можно?"),
    ],
)
def test_what_tells_who_somebody_is_goes_and_the_question_stays(text: str, phrase: str) -> None:
    assert teachable(text) == phrase


@pytest.mark.parametrize(
    "text",
    ["", "привет", "+79123456789", "a@b.example c@d.example", "?? !!", "да " * (MOST_WORDS + 1),
     "длинноесловокоторое " * 11, "\u200b"],
)  # fmt: skip
def test_messages_that_ask_nothing_or_too_much_teach_nothing(text: str) -> None:
    assert teachable(text) == ""


def test_the_longest_phrase_fits_a_glance() -> None:
    assert len(teachable("слово да " * 11)) <= MOST_CHARS


def test_the_same_words_for_an_article_are_one_phrase() -> None:
    assert phrase_id("a", "ru", "Почём  ещё доставка?") == phrase_id("a", "ru", "почём еще, доставка")
    assert phrase_id("a", "ru", "почём доставка") != phrase_id("b", "ru", "почём доставка")
