"""The loyalty client against services that misbehave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web

from bot.skills.loyalty_client import LoyaltyClient
from bot.skills.loyalty_types import CardActivated, LoyaltyAccount, Refused, ServiceDown
from tests.integration.bot.skills_world import MOSCOW, TOKEN, free_port

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
GOOD = {"card_number": "1", "card_status": "active", "points": 1, "worth_kopecks": 100, "later_field": 1}


class Service:
    """Answers as it is told, and remembers what it was asked."""

    def __init__(self) -> None:
        self.port = free_port()
        self.asked: list[web.Request] = []
        self.answer: Answer | None = None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        assert self.answer is not None
        return await self.answer(request)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    service = Service()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", service.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", service.port).start()
    yield service
    await runner.cleanup()


@pytest.fixture
async def client(service: Service) -> AsyncIterator[LoyaltyClient]:
    url = f"http://127.0.0.1:{service.port}/"
    client = LoyaltyClient(base_url=url, token=TOKEN, timeout_s=0.3, company_zone=MOSCOW)
    yield client
    await client.close()


def saying(status: int, text: str) -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text=text)

    return answer


async def hang_up(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def too_slow(request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(0.6)
    return web.json_response(GOOD)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (too_slow, "timeout"),
        (hang_up, "connection"),
        (saying(500, "oops"), "status_500"),
        (saying(503, ""), "status_503"),
        (saying(401, '{"code": "unauthorized"}'), "unauthorized"),
        (saying(404, "<html>not found</html>"), "bad_answer"),
        (saying(302, ""), "bad_answer"),
        (saying(200, "<html>login</html>"), "bad_answer"),
        (saying(200, '{"points": -1}'), "bad_answer"),
    ],
)
async def test_no_usable_answer_is_a_service_that_is_down(
    service: Service, client: LoyaltyClient, answer: Answer, reason: str
) -> None:
    service.answer = answer
    assert await client.account("+79000000001") == ServiceDown(reason)


async def test_a_refusal_carries_its_code(service: Service, client: LoyaltyClient) -> None:
    service.answer = saying(422, '{"code": "wrong_code", "attempts_left": 2}')
    assert await client.check_code("+79000000001", "1", key="k") == Refused("wrong_code", 2)


async def test_unknown_fields_of_a_newer_service_do_no_harm(service: Service, client: LoyaltyClient) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.json_response(GOOD)

    service.answer = answer
    assert await client.account("+79000000001") == LoyaltyAccount("1", "active", 1, 100)
    assert service.asked[0].query["phone"] == "+79000000001"
    assert service.asked[0].headers["Authorization"] == f"Bearer {TOKEN}"


async def test_a_connection_lost_on_the_way_is_tried_once_more_with_the_same_key(
    service: Service, client: LoyaltyClient
) -> None:
    async def second_time(request: web.Request) -> web.StreamResponse:
        if len(service.asked) == 1:
            return await hang_up(request)
        return web.json_response({"card_number": "1", "card_status": "active"})

    service.answer = second_time
    assert await client.activate_card("+79000000001", "", key="deed") == CardActivated("1")
    assert [request.headers["Idempotency-Key"] for request in service.asked] == ["deed", "deed"]


async def test_a_port_nobody_listens_on_is_a_service_that_is_down() -> None:
    client = LoyaltyClient(
        base_url=f"http://127.0.0.1:{free_port()}", token=TOKEN, timeout_s=1, company_zone=MOSCOW
    )
    assert not await client.healthy()
    assert await client.stores() == ServiceDown("connection")
    await client.close()
