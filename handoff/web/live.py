"""Live changes over WebSocket: the page is told that something changed and asks for what it shows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any
from weakref import WeakSet

from aiohttp import WSCloseCode, WSMsgType, web

from core.errors import Unavailable
from core.logging import get_logger
from core.notify import Hub, wait_event
from core.web.guard import Guard
from core.web.problems import Problem
from handoff.board import Board
from handoff.routing.presence import BEAT_S
from handoff.routing.presence import Presence as Online
from handoff.tools.presence import Here
from handoff.web.presence import Presence

HEARTBEAT_S = 25
"""Below the 30 to 60 seconds after which proxies drop silent connections."""
REST_S = 0.1
"""Pause after telling of a change: what changes in between is told as one. Shorter than a person notices."""
RECHECK_S = 30
"""How long a session that ended may keep listening; also how often a lost notification is made up for."""
SIGNED_OUT = 4401
"""Our close code for a session that ended (4000 to 4999 are free for applications, RFC 6455 7.4.2)."""

_log = get_logger("desk.live")


class LiveApi:
    """`/desk/api/live`.

    The page may send `{"watch": "TICKET"}`, `{"watch_chat": "CONVERSATION"}` or `{"watch": ""}` to hear of
    the one it shows. It hears `{"type": "tickets"}`, `{"type": "own"}` (offers, presence)
    and `{"type": "ticket" or "conversation", "id": …}`.
    Every few seconds it says `{"here": "TICKET", "typing": true or false}`, and hears `{"type": "here", …}`
    of colleagues there; these are gone in seconds, so they are told in full and kept nowhere else.
    Somebody who is named in a note hears `{"type": "mentions"}`; everybody hears `{"type": "requests"}` when
    one changed.
    """

    def __init__(
        self, *, guard: Guard, board: Board, hub: Hub, here: Here | None = None, online: Online | None = None
    ) -> None:
        """`hub` must be running in this process; without `here` nobody hears of colleagues.

        `online` learns whose desk is open and tells of offers.
        """
        self._online = online
        self._here = here
        self._guard = guard
        self._board = board
        self._hub = hub
        self._sockets: WeakSet[web.WebSocketResponse] = WeakSet()

    async def listen(self, request: web.Request) -> web.WebSocketResponse:
        """Tell one page of changes until it goes away or its session ends."""
        operator = (await self._guard.listener(request)).id
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=4096)
        await socket.prepare(request)
        self._sockets.add(socket)
        try:
            async with asyncio.TaskGroup() as tasks:
                telling = [
                    tasks.create_task(self._tell_lists(socket)),
                    tasks.create_task(self._end_with_session(request, socket)),
                    tasks.create_task(self._tell_asides(socket, operator)),
                    tasks.create_task(self._own(socket, operator)),
                ]
                await self._hear(socket, tasks, operator)
                for task in telling:
                    task.cancel()
        except* (ConnectionResetError, Unavailable) as errors:
            _log.debug("live.ended", errors=[type(error).__name__ for error in errors.exceptions])
            await socket.close()
        return socket

    async def shut_down(self, _app: web.Application) -> None:
        """Close every page's connection; they come back to the next process."""
        for socket in list(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY, message=b"restarting")

    async def _hear(self, socket: web.WebSocketResponse, tasks: asyncio.TaskGroup, operator: str) -> None:
        watching: asyncio.Task[None] | None = None
        presence = Presence(self._here, self._hub, socket, tasks, operator)
        async for message in socket:
            if message.type is WSMsgType.TEXT and await presence.hears(message.data):
                continue
            wanted = _wanted(message.data) if message.type is WSMsgType.TEXT else None
            if wanted is None:
                continue
            if watching is not None:
                watching.cancel()
            kind, which = wanted
            topics = await self._topics(kind, which)
            watching = tasks.create_task(self._tell_one(socket, kind, which, topics)) if topics else None
        if watching is not None:
            watching.cancel()
        await presence.ends()

    async def _topics(self, kind: str, which: str) -> tuple[str, ...]:
        """What to listen to for a ticket or a conversation of the bot."""
        if kind == "ticket" and which:
            found = await self._board.ticket(which)
            return (f"ticket:{which}", f"chat:{found[0].account}:{found[0].chat_id}") if found else ()
        for talk in await self._board.talks() if which else ():
            if talk.id == which:
                return (f"chat:{talk.ref}",)
        return ()

    async def _tell_lists(self, socket: web.WebSocketResponse) -> None:
        await self._tell(socket, ("tickets",), lambda: {"type": "tickets"})

    async def _tell_asides(self, socket: web.WebSocketResponse, operator: str) -> None:
        async with asyncio.TaskGroup() as tasks:
            for kind, topic in (("mentions", f"mention:{operator}"), ("requests", "requests")):
                tasks.create_task(self._tell(socket, (topic,), lambda kind=kind: {"type": kind}))  # type: ignore[misc]

    async def _tell_one(
        self, socket: web.WebSocketResponse, kind: str, which: str, topics: tuple[str, ...]
    ) -> None:
        await self._tell(socket, topics, lambda: {"type": kind, "id": which})

    async def _tell(
        self, socket: web.WebSocketResponse, topics: tuple[str, ...], message: Callable[[], dict[str, Any]]
    ) -> None:
        with self._hub.watch(*topics) as event:
            while not socket.closed:
                await wait_event(event, RECHECK_S)
                await socket.send_json(message())
                await asyncio.sleep(REST_S)

    async def _own(self, socket: web.WebSocketResponse, operator: str) -> None:
        """While the desk is open its operator is here, and hears of what is offered to them."""
        if self._online is None:
            return
        topics = (f"operator:{operator}", "presence")
        with self._hub.watch(*topics) as event:
            while not socket.closed:
                try:
                    await self._online.beat(operator)
                except Unavailable as error:
                    _log.warning("presence.unnoted", error=str(error))
                if await wait_event(event, BEAT_S):
                    await socket.send_json({"type": "own"})
                    await asyncio.sleep(REST_S)

    async def _end_with_session(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        while not socket.closed:
            try:
                operator = await self._guard.listener(request)
                if self._here is not None:
                    await self._here.at_desk(operator.id)
            except Problem:
                await socket.close(code=SIGNED_OUT, message=b"signed out")
            except Unavailable as error:
                _log.warning("live.unchecked", error=str(error))
            await asyncio.sleep(RECHECK_S)


def _wanted(text: str) -> tuple[str, str] | None:
    """What a page wants to hear of: kind and id; None for what makes no sense."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    match data:
        case {"watch": str(which)}:
            return "ticket", which[:40]
        case {"watch_chat": str(which)}:
            return "conversation", which[:40]
        case _:
            return None
