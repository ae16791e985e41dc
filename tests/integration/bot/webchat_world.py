"""A web chat over HTTP with a real store, and a customer who uses it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.contract import OutgoingMessage, SendResult
from bot.channels.webchat.channel import WebchatChannel
from bot.channels.webchat.routes import add_chat
from bot.inbox import Inbox
from bot.types import Author, Reply
from bot.web.errors import json_errors
from core.notify import Hub
from core.redis import Scripts

Client = TestClient[web.Request, web.Application]


def words(key: str, language: str) -> str:
    """Words that show which were asked for."""
    return f"{key}/{language}"


@dataclass
class Customer:
    """One browser."""

    client: Client
    session: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    async def open(self, **body: str) -> Customer:
        """Get a session."""
        response = await self.client.post("/chat/api/sessions", json=body)
        assert response.status == 200
        answer = await response.json()
        self.session = answer["session"]
        self.headers = {"Authorization": f"Bearer {answer['token']}"}
        return self

    async def post(self, body: Any) -> ClientResponse:
        """Send one message."""
        return await self.client.post("/chat/api/messages", json=body, headers=self.headers)

    async def say(self, text: str, client_id: str = "") -> str:
        """Send a text that is accepted; its id."""
        response = await self.post({"text": text} | ({"client_id": client_id} if client_id else {}))
        assert response.status == 202, await response.text()
        return str((await response.json())["id"])

    async def get(self, **query: Any) -> ClientResponse:
        """Ask for messages."""
        return await self.client.get("/chat/api/messages", params=query, headers=self.headers)

    async def types(self) -> ClientResponse:
        """Say that the customer is writing."""
        return await self.client.post("/chat/api/typing", headers=self.headers)

    async def messages(self, **query: Any) -> list[dict[str, Any]]:
        """The messages, asked for successfully."""
        response = await self.get(**query)
        assert response.status == 200, await response.text()
        return list((await response.json())["messages"])


@dataclass
class WebchatWorld:
    """The server, its channel and what stops it."""

    client: Client
    channel: WebchatChannel
    hub: Hub
    stop: asyncio.Event

    async def customer(self, **body: str) -> Customer:
        """A new browser with a session."""
        return await Customer(self.client).open(**body)

    async def reply(
        self, customer: Customer, text: str, *, out_id: str = "o1", author: Author = "bot", **parts: Any
    ) -> SendResult:
        """Send one reply to a customer."""
        name = parts.pop("name", "")
        reply = Reply(text, **parts)
        return await self.channel.send(
            OutgoingMessage(out_id, "webchat", customer.session, author, reply, "ru", name)
        )


@asynccontextmanager
async def webchat(
    scripts: Scripts,
    *,
    inbox: Inbox | None = None,
    messages_per_min: int = 60,
    keep_messages: int = 500,
    extra: Callable[[web.Application], None] = lambda _: None,
) -> AsyncIterator[WebchatWorld]:
    """A served web chat."""
    stop = asyncio.Event()
    hub = Hub(scripts.redis, scripts.keys)
    listening = asyncio.create_task(hub.run(stop))
    app = web.Application(client_max_size=64 * 1024, middlewares=[json_errors])
    add_chat(
        app,
        account="webchat",
        scripts=scripts,
        inbox=inbox or Inbox(scripts, claim_days=9, lease_s=15, silence_h=12, durable=False),
        hub=hub,
        stop=stop,
        session_days=30,
        max_text_chars=4096,
        max_wait_s=30,
        messages_per_min=messages_per_min,
        say=words,
        behind_proxy=True,
        sessions_per_min=3,
    )
    extra(app)
    channel = WebchatChannel(scripts=scripts, account="webchat", keep_messages=keep_messages, session_days=30)
    async with TestClient(TestServer(app)) as client:
        yield WebchatWorld(client, channel, hub, stop)
        stop.set()
        await listening
