"""The web chat as a part of a web application."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.channels.webchat.api import ChatApi
from bot.channels.webchat.chat import Chats
from bot.channels.webchat.convert import Say
from bot.channels.webchat.polls import Polls
from bot.channels.webchat.sessions import RateLimit, Sessions
from bot.inbox import Inbox
from core.notify import Hub
from core.redis import Scripts


def add_chat(
    app: web.Application,
    *,
    account: str,
    scripts: Scripts,
    inbox: Inbox,
    hub: Hub,
    stop: asyncio.Event,
    session_days: float,
    max_text_chars: int,
    max_wait_s: float,
    messages_per_min: int,
    say: Say,
    behind_proxy: bool,
    sessions_per_min: int = 60,
) -> None:
    """Serve the web chat's API under `/chat/api`; it needs the middleware `bot.web.errors.json_errors`.

    Args:
        app: The application; its limit of the body's size holds here too.
        account: Name of the web chat's account.
        scripts: The live store.
        inbox: Takes messages.
        hub: Tells of new messages; it must run in this process.
        stop: Set when the process ends; requests that wait are then answered.
        session_days: Days an unused session is kept.
        max_text_chars: Characters of one message.
        max_wait_s: Seconds one request may wait.
        messages_per_min: Messages of one session in a minute.
        say: Words that stand for what is not text.
        behind_proxy: A proxy stands before us and names who asks in X-Forwarded-For.
        sessions_per_min: Sessions one address may open in a minute; programs of this machine are not limited.
    """
    chats = Chats(scripts, account=account)
    api = ChatApi(
        account=account,
        inbox=inbox,
        sessions=Sessions(scripts, session_days=session_days),
        chats=chats,
        polls=Polls(chats=chats, hub=hub, stop=stop),
        session_limit=RateLimit(scripts, limit=sessions_per_min),
        message_limit=RateLimit(scripts, limit=messages_per_min),
        typing_limit=RateLimit(scripts, limit=60),
        max_text_chars=max_text_chars,
        max_wait_s=max_wait_s,
        behind_proxy=behind_proxy,
        say=say,
    )
    app.add_routes(
        [
            web.post("/chat/api/sessions", api.open),
            web.post("/chat/api/messages", api.post),
            web.get("/chat/api/messages", api.read),
            web.post("/chat/api/typing", api.types),
        ]
    )
