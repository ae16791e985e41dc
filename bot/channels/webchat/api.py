"""The HTTP API of the web chat."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import ip_address

from aiohttp import web
from pydantic import BaseModel

from bot.channels.webchat.bodies import (
    AcceptedAnswer,
    MessageBody,
    MessagesAnswer,
    SessionAnswer,
    SessionBody,
)
from bot.channels.webchat.chat import Chats, is_id
from bot.channels.webchat.convert import CHANNEL, Say, echo_body, incoming, shape
from bot.channels.webchat.polls import Polls
from bot.channels.webchat.sessions import RateLimit, Sessions, WebSession, caller
from bot.inbox import Inbox
from bot.metrics import INGESTED
from bot.web.errors import ApiError, read_body
from core.auth_web import client_address
from core.logging import get_logger

_log = get_logger("webchat")


def _now() -> datetime:
    return datetime.now(UTC)


class ChatApi:
    """`/chat/api/sessions`, `/chat/api/messages` and `/chat/api/typing`."""

    def __init__(
        self,
        *,
        account: str,
        inbox: Inbox,
        sessions: Sessions,
        chats: Chats,
        polls: Polls,
        session_limit: RateLimit,
        message_limit: RateLimit,
        typing_limit: RateLimit,
        max_text_chars: int,
        max_wait_s: float,
        behind_proxy: bool,
        say: Say,
        now: Callable[[], datetime] = _now,
    ) -> None:
        """`behind_proxy`: the last address in X-Forwarded-For is who asks."""
        self._account = account
        self._inbox = inbox
        self._sessions = sessions
        self._chats = chats
        self._polls = polls
        self._session_limit = session_limit
        self._message_limit = message_limit
        self._typing_limit = typing_limit
        self._max_text_chars = max_text_chars
        self._max_wait_s = max_wait_s
        self._behind_proxy = behind_proxy
        self._say = say
        self._now = now

    async def open(self, request: web.Request) -> web.Response:
        """Open a session."""
        body = await read_body(request, SessionBody, empty=b"{}")
        address = client_address(request, behind_proxy=self._behind_proxy)
        if not _loopback(address):
            _allow(await self._session_limit.wait_s(caller(address)), "too_many_sessions")
        session, token = await self._sessions.open(language=body.known_language, name=body.name)
        _log.info("webchat.opened", session=session.id, language=session.language)
        return _json(SessionAnswer(session=session.id, token=token))

    async def post(self, request: web.Request) -> web.Response:
        """Take a message; answered once it is on disk."""
        session = await self._session(request)
        body = await read_body(request, MessageBody)
        self._check_text(body)
        _allow(await self._message_limit.wait_s(session.id), "too_many_messages")
        client_id = body.client_id or secrets.token_hex(16)
        message = incoming(
            body,
            session=session,
            account=self._account,
            client_id=client_id,
            caption=await self._chats.caption(session.id, body.button) if body.button else "",
            say=self._say,
            received_at=self._now(),
        )
        taken = await self._inbox.ingest(message, echo=echo_body(message, client_id=client_id))
        INGESTED.labels(channel=CHANNEL, new=str(taken.new).lower()).inc()
        _log.info("message.ingested", session=session.id, id=taken.id, kind=message.kind, new=taken.new)
        return _json(AcceptedAnswer(id=taken.id), status=202)

    async def types(self, request: web.Request) -> web.Response:
        """The customer is writing; one sign in a second is heard, more are not needed."""
        session = await self._session(request)
        if not await self._typing_limit.wait_s(f"types:{session.id}"):
            await self._chats.types(session.id)
        return web.json_response({}, headers={"Cache-Control": "no-store"})

    async def read(self, request: web.Request) -> web.Response:
        """Messages after one, waiting for them where asked to."""
        session = await self._session(request)
        after = request.query.get("after") or "0"
        if not is_id(after):
            text = "Change after: send the id of a message as the API gave it, or leave it out."
            raise ApiError(422, "bad_after", text, field="after")
        wait_s = min(_wait_s(request.query.get("wait_s") or "0"), self._max_wait_s)
        typing = {"0": False, "1": True}.get(request.query.get("typing", ""))
        look = await self._polls.look(session.id, after=after, wait_s=wait_s, typing=typing)
        messages = [shape(entry) for entry in look.entries]
        return _json(
            MessagesAnswer.model_validate({"messages": messages, "owner": look.owner, "typing": look.typing})
        )

    async def _session(self, request: web.Request) -> WebSession:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        session = await self._sessions.find(token.strip()) if scheme.lower() == "bearer" else None
        if session is None:
            text = (
                "This session is unknown or over; open one with POST /chat/api/sessions and send its token."
            )
            raise ApiError(401, "unknown_session", text)
        return session

    def _check_text(self, body: MessageBody) -> None:
        if body.text is None:
            return
        if not body.text:
            raise ApiError(422, "text_empty", "The text is empty; write something.", field="text")
        if len(body.text) > self._max_text_chars:
            text = (
                f"The text has {len(body.text)} characters; shorten it to {self._max_text_chars} "
                "or send it in parts."
            )
            raise ApiError(422, "text_too_long", text, field="text", limit=self._max_text_chars)


def _wait_s(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise ApiError(422, "bad_wait", "Change wait_s: send seconds, 0 or more.", field="wait_s")
    return seconds


def _allow(wait_s: int, code: str) -> None:
    if wait_s:
        text = f"This is too much at once; wait {wait_s} seconds and try again."
        raise ApiError(429, code, text, retry_after_s=wait_s)


def _loopback(address: str) -> bool:
    """Whether a program of this machine asks; it shares one address with all others and is no stranger."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _json(answer: BaseModel, *, status: int = 200) -> web.Response:
    return web.Response(
        text=answer.model_dump_json(),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
