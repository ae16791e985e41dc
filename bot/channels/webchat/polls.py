"""Waiting for messages: a request is held until something is said or its time is over."""

from __future__ import annotations

import asyncio
from collections import Counter

from bot.channels.webchat.chat import Chats, Look
from core.notify import Hub, wait_event

_RECHECK_S = 5.0
"""An announcement may be lost; no message waits longer than this for that reason."""
_MOST_OF_ONE = 8
"""Requests of one session that may wait at once: more tabs than a person reads."""


class Polls:
    """Holds the requests of this process."""

    def __init__(self, *, chats: Chats, hub: Hub, stop: asyncio.Event) -> None:
        """`hub` must be running; once `stop` is set nobody waits any more."""
        self._chats = chats
        self._hub = hub
        self._stop = stop
        self._held: Counter[str] = Counter()

    async def look(self, session: str, *, after: str, wait_s: float) -> Look:
        """What came after a message, waiting for it up to `wait_s` seconds.

        Raises:
            core.errors.Unavailable: the store does not answer.
        """
        if wait_s <= 0 or self._stop.is_set() or self._held[session] >= _MOST_OF_ONE:
            return await self._chats.read(session, after=after)
        self._held[session] += 1
        try:
            return await self._wait(session, after, wait_s)
        finally:
            self._held[session] -= 1
            if not self._held[session]:
                del self._held[session]

    async def _wait(self, session: str, after: str, wait_s: float) -> Look:
        with self._hub.watch(self._chats.topic(session)) as said:
            stopping = asyncio.create_task(self._stop.wait())
            stopping.add_done_callback(lambda _: said.set())
            try:
                return await self._until_said(session, after, wait_s, said)
            finally:
                stopping.cancel()

    async def _until_said(self, session: str, after: str, wait_s: float, said: asyncio.Event) -> Look:
        clock = asyncio.get_running_loop().time
        until = clock() + wait_s
        while True:
            look = await self._chats.read(session, after=after)
            left_s = until - clock()
            if look.entries or left_s <= 0 or self._stop.is_set():
                return look
            await wait_event(said, min(left_s, _RECHECK_S))
