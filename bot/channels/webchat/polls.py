"""Waiting for messages: a request is held until something is said or its time is over."""

from __future__ import annotations

import asyncio
from collections import Counter

from bot.channels.webchat.chat import Chats, Look
from core.notify import Hub, wait_event

_RECHECK_S = 5.0
"""An announcement may be lost; no message waits longer than this for that reason."""
_TYPING_RECHECK_S = 2.0
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

    async def look(self, session: str, *, after: str, wait_s: float, typing: bool | None = None) -> Look:
        """What came after a message, waiting for it up to `wait_s` seconds.

        Where the caller says whether it shows an operator `typing`, a change of that ends the wait too.

        Raises:
            core.errors.Unavailable: the store does not answer.
        """
        if wait_s <= 0 or self._stop.is_set() or self._held[session] >= _MOST_OF_ONE:
            return await self._chats.read(session, after=after)
        self._held[session] += 1
        try:
            return await self._wait(session, after, wait_s, typing)
        finally:
            self._held[session] -= 1
            if not self._held[session]:
                del self._held[session]

    async def _wait(self, session: str, after: str, wait_s: float, typing: bool | None) -> Look:
        with self._hub.watch(self._chats.topic(session)) as said:
            stopping = asyncio.create_task(self._stop.wait())
            stopping.add_done_callback(lambda _: said.set())
            try:
                return await self._until_said(session, after, wait_s, said, typing)
            finally:
                stopping.cancel()

    async def _until_said(
        self, session: str, after: str, wait_s: float, said: asyncio.Event, typing: bool | None
    ) -> Look:
        clock = asyncio.get_running_loop().time
        until = clock() + wait_s
        while True:
            look = await self._chats.read(session, after=after)
            left_s = until - clock()
            changed = typing is not None and look.typing is not typing
            if look.entries or changed or left_s <= 0 or self._stop.is_set():
                return look
            # That somebody stopped typing is announced by nobody if their page went away.
            await wait_event(said, min(left_s, _TYPING_RECHECK_S if look.typing else _RECHECK_S))
