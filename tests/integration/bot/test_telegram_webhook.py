"""The webhook, posted to by a scripted Bot API server and by strangers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, web

from bot.channels.telegram import TelegramChannel
from bot.types import MessageKind
from tests.stubs.telegram_api import TelegramApi
from tests.stubs.telegram_parts import Inbox, make_channel, running, wait_for_state

ANNA = 501
HEADER = "X-Telegram-Bot-Api-Secret-Token"
SECRET = "s3cret"


class Site:
    """A web server that serves a channel's webhook, and a client to post to it."""

    def __init__(self) -> None:
        self.inbox = Inbox()
        self.url = ""
        self._app = web.Application(client_max_size=100_000)
        self._holder: dict[str, TelegramChannel] = {}
        self._app.router.add_post("/telegram/hook", self._forward)
        self._runner = web.AppRunner(self._app, access_log=None)
        self.client: ClientSession

    async def start(self) -> None:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/telegram/hook"
        self.client = ClientSession()

    async def stop(self) -> None:
        await self.client.close()
        await self._runner.cleanup()

    def mount(self, channel: TelegramChannel) -> None:
        self._holder["channel"] = channel
        self._handler = channel.webhook_handler(self.inbox.ingest)

    async def _forward(self, request: web.Request) -> web.StreamResponse:
        return await self._handler(request)

    async def post(self, body: Any = None, *, raw: bytes | None = None, secret: str = SECRET) -> int:
        headers = {HEADER: secret} if secret else {}
        async with self.client.post(self.url, json=body, data=raw, headers=headers) as response:
            return response.status


@pytest.fixture
async def api() -> AsyncIterator[TelegramApi]:
    async with TelegramApi() as server:
        yield server


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def channel(api: TelegramApi, site: Site) -> AsyncIterator[TelegramChannel]:
    made = make_channel(api, webhook_url=site.url, webhook_secret=SECRET)
    site.mount(made)
    async with running(made, site.inbox):
        await wait_for_state(made, "ok")
        yield made


def an_update(update_id: int = 1, text: str = "привет") -> dict[str, Any]:
    person = {"id": ANNA, "is_bot": False, "first_name": "Анна", "language_code": "ru"}
    chat = {"id": ANNA, "first_name": "Анна", "type": "private"}
    message = {"message_id": update_id, "from": person, "chat": chat, "date": 1763712000, "text": text}
    return {"update_id": update_id, "message": message}


async def test_the_webhook_is_set_with_its_secret_and_messages_arrive_in_order(
    api: TelegramApi, site: Site, channel: TelegramChannel
) -> None:
    assert channel.webhook_path == "/telegram/hook"
    assert api.state.webhook["secret_token"] == SECRET
    assert "callback_query" in api.state.webhook["allowed_updates"]
    for number in range(10):
        api.customer(ANNA).write(f"сообщение {number}")
    await site.inbox.wait_for(10)
    await api.wait_until_confirmed()
    assert site.inbox.texts == [f"сообщение {number}" for number in range(10)]
    assert api.calls("getUpdates") == []


async def test_an_update_that_could_not_be_stored_comes_again(
    api: TelegramApi, site: Site, channel: TelegramChannel
) -> None:
    site.inbox.failures_to_come = 2
    api.customer(ANNA).write("первое")
    api.customer(ANNA).write("второе")
    await site.inbox.wait_for(2)
    await api.wait_until_confirmed()
    assert site.inbox.texts == ["первое", "второе"]


async def test_a_failing_store_is_answered_500_and_a_repeat_200(site: Site, channel: TelegramChannel) -> None:
    site.inbox.failures_to_come = 1
    assert await site.post(an_update()) == 500
    assert await site.post(an_update()) == 200
    assert await site.post(an_update()) == 200
    assert len(site.inbox.taken) == 1


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x"])
async def test_a_stranger_is_refused_and_nothing_is_read(
    site: Site, channel: TelegramChannel, secret: str
) -> None:
    assert await site.post(an_update(), secret=secret) == 401
    assert site.inbox.tries == 0


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b"{}", b'{"update_id": "x"}', b"\xff\xfe", b"[" * 50_000], ids=len
)
async def test_a_malformed_body_is_answered_400(site: Site, channel: TelegramChannel, raw: bytes) -> None:
    assert await site.post(raw=raw) == 400
    assert site.inbox.tries == 0


async def test_a_body_over_the_limit_is_answered_413(site: Site, channel: TelegramChannel) -> None:
    assert await site.post(raw=b"x" * 200_000) == 413


async def test_an_update_that_cannot_be_parsed_reaches_a_person(site: Site, channel: TelegramChannel) -> None:
    broken = an_update()
    broken["message"]["entities"] = "not a list"
    assert await site.post(broken) == 200
    assert (site.inbox.taken[0].kind, site.inbox.taken[0].text) == (MessageKind.OTHER, "привет")


async def test_a_message_the_store_refuses_for_ever_is_at_last_taken_as_a_placeholder(
    site: Site, channel: TelegramChannel
) -> None:
    site.inbox.refused_texts = {"яд"}
    statuses = [await site.post(an_update(text="яд")) for _ in range(5)]
    assert statuses == [500, 500, 500, 500, 200]
    assert [message.kind for message in site.inbox.taken] == [MessageKind.OTHER]


async def test_without_a_configured_secret_every_process_finds_the_same_one(
    api: TelegramApi, site: Site
) -> None:
    for _ in range(2):
        made = make_channel(api, webhook_url=site.url)
        async with running(made, site.inbox):
            await wait_for_state(made, "ok")
    first, second = (call.params["secret_token"] for call in api.calls("setWebhook"))
    assert first == second
    assert len(first) == 64


async def test_a_webhook_that_cannot_be_set_is_tried_again(api: TelegramApi, site: Site) -> None:
    api.plan("server_error", method="setWebhook", times=2)
    made = make_channel(api, webhook_url=site.url)
    async with running(made, site.inbox):
        await wait_for_state(made, "down")
        await wait_for_state(made, "ok")
    assert api.state.webhook["url"] == site.url


async def test_a_channel_without_a_token_answers_503(api: TelegramApi, site: Site) -> None:
    made = make_channel(api, token="", webhook_url=site.url)
    site.mount(made)
    assert await site.post(an_update()) == 503
    await asyncio.wait_for(made.close(), timeout=1)
