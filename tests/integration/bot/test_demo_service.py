"""The demo loyalty and store service over real HTTP."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from core.config import ROOT
from tests.integration.bot.skills_world import TOKEN, DemoServer, demo_process, demo_server

ACTIVE, INACTIVE, BLOCKED = "+79000000001", "+79000000002", "+79000000003"


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[DemoServer]:
    async with demo_server(tmp_path / "demo") as running:
        yield running


def session_of(url: str) -> aiohttp.ClientSession:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return aiohttp.ClientSession(url, headers=headers, connector=aiohttp.TCPConnector(force_close=True))


@pytest.fixture
async def http(demo: DemoServer) -> AsyncIterator[aiohttp.ClientSession]:
    async with session_of(demo.url) as session:
        yield session


async def post(http: aiohttp.ClientSession, path: str, body: object, key: str = "") -> tuple[int, object]:
    headers = {"Idempotency-Key": key} if key else {}
    async with http.post(path, json=body, headers=headers) as response:
        return response.status, await response.json()


async def get(http: aiohttp.ClientSession, path: str, **query: str) -> tuple[int, dict[str, object]]:
    async with http.get(path, params=query) as response:
        return response.status, await response.json()


async def test_nobody_gets_in_without_the_token(demo: DemoServer) -> None:
    async with aiohttp.ClientSession(demo.url) as session, session.get("/v1/stores") as response:
        assert response.status == 401
        assert (await response.json())["code"] == "unauthorized"


async def test_there_are_stores_in_seven_cities_each_with_a_plausible_point(
    http: aiohttp.ClientSession,
) -> None:
    status, body = await get(http, "/v1/stores")
    assert status == 200
    cities = {city["id"]: city for city in body["cities"]}  # type: ignore[attr-defined]
    stores: list[dict[str, object]] = body["stores"]  # type: ignore[assignment]
    by_city = {city: [store for store in stores if store["city"] == city] for city in cities}
    assert len(stores) >= 40
    assert len(by_city["msk"]) >= 20
    assert len(by_city["spb"]) >= 10
    for store in stores:
        centre = cities[store["city"]]
        assert abs(float(str(store["lat"])) - centre["lat"]) < 0.25
        assert abs(float(str(store["lon"])) - centre["lon"]) < 0.3
        assert set(store["hours"]) == {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}  # type: ignore[call-overload]


async def test_a_customer_is_told_apart_from_nobody(http: aiohttp.ClientSession) -> None:
    status, body = await get(http, "/v1/customers", phone=ACTIVE)
    assert (status, body["points"], body["worth_kopecks"]) == (200, 1250, 125000)
    status, body = await get(http, "/v1/customers", phone="+79009999999")
    assert (status, body["code"]) == (404, "unknown_customer")
    status, body = await get(http, "/v1/customers", phone="junk")
    assert (status, body["code"]) == (422, "bad_phone")


async def test_a_code_proves_the_phone_once(http: aiohttp.ClientSession, demo: DemoServer) -> None:
    assert (await post(http, "/v1/verifications", {"phone": ACTIVE}))[0] == 202
    code = demo.last_code(ACTIVE)
    proof = {"phone": ACTIVE, "code": code}
    assert await post(http, "/v1/verifications/check", proof, key="m1") == (200, {"verified": True})
    assert await post(http, "/v1/verifications/check", proof, key="m1") == (200, {"verified": True})
    status, body = await post(http, "/v1/verifications/check", proof, key="m2")
    assert status == 422
    assert body == {"code": "code_void", "message": "Ask for a new code first."}


async def test_five_wrong_codes_make_the_code_void(http: aiohttp.ClientSession, demo: DemoServer) -> None:
    await post(http, "/v1/verifications", {"phone": ACTIVE})
    right = demo.last_code(ACTIVE)
    wrong = "000000" if right != "000000" else "000001"
    for left in (4, 3, 2, 1, 0):
        _, body = await post(http, "/v1/verifications/check", {"phone": ACTIVE, "code": wrong})
        assert isinstance(body, dict)
        assert (body["code"], body["attempts_left"]) == ("wrong_code", left)
    _, body = await post(http, "/v1/verifications/check", {"phone": ACTIVE, "code": right})
    assert isinstance(body, dict)
    assert body["code"] == "code_void"


async def test_a_second_code_has_to_wait(http: aiohttp.ClientSession) -> None:
    await post(http, "/v1/verifications", {"phone": ACTIVE})
    status, body = await post(http, "/v1/verifications", {"phone": ACTIVE})
    assert isinstance(body, dict)
    assert (status, body["code"]) == (429, "too_soon")


async def test_codes_are_readable_by_the_owner_only(http: aiohttp.ClientSession, demo: DemoServer) -> None:
    await post(http, "/v1/verifications", {"phone": ACTIVE})
    assert stat.S_IMODE((demo.data / "codes.log").stat().st_mode) == 0o600


async def test_an_activation_is_done_once_and_survives_a_restart(
    http: aiohttp.ClientSession, demo: DemoServer
) -> None:
    first = await post(http, "/v1/cards/activate", {"phone": INACTIVE}, key="m1")
    assert first == (200, {"card_number": "2200100000000025", "card_status": "active"})
    await demo.stop()
    await demo.start()
    assert await post(http, "/v1/cards/activate", {"phone": INACTIVE}, key="m1") == first
    status, body = await post(http, "/v1/cards/activate", {"phone": INACTIVE}, key="m2")
    assert isinstance(body, dict)
    assert (status, body["code"]) == (409, "already_active")
    assert (await get(http, "/v1/customers", phone=INACTIVE))[1]["card_status"] == "active"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"phone": BLOCKED}, 403, "card_blocked"),
        ({"phone": ACTIVE}, 409, "already_active"),
        ({"phone": INACTIVE, "card_number": "1"}, 422, "wrong_card"),
        ({"phone": "+79009999999"}, 404, "unknown_customer"),
        ({"phone": 7}, 422, "bad_field"),
        ([], 400, "bad_json"),
    ],
)
async def test_each_refused_activation_has_its_code(
    http: aiohttp.ClientSession, body: object, status: int, code: str
) -> None:
    got, answer = await post(http, "/v1/cards/activate", body)
    assert isinstance(answer, dict)
    assert (got, answer["code"]) == (status, code)


async def test_the_process_serves_stops_cleanly_and_logs_no_phone(tmp_path: Path) -> None:
    with demo_process(tmp_path / "demo") as process:
        async with session_of(process.url) as http:
            assert (await get(http, "/v1/customers", phone=ACTIVE))[0] == 200
            assert (await post(http, "/v1/cards/activate", {"phone": INACTIVE}))[0] == 200
        code, log = process.stop()
        assert code == 0
        assert "demo_service.starting" in log
        assert "79000000001" not in log
        process.start()
        async with session_of(process.url) as http:
            assert (await get(http, "/v1/customers", phone=INACTIVE))[1]["card_status"] == "active"


def test_without_a_token_the_process_says_what_is_missing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bot.demo_service", "--port", "0", "--data", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, env={"PATH": ""}, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("LOYALTY_TOKEN: ")
