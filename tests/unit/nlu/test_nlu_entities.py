"""Entities: what is found, where, and that nothing is found twice."""

from __future__ import annotations

import pytest

from nlu.entities import EntityExtractor, tidy
from nlu.training_data import read_training_data
from nlu.types import Entity

EXTRACTOR = EntityExtractor(data=read_training_data())


@pytest.mark.parametrize(
    ("text", "name", "value", "words"),
    [
        ("есть магазин в Казани?", "city", "Казань", "Казани"),
        ("а в ростове-на-дону", "city", "Ростов-на-Дону", "ростове-на-дону"),
        ("в Нижнем Новгороде", "city", "Нижний Новгород", "Нижнем Новгороде"),
        ("store in St Petersburg", "city", "Санкт-Петербург", "St Petersburg"),
        ("магазин у метро сокол рядом", "metro", "Сокол", "сокол"),
        ("м. Чистые пруды", "metro", "Чистые Пруды", "Чистые пруды"),
        ("near Sokol metro", "metro", "Сокол", "Sokol"),
        ("я на ул. Ленина, 15 рядом", "address", "ул. Ленина, 15", "ул. Ленина, 15"),
        ("Невский проспект 20", "address", "Невский проспект 20", "Невский проспект 20"),
        ("store near Pushkin street 12", "address", "Pushkin street 12", "Pushkin street 12"),
        ("мой номер 8 (916) 123-45-67", "phone", "+79161234567", "8 (916) 123-45-67"),
        ("+79161234567 мой", "phone", "+79161234567", "+79161234567"),
        ("карта 2200 1122 3344 5566", "card_number", "2200112233445566", "2200 1122 3344 5566"),
        ("😀😀 в Туле", "city", "Тула", "Туле"),
    ],
)
def test_an_entity_is_found_at_its_place(text: str, name: str, value: str, words: str) -> None:
    (entity,) = EXTRACTOR.extract(text)
    assert (entity.name, entity.value) == (name, value)
    assert text[entity.start : entity.end] == words


@pytest.mark.parametrize(
    "text",
    [
        "на какой улице вы",
        "на улице где живу",
        "the nearest street",
        "метро рядом есть?",
        "заказ 12345678",
        "мне 25 лет",
        "",
        "короче давай",
    ],
)
def test_what_only_looks_like_an_entity_is_left(text: str) -> None:
    assert EXTRACTOR.extract(text) == ()


def test_several_entities_come_in_their_order() -> None:
    found = EXTRACTOR.extract("Казань, ул. Ленина 5, тел 89161234567, карта 2200112233445566")
    assert [each.name for each in found] == ["city", "address", "phone", "card_number"]


def test_of_overlapping_entities_the_longest_stays_once() -> None:
    short = Entity("city", "Ростов", 0, 6)
    long = Entity("city", "Ростов-на-Дону", 0, 14)
    assert tidy([short, long, long]) == (long,)


def test_of_two_on_the_same_words_the_more_specific_stays() -> None:
    assert tidy([Entity("city", "Сокол", 0, 5), Entity("metro", "Сокол", 0, 5)])[0].name == "metro"


def test_a_thousand_digits_are_read_at_once() -> None:
    assert EXTRACTOR.extract("1" * 5000) == ()
