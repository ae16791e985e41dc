"""The page of channels: what it tells of them, and tests that really ask."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channels.telegram import TelegramChannel
from bot.desk_channels import DeskChannels
from handoff.words import load_words
from tests.integration.handoff.browsing import served
from tests.integration.handoff.handoff_desk import Desk, Hand, refused
from tests.integration.handoff.handoff_world import World
from tests.stubs.telegram_api import TOKEN, TelegramApi
from tests.stubs.telegram_parts import Inbox, make_channel, running, wait_for_state

OTHER_TOKEN = "7000000001:AAF-another-token-that-nobody-knows-000"
OPEN_PAGE = Callable[[Desk], Awaitable[Hand]]


async def _page(
    open_client: OPEN_PAGE, world: World, engine: AsyncEngine, channel: TelegramChannel, web_url: str = ""
) -> Hand:
    channels = DeskChannels(telegram=channel, receives=True, web_url=lambda: web_url)
    desk = Desk.on(world, engine, channels=channels)
    await desk.add("root", role="administrator")
    hand = await open_client(desk)
    await hand.sign_in("root")
    return hand


async def _verdict(hand: Hand, name: str) -> dict[str, Any]:
    response = await hand.post(f"/channels/{name}/test")
    text = await response.text()
    assert response.status == 200, text
    assert TOKEN not in text
    found: dict[str, Any] = (await response.json())["verdict"]
    for language, words in load_words().items():
        assert words[f"channels.verdict.{found['code']}"].format_map(found["values"]), language
    return found


async def test_telegram_with_the_right_token_names_its_bot(
    world: World, engine: AsyncEngine, aiohttp_desk: OPEN_PAGE
) -> None:
    async with TelegramApi() as api, running(make_channel(api), Inbox()) as channel:
        await wait_for_state(channel, "ok")
        hand = await _page(aiohttp_desk, world, engine, channel)
        found = await hand.get("/channels")
        assert found["channels"][0] == {"name": "telegram", "state": "ok", "way": "polling"}
        verdict = await _verdict(hand, "telegram")
        username = (await api_name(api))["username"]
    assert (verdict["ok"], verdict["code"]) == (True, "telegram_polling")
    assert verdict["values"]["bot"] == username


async def api_name(api: TelegramApi) -> dict[str, Any]:
    """What the scripted server says of the bot."""
    from tests.stubs import telegram_objects

    assert api.calls("getMe")
    return dict(telegram_objects.BOT_USER)


@pytest.mark.parametrize(
    ("token", "code", "state"),
    [("", "telegram_no_token", "off"), ("12345", "telegram_malformed", "down")],
)
async def test_telegram_without_a_usable_token_says_so_without_asking_anybody(
    world: World, engine: AsyncEngine, aiohttp_desk: OPEN_PAGE, token: str, code: str, state: str
) -> None:
    hand = await _page(aiohttp_desk, world, engine, make_channel(TelegramApi(), token=token))
    assert (await hand.get("/channels"))["channels"][0]["state"] == state
    assert (await _verdict(hand, "telegram"))["code"] == code


async def test_telegram_with_a_token_it_does_not_know_is_refused(
    world: World, engine: AsyncEngine, aiohttp_desk: OPEN_PAGE
) -> None:
    async with TelegramApi() as api:
        channel = make_channel(api, token=OTHER_TOKEN)
        hand = await _page(aiohttp_desk, world, engine, channel)
        verdict = await _verdict(hand, "telegram")
        await channel.close()
    assert (verdict["ok"], verdict["code"]) == (False, "telegram_refused")
    assert OTHER_TOKEN not in str(verdict)


async def test_telegram_that_cannot_be_reached_or_stays_silent_is_told_apart(
    world: World, engine: AsyncEngine, aiohttp_desk: OPEN_PAGE
) -> None:
    async with TelegramApi() as api:
        channel = make_channel(api)
        hand = await _page(aiohttp_desk, world, engine, channel)
        api.plan("drop", method="getMe")
        assert (await _verdict(hand, "telegram"))["code"] == "telegram_silent"
    assert (await _verdict(hand, "telegram"))["code"] == "telegram_unreachable"
    await channel.close()


async def test_messages_that_go_to_another_program_are_noticed(
    world: World, engine: AsyncEngine, aiohttp_desk: OPEN_PAGE
) -> None:
    async with TelegramApi() as api:
        polls = make_channel(api)
        hand = await _page(aiohttp_desk, world, engine, polls)
        api.state.webhook = {"url": "https://other.example/secret-path"}
        verdict = await _verdict(hand, "telegram")
        await polls.close()
    assert verdict["code"] == "telegram_foreign_webhook"
    assert verdict["values"]["detail"] == "other.example"


async def test_a_webhook_is_compared_with_the_address_of_the_settings(
    world: World, engine: AsyncEngine, aiohttp_desk: OPEN_PAGE
) -> None:
    async with TelegramApi() as api:
        channel = make_channel(api, webhook_url="https://duet.example/telegram/hook")
        hand = await _page(aiohttp_desk, world, engine, channel)
        assert (await _verdict(hand, "telegram"))["code"] == "telegram_other_webhook"
        api.state.webhook = {"url": "https://duet.example/telegram/hook"}
        assert (await _verdict(hand, "telegram"))["code"] == "telegram_webhook"
        await channel.close()


def _chat(api_status: int, page_status: int = 200) -> web.Application:
    async def page(_: web.Request) -> web.Response:
        return web.Response(text="<html>", content_type="text/html", status=page_status)

    async def messages(_: web.Request) -> web.Response:
        return web.json_response({}, status=api_status)

    app = web.Application()
    app.add_routes([web.get("/", page), web.get("/chat/api/messages", messages)])
    return app


@pytest.mark.parametrize(
    ("page_status", "api_status", "code"),
    [(200, 401, "webchat_ok"), (500, 401, "webchat_page"), (200, 404, "webchat_api")],
)
async def test_the_web_chat_is_asked_over_http(
    world: World, engine: AsyncEngine, aiohttp_desk: OPEN_PAGE, page_status: int, api_status: int, code: str
) -> None:
    async with served(_chat(api_status, page_status)) as address:
        hand = await _page(
            aiohttp_desk, world, engine, make_channel(TelegramApi(), token=""), web_url=address
        )
        verdict = await _verdict(hand, "webchat")
    assert (verdict["ok"], verdict["code"]) == (code == "webchat_ok", code)
    gone = await asyncio.wait_for(_verdict(hand, "webchat"), timeout=10)
    assert gone["code"] == "webchat_unreachable"


async def test_a_channel_that_does_not_exist_is_refused(
    world: World, engine: AsyncEngine, aiohttp_desk: OPEN_PAGE
) -> None:
    hand = await _page(aiohttp_desk, world, engine, make_channel(TelegramApi(), token=""))
    assert await refused(await hand.post("/channels/pigeon/test")) == (404, "unknown_channel")
