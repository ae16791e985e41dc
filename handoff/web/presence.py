"""What one page says and hears of who else is in its conversation."""

from __future__ import annotations

import asyncio
import json

from aiohttp import web

from core.notify import Hub, wait_event
from handoff.tools.presence import Company, Here

_RECHECK_S = 3.0
"""Signs of life end by themselves, which nobody announces."""
_REST_S = 0.2
"""Typing flickers; this is often enough for an eye."""


class Presence:
    """Of one page; it is in one conversation at a time."""

    def __init__(
        self,
        here: Here | None,
        hub: Hub,
        socket: web.WebSocketResponse,
        tasks: asyncio.TaskGroup,
        operator: str,
    ) -> None:
        """Without `here` everything is heard and nothing done."""
        self._here = here
        self._hub = hub
        self._socket = socket
        self._tasks = tasks
        self._operator = operator
        self._ticket = ""
        self._telling: asyncio.Task[None] | None = None

    async def hears(self, text: str) -> bool:
        """Whether a message of the page was about this."""
        said = _said(text)
        if said is None:
            return False
        ticket, typing = said
        if self._here is None:
            return True
        if ticket != self._ticket:
            await self.ends()
            self._ticket = ticket
            if ticket:
                self._telling = self._tasks.create_task(self._tell(self._here, ticket))
        if ticket:
            await self._here.looks(ticket, self._operator, typing=typing)
        return True

    async def ends(self) -> None:
        """The page turned to something else or is gone."""
        if self._telling is not None:
            self._telling.cancel()
            self._telling = None
        if self._here is not None and self._ticket:
            await self._here.leaves(self._ticket, self._operator)
        self._ticket = ""

    async def _tell(self, here: Here, ticket: str) -> None:
        told = Company()
        with self._hub.watch(here.topic(ticket)) as event:
            while not self._socket.closed:
                found = await here.company(ticket, besides=self._operator)
                if found != told:
                    told = found
                    await self._socket.send_json({"type": "here", "id": ticket, **found.data()})
                await asyncio.sleep(_REST_S)
                await wait_event(event, _RECHECK_S)


def _said(text: str) -> tuple[str, bool] | None:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    match data:
        case {"here": str(ticket), "typing": bool(typing)}:
            return ticket[:40], typing
        case _:
            return None
