"""Places of the store list in messages: inflected, misspelt, in Latin letters; and words that are none."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.demo_service.catalogue import read_stores
from bot.skills.loyalty_wire import StoresWire
from bot.skills.place_choice import Ambiguous, Found, NotFound, choose
from bot.skills.place_words import sound
from bot.skills.places import PlaceIndex, looks_like_answer, looks_like_place


@pytest.fixture(scope="module")
def index() -> PlaceIndex:
    wire = StoresWire.model_validate(read_stores(today=date(2026, 11, 25)))
    return PlaceIndex(wire.value(ZoneInfo("Europe/Moscow")))


def meant(index: PlaceIndex, text: str) -> str:
    """`kind city name`, or the cities of an ambiguous name, or nothing."""
    match choose(index, text):
        case Found(place, elsewhere):
            return f"{place.kind} {place.city} {place.names.ru}{' (elsewhere)' if elsewhere else ''}"
        case Ambiguous(places):
            return "? " + " ".join(place.city for place in places)
        case NotFound():
            return ""


FOUND = [
    # cities
    ("в Казани", "city kzn Казань"),
    ("магазины в екатеринбурге", "city ekb Екатеринбург"),
    ("есть ли лавка в питере?", "city spb Санкт-Петербург"),
    ("спб", "city spb Санкт-Петербург"),
    ("в нижнем новгороде", "city nnv Нижний Новгород"),
    ("у вас в нижнем есть магазин", "city nnv Нижний Новгород"),
    ("мск", "city msk Москва"),
    ("где вы в самаре", "city sam Самара"),
    # inflected streets and stations
    ("на тверской", "street msk Тверская улица"),
    ("где магазин на маяковской", "metro msk Маяковская"),
    ("у метро маяковская", "metro msk Маяковская"),
    ("метро тверская", "metro msk Тверская"),
    ("у чистых прудов", "metro msk Чистые пруды"),
    ("на проспекте мира", "street msk проспект Мира"),
    ("пр-т мира 40", "street msk проспект Мира"),
    ("ул. Баумана 51", "street kzn улица Баумана"),
    ("у площади восстания", "metro spb Площадь Восстания"),
    ("рядом с восстания", "metro spb Площадь Восстания"),
    ("на арбате", "street msk улица Арбат"),
    ("в сокольниках", "metro msk Сокольники"),
    ("район сокольники", "district msk Сокольники"),
    ("юго западная", "metro msk Юго-Западная"),
    ("на ново-садовой", "street sam Ново-Садовая улица"),
    ("на большой покровской", "street nnv Большая Покровская улица"),
    ("на покровской", "street nnv Большая Покровская улица"),
    ("тёплый стан", "metro msk Тёплый Стан"),
    ("в теплом стане", "metro msk Тёплый Стан"),
    ("у вднх", "metro msk ВДНХ"),
    ("1-я тверская-ямская", "street msk 1-я Тверская-Ямская улица"),
    ("улица 8 марта", "street ekb улица 8 Марта"),
    ("площадь 1905 года", "metro ekb Площадь 1905 года"),
    ("на карла маркса", "street nsk проспект Карла Маркса"),
    ("площадь ленина", "metro nsk Площадь Ленина"),
    ("на ленина в екатеринбурге", "street ekb проспект Ленина"),
    ("на пушкинской в питере", "metro spb Пушкинская"),
    ("екб 8 марта", "street ekb улица 8 Марта"),
    ("самара победы 93", "street sam улица Победы"),
    ("нижний белинского", "street nnv улица Белинского"),
    ("на кутузовском, что рядом?", "street msk Кутузовский проспект"),
    ("мира", "street msk проспект Мира"),
    ("сокол", "metro msk Сокол"),
    ("кремлевская", "metro kzn Кремлёвская"),
    # misspelt
    ("маякоская", "metro msk Маяковская"),
    ("екатиринбург", "city ekb Екатеринбург"),
    ("в екатиренбурге", "city ekb Екатеринбург"),
    ("масква", "city msk Москва"),
    ("питербург", "city spb Санкт-Петербург"),
    ("на твреской", "street msk Тверская улица"),
    ("сакольники", "metro msk Сокольники"),
    ("василиостровская", "metro spb Василеостровская"),
    ("нижний новгарод", "city nnv Нижний Новгород"),
    ("на мясницской", "street msk Мясницкая улица"),
    # in Latin letters and in English
    ("tverskaya", "street msk Тверская улица"),
    ("na tverskoi", "street msk Тверская улица"),
    ("metro mayakovskaja", "metro msk Маяковская"),
    ("pyatnickaya", "street msk Пятницкая улица"),
    ("v kazani na baumana", "street kzn улица Баумана"),
    ("in Moscow", "city msk Москва"),
    ("Saint Petersburg", "city spb Санкт-Петербург"),
    ("nizhniy novgorod", "city nnv Нижний Новгород"),
    ("ekaterinburg", "city ekb Екатеринбург"),
    ("store near Nevsky Prospekt", "street spb Невский проспект"),
    ("university metro", "metro msk Университет"),
    # named, but not in that city
    ("на тверской в казани", "city kzn Казань (elsewhere)"),
]

SEVERAL = [
    ("метро пушкинская", "? msk spb"),
    ("на спортивной", "? msk spb"),
    ("на ленина", "? spb nnv ekb nsk"),
    ("проспект ленина", "? nnv ekb"),
    ("в центральном районе", "? spb nsk"),
]

NOT_A_PLACE = [
    "где ближайший магазин",
    "какие часы работы у магазинов",
    "8 марта вы работаете?",
    "по московскому времени во сколько закрываетесь",
    "с днем победы вас",
    "средний чек",
    "центральный магазин",
    "спортивное питание есть?",
    "красная рыба есть?",
    "широкий выбор сыров",
    "хочу мира во всем мире",
    "где моя посылка",
    "сколько стоит доставка",
    "можно ли вернуть товар",
    "в теплом магазине лучше",
    "где карта магазинов на карте",
    "нижний ящик сломан",
    "university discount please",
    "I want to talk to a person",
    "is my card active",
    "отмена",
    "спасибо большое",
    "сочи",
    "в париже",
    "",
    "??? 123 !!!",
]


@pytest.mark.parametrize(("text", "place"), FOUND)
def test_a_place_is_found_however_it_is_written(index: PlaceIndex, text: str, place: str) -> None:
    assert meant(index, text) == place


@pytest.mark.parametrize(("text", "cities"), SEVERAL)
def test_a_name_in_several_cities_is_ambiguous(index: PlaceIndex, text: str, cities: str) -> None:
    assert meant(index, text) == cities


@pytest.mark.parametrize("text", NOT_A_PLACE)
def test_everyday_words_are_no_place(index: PlaceIndex, text: str) -> None:
    assert meant(index, text) == ""


def test_the_city_once_answered_settles_an_ambiguous_name(index: PlaceIndex) -> None:
    chosen = choose(index, "на спортивной", city="spb")
    assert isinstance(chosen, Found)
    assert (chosen.place.kind, chosen.place.city) == ("metro", "spb")


@pytest.mark.parametrize("text", ["сочи", "есть магазин в париже?", "метро алтуфьево", "улица Гагарина"])
def test_a_place_without_our_stores_is_still_known_for_a_place(text: str) -> None:
    assert looks_like_place(text)


@pytest.mark.parametrize("text", ["где ближайший магазин", "а сколько стоит доставка", "красная рыба", "да"])
def test_other_words_do_not_look_like_a_place(text: str) -> None:
    assert not looks_like_place(text)


@pytest.mark.parametrize("text", ["лиговка", "на коломенском", "у гостинки", "ул. Веерная"])
def test_a_strange_name_may_be_an_answer_to_where(text: str) -> None:
    assert looks_like_answer(text)


@pytest.mark.parametrize("text", ["спасибо", "доставка", "баланс карты", "где мой заказ", "ok", "12"])
def test_everyday_words_are_no_answer_to_where(text: str) -> None:
    assert not looks_like_answer(text)


@pytest.mark.parametrize("spelling", ["tverskaya", "tverskaja", "tverskaia", "тверская", "Тверская"])
def test_spellings_of_one_name_sound_alike(spelling: str) -> None:
    assert sound(spelling) == sound("тверская")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_the_search(index: PlaceIndex, text: str) -> None:
    choose(index, text)
    looks_like_place(text)
