"""Customers and operators, as tests and robots play them over HTTP."""

from __future__ import annotations

from typing import Any, Self

import aiohttp

from tests.acceptance.deployment import PASSWORD

Json = dict[str, Any]


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """The server answered with a status of 400 or more."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body


class Http:
    """A client of one server; a cookie is kept for whoever signs in."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._headers: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        jar = aiohttp.CookieJar(unsafe=True)  # cookies for an address without a name
        self._http = aiohttp.ClientSession(cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=60))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    async def ask(self, method: str, path: str, **arguments: Any) -> Json:
        """One request.

        Raises:
            Refused: the server said no.
        """
        url = f"{self._url}{path}"
        async with self._http.request(method, url, headers=self._headers, **arguments) as response:
            body: Json = await response.json(content_type=None)
            if response.status >= 400:
                raise Refused(response.status, body)
            return body


class Telegram(Http):
    """The control of the scripted Bot API server."""

    async def acts(self, chat: int, kind: str = "text", **fields: Any) -> None:
        """A customer writes, presses, shares: see `tests/stubs/telegram_control.py`."""
        await self.ask("POST", "/control/message", json={"chat_id": chat, "kind": kind, **fields})

    async def reply(self, chat: int, contains: str = "", *, timeout_s: float = 15.0) -> Json:
        """The next message the customer receives that holds these words.

        Raises:
            AssertionError: none came in time; says what came instead.
        """
        query = {"chat_id": str(chat), "contains": contains, "timeout_s": str(timeout_s)}
        try:
            return await self.ask("GET", "/control/wait", params=query)
        except Refused as refusal:
            raise AssertionError(str(refusal.body)) from refusal

    async def received(self, chat: int) -> list[str]:
        """Everything a customer has received so far."""
        calls = (await self.ask("GET", "/control/log"))["calls"]
        return [call["text"] for call in calls if call["delivered"] and call["chat_id"] == chat]

    async def unconfirmed(self) -> int:
        """Updates the bot has not confirmed yet."""
        return len((await self.ask("GET", "/control/stats"))["unconfirmed"])


class Operator(Http):
    """An operator at the desk."""

    async def sign_in(self, name: str, password: str = PASSWORD) -> None:
        """Sign in."""
        body = await self.ask("POST", "/desk/api/login", json={"name": name, "password": password})
        self._headers["X-CSRF-Token"] = body["csrf"]

    async def tickets(self, view: str) -> list[Json]:
        """Tickets of a view: waiting, mine, all."""
        return list((await self.ask("GET", "/desk/api/tickets", params={"view": view}))["tickets"])

    async def ticket(self, number: str) -> Json:
        """One ticket with its packet and turns."""
        return await self.ask("GET", f"/desk/api/tickets/{number}")

    async def act(self, number: str, deed: str, **body: Any) -> Json:
        """Take, reply, return or close."""
        return await self.ask("POST", f"/desk/api/tickets/{number}/{deed}", json=body)

    async def talks(self) -> list[Json]:
        """Conversations the bot has."""
        return list((await self.ask("GET", "/desk/api/conversations"))["conversations"])

    async def join(self, conversation: str) -> str:
        """Step into one of them; the ticket."""
        return str((await self.ask("POST", f"/desk/api/conversations/{conversation}/take"))["ticket"])
