"""Live changes over a real WebSocket."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import ClientWebSocketResponse

from tests.integration.handoff.handoff_desk import Desk, Hand
from tests.integration.handoff.handoff_world import World

Browsers = Callable[[], Awaitable[Hand]]


async def _listen(desk: Desk, browsers: Browsers, name: str) -> tuple[Hand, ClientWebSocketResponse]:
    await desk.add(name)
    hand = await browsers()
    await hand.sign_in(name)
    return hand, await hand.client.ws_connect("/desk/api/live", headers={"Origin": _origin(hand)})


def _origin(hand: Hand) -> str:
    return str(hand.client.make_url("/")).rstrip("/")


async def _hear(socket: ClientWebSocketResponse, timeout_s: float = 5) -> Any:
    async with asyncio.timeout(timeout_s):
        return await socket.receive_json()


async def _quiet(socket: ClientWebSocketResponse, seconds: float = 0.4) -> list[Any]:
    """Everything that comes until nothing does for a while."""
    heard: list[Any] = []
    while True:
        try:
            heard.append(await _hear(socket, seconds))
        except TimeoutError:
            return heard


async def test_every_tab_hears_of_a_new_ticket(desk: Desk, browsers: Browsers, world: World) -> None:
    _, first = await _listen(desk, browsers, "anna")
    _, second = await _listen(desk, browsers, "boris")
    await asyncio.sleep(0.3)
    await world.hand_over()
    assert await _hear(first) == {"type": "tickets"}
    assert await _hear(second) == {"type": "tickets"}


async def test_who_watches_a_ticket_hears_what_the_customer_writes_and_others_do_not(
    desk: Desk, browsers: Browsers, world: World
) -> None:
    ticket = await world.hand_over()
    other = await world.hand_over(ref="webchat:other")
    hand, watching = await _listen(desk, browsers, "anna")
    _, elsewhere = await _listen(desk, browsers, "boris")
    await hand.post(f"/tickets/{ticket}/take")
    await watching.send_json({"watch": ticket})
    await elsewhere.send_json({"watch": other})
    await _quiet(watching)
    await _quiet(elsewhere)
    await world.relay("Вы тут?")
    assert {"type": "ticket", "id": ticket} in await _quiet(watching)
    assert await _quiet(elsewhere) == [{"type": "tickets"}]


async def test_a_burst_of_changes_is_told_as_few(desk: Desk, browsers: Browsers, world: World) -> None:
    _, socket = await _listen(desk, browsers, "anna")
    await asyncio.sleep(0.3)
    ticket = await world.hand_over()
    await world.queue.take(ticket, operator="u1", name="Анна")
    for number in range(30):
        await world.relay(f"строка {number}")
    assert 1 <= len(await _quiet(socket)) < 15


async def test_a_conversation_of_the_bot_can_be_watched(desk: Desk, browsers: Browsers, world: World) -> None:
    await world.bot_says("Здравствуйте!")
    conversation = (await world.conversation())["id"]
    _, socket = await _listen(desk, browsers, "anna")
    await socket.send_json({"watch_chat": conversation})
    await asyncio.sleep(0.3)
    await world.bot_says("Ещё ответ", to="Ещё вопрос")
    assert await _hear(socket) == {"type": "conversation", "id": conversation}


async def test_nonsense_from_a_page_is_ignored(desk: Desk, browsers: Browsers, world: World) -> None:
    _, socket = await _listen(desk, browsers, "anna")
    for text in ("", "{", "[]", '{"watch": 5}', '{"watch": "no-such"}', "[" * 3000):
        await socket.send_str(text)
    await asyncio.sleep(0.3)
    await world.hand_over()
    assert await _hear(socket) == {"type": "tickets"}


async def test_listening_needs_a_session(browsers: Browsers) -> None:
    stranger = await browsers()
    response = await stranger.client.get("/desk/api/live")
    assert response.status == 401
