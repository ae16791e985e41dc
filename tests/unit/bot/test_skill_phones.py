"""Phone numbers as typed and as shared, and what the service's answers are checked for."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from bot.skills.loyalty_wire import AccountWire, StoresWire
from bot.skills.phones import parse_phone, shared_phone, tail


@pytest.mark.parametrize(
    "typed",
    ["+7 900 000-00-01", "8 (900) 000 00 01", "89000000001", "9000000001", "мой номер 8-900-000-00-01, вот"],
)
def test_a_typed_number_is_read_in_e164(typed: str) -> None:
    assert parse_phone(typed) == "+79000000001"


@pytest.mark.parametrize(
    "typed", ["", "123456", "8 900", "8 900 000", "заказ 1234567", "+7 900 000-00-01 или +7 900 000-00-02"]
)
def test_what_is_not_one_number_is_none(typed: str) -> None:
    assert parse_phone(typed) == ""


@pytest.mark.parametrize(
    ("shared", "phone"),
    [
        ("79000000001", "+79000000001"),
        ("+79000000001", "+79000000001"),
        ("89000000001", "+79000000001"),
        ("+1 202 555 0143", "+12025550143"),
        ("9996621234", "+9996621234"),
        ("", ""),
        ("123", ""),
    ],
)
def test_a_shared_number_needs_no_plus(shared: str, phone: str) -> None:
    assert shared_phone(shared) == phone


def test_a_number_is_told_by_its_tail() -> None:
    assert tail("+79000000142") == "01-42"


STORE: dict[str, Any] = {
    "id": "s1",
    "city": "msk",
    "name": "Лавка",
    "street": "Тверская улица",
    "house": "1",
    "lat": 55.7,
    "lon": 37.6,
    "hours": {},
}
CITY: dict[str, Any] = {"id": "msk", "name": "Москва", "lat": 55.7, "lon": 37.6}


def test_a_city_without_a_zone_takes_the_companys() -> None:
    zone = ZoneInfo("Asia/Omsk")
    stores = StoresWire.model_validate({"cities": [CITY], "stores": [STORE]}).value(zone)
    assert stores.stores[0].city.zone is zone


def test_a_store_of_an_unlisted_city_is_left_out() -> None:
    body = {"cities": [CITY], "stores": [STORE, {**STORE, "id": "s2", "city": "tula"}]}
    stores = StoresWire.model_validate(body).value(ZoneInfo("Europe/Moscow"))
    assert [store.id for store in stores.stores] == ["s1"]


@pytest.mark.parametrize(
    "body",
    [
        {"cities": [{**CITY, "timezone": "Mars/Base"}], "stores": []},
        {"cities": [{**CITY, "id": "Ж"}], "stores": []},
        {"cities": [CITY], "stores": [STORE, STORE]},
        {"cities": [CITY], "stores": [{**STORE, "lat": 95}]},
        {"cities": [CITY], "stores": [{**STORE, "hours": {"mon": ["8", "22"]}}]},
    ],
)
def test_a_list_that_cannot_be_used_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        StoresWire.model_validate(body)


def test_an_unknown_card_status_is_refused() -> None:
    with pytest.raises(ValidationError):
        AccountWire.model_validate({"card_number": "1", "card_status": "?", "points": 1, "worth_kopecks": 1})
