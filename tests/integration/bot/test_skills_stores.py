"""Nearest stores: real demo service, real GEO search."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.skills.loyalty_client import LoyaltyClient
from bot.skills.nearest_store import NearestStore
from bot.skills.store_directory import Snapshot, StoreDirectory
from bot.types import Location
from tests.integration.bot.skills_world import (
    TEXTS,
    DemoServer,
    Talk,
    addresses,
    buttons,
    client_of,
    demo_server,
)

KEY = "test:stores"


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[DemoServer]:
    async with demo_server(tmp_path / "demo") as running:
        yield running


@pytest.fixture
async def client(demo: DemoServer) -> AsyncIterator[LoyaltyClient]:
    client = client_of(demo.url)
    yield client
    await client.close()


@pytest.fixture
def skill(client: LoyaltyClient, redis: Redis) -> NearestStore:
    directory = StoreDirectory(source=client, redis=redis, geo_key=KEY)
    return NearestStore(directory=directory, texts=TEXTS)


async def test_a_shared_location_gets_the_three_nearest_in_order(skill: NearestStore) -> None:
    told = await Talk(skill).share_location(55.7653, 37.6045)
    assert addresses(told) == ["Лавка на Тверской", "Лавка у Маяковской", "Лавка на Лесной"]
    first = told.text.splitlines()[2]
    assert first == (
        "- **Лавка на Тверской**: Москва, Тверская улица, 18 (120 м). Круглосуточно, сейчас открыто."
    )
    assert told.locations == (("Лавка на Тверской", Location(55.7647, 37.606)),)


async def test_far_from_every_store_the_reply_says_so(skill: NearestStore) -> None:
    told = await Talk(skill).share_location(43.5855, 39.7231)
    assert "наших магазинов пока нет" in told.text
    assert "км" in told.text


async def test_a_misspelt_station_is_found(skill: NearestStore) -> None:
    told = await Talk(skill).say("у метро маякоская есть магазин?")
    assert told.text.startswith("Ближайшие магазины (метро Маяковская):")
    assert addresses(told)[0] == "Лавка у Маяковской"
    assert len(addresses(told)) == 3


async def test_a_city_gets_its_own_stores_only_and_a_hint_to_come_closer(skill: NearestStore) -> None:
    talk = Talk(skill)
    told = await talk.say("магазины в казани")
    assert told.text.startswith("Казань, 4 магазина. Ближе к центру:")
    assert told.ask_location
    assert all("Казань" in line for line in told.text.splitlines() if line.startswith("- "))
    closer = await talk.say("на декабристов")
    assert addresses(closer)[0] == "Лавка на Декабристов"


async def test_a_city_with_two_stores_does_not_borrow_from_another(skill: NearestStore) -> None:
    talk = Talk(skill, language="en")
    told = await talk.say("Novosibirsk")
    assert len(addresses(told)) == 2
    assert "Lavka Krasny Prospekt" in told.text
    assert not told.ask_location


async def test_a_name_in_two_cities_is_asked_about_once(skill: NearestStore) -> None:
    talk = Talk(skill)
    asked = await talk.say("рядом с метро спортивная")
    assert [button.text for button in asked.buttons] == [
        "Москва, метро Спортивная",
        "Санкт-Петербург, метро Спортивная",
    ]
    assert buttons(asked) == ["skill:nearest_store:city:msk", "skill:nearest_store:city:spb"]
    told = await talk.press("skill:nearest_store:city:spb")
    assert addresses(told)[0] == "Лавка на Большой Пушкарской"
    assert talk.state == {}


async def test_the_question_which_city_may_be_answered_in_words(skill: NearestStore) -> None:
    talk = Talk(skill)
    await talk.say("на ленина")
    told = await talk.say("екатеринбург")
    assert addresses(told)[0] == "Лавка на Ленина"
    assert "Екатеринбург, проспект Ленина, 25" in told.text


async def test_an_old_city_button_still_answers_with_the_city(skill: NearestStore) -> None:
    told = await Talk(skill).press("skill:nearest_store:city:sam")
    assert told.text.startswith("Самара, 4 магазина")


async def test_button_ids_fit_the_vendors_limit(skill: NearestStore) -> None:
    asked = await Talk(skill).say("ленина")
    assert len(asked.buttons) == 4
    assert all(len(button.id.encode()) <= 64 for button in asked.buttons)


async def test_with_no_place_named_the_bot_asks_for_it(skill: NearestStore) -> None:
    talk = Talk(skill)
    asked = await talk.say("где ближайший магазин")
    assert asked.ask_location
    assert talk.state
    told = await talk.say("tverskaya")
    assert addresses(told)[0] == "Лавка на Тверской"


async def test_a_city_without_stores_is_told_where_there_are_some(skill: NearestStore) -> None:
    told = await Talk(skill).say("есть магазин в сочи?")
    assert "Москва, Санкт-Петербург, Казань" in told.text
    assert told.ask_location


async def test_a_street_we_are_not_in_is_an_answer_all_the_same(skill: NearestStore) -> None:
    talk = Talk(skill)
    await talk.say("где ближайший магазин")
    told = await talk.say("на лиговке")
    assert "Не нашёл такого места" in told.text


async def test_a_place_only_understanding_recognised_is_looked_up(skill: NearestStore) -> None:
    told = await Talk(skill).say("мира сорок где там вход магазин", ("address", "мира"))
    assert addresses(told)[0] == "Лавка на проспекте Мира"


async def test_another_question_meanwhile_is_left_to_the_bot(skill: NearestStore) -> None:
    talk = Talk(skill)
    await talk.say("где ближайший магазин")
    await talk.say("а сколько стоит доставка")
    assert talk.last.unhandled


async def test_the_search_can_be_given_up(skill: NearestStore) -> None:
    talk = Talk(skill)
    await talk.say("где ближайший магазин")
    await talk.say("Отмена")
    assert talk.last.state == {}


async def test_hours_are_those_of_the_stores_own_city(skill: NearestStore) -> None:
    """19:30 in Moscow is 23:30 in Novosibirsk: closed there since 23:00."""
    talk = Talk(skill, now=datetime(2026, 11, 25, 16, 30, tzinfo=UTC))
    told = await talk.say("красный проспект")
    assert "Сегодня 08:00–23:00, сейчас закрыто, откроется завтра в 08:00." in told.text
    told = await talk.say("метро маяковская")
    assert "Сегодня 08:00–23:00, сейчас открыто до 23:00." in told.text


async def test_the_last_day_of_the_year_closes_early(skill: NearestStore) -> None:
    year = datetime.now(UTC).year
    talk = Talk(skill, now=datetime(year, 12, 31, 18, 0, tzinfo=UTC))
    told = await talk.say("метро маяковская")
    assert "Сегодня 08:00–20:00, сейчас закрыто, откроется завтра в 12:00." in told.text


async def test_a_location_at_the_pole_is_no_fault(skill: NearestStore) -> None:
    assert len(addresses(await Talk(skill).share_location(89.9, 0))) == 3


async def test_points_lost_by_redis_are_written_again(skill: NearestStore, redis: Redis) -> None:
    talk = Talk(skill)
    await talk.share_location(55.7653, 37.6045)
    await redis.delete(KEY)
    assert len(addresses(await talk.share_location(55.7653, 37.6045))) == 3


async def test_without_a_list_the_skill_says_so_and_offers_a_person(redis: Redis) -> None:
    client = client_of("http://127.0.0.1:9", timeout_s=0.5)
    directory = StoreDirectory(source=client, redis=redis, geo_key=KEY)
    told = await Talk(NearestStore(directory=directory, texts=TEXTS)).say("тверская")
    assert "недоступен" in told.text
    assert buttons(told) == ["person"]
    await client.close()


async def test_the_last_list_serves_while_the_service_is_down(redis: Redis, tmp_path: Path) -> None:
    seconds = 0.0
    async with demo_server(tmp_path / "demo") as demo:
        client = client_of(demo.url, timeout_s=0.5)
        directory = StoreDirectory(
            source=client, redis=redis, geo_key=KEY, refresh_s=10, stale_s=100, clock=lambda: seconds
        )
        assert isinstance(await directory.snapshot(), Snapshot)
    seconds = 50
    assert isinstance(await directory.snapshot(), Snapshot)
    seconds = 500
    assert not isinstance(await directory.snapshot(), Snapshot)
    await client.close()
