"""A scripted Telegram Bot API server: the vendor's behaviour, customers to play, faults to plan, a log.

In a test: `async with TelegramApi() as api: ...`. As a process that outlives the bot's:
`python -m tests.stubs.telegram_api --port 8081 --log calls.jsonl`, steered over `/control/…`.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path
from typing import Any, Self

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from tests.stubs.telegram_control import add_control
from tests.stubs.telegram_customer import Customer
from tests.stubs.telegram_methods import (
    SENDING,
    Refusal,
    check_sending,
    read_params,
    refuse_by,
    sent_message,
    simple_method,
)
from tests.stubs.telegram_state import Call, Delivered, Fault, FaultKind, State

Json = dict[str, Any]

TOKEN = "7000000001:AAF-test-token-of-the-scripted-server-00"


class TelegramApi:
    """The server. `url` is what `TELEGRAM_API_URL` is set to; only `token` is accepted.

    Args:
        webhook_retry_s: Wait before an update the webhook did not take is posted again.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        host: str = "127.0.0.1",
        port: int = 0,
        log_path: Path | None = None,
        webhook_retry_s: float = 0.1,
    ) -> None:
        self.token = token
        self.state = State(log_path=log_path)
        self._host = host
        self._port = port
        self._webhook_retry_s = webhook_retry_s
        self._news = asyncio.Event()
        self._stopping = asyncio.Event()
        self._poll_number = 0
        self._read_up_to: dict[int, int] = {}
        self._customers: dict[int, Customer] = {}
        self._posting: dict[int, asyncio.Task[None]] = {}
        self._runner: web.AppRunner | None = None
        self._client: ClientSession | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen."""
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._handle)
        add_control(app, self)
        self._runner = web.AppRunner(app, shutdown_timeout=0.5, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self._client = ClientSession(timeout=ClientTimeout(total=10))

    async def stop(self) -> None:
        """Let go of every call that waits and stop listening; scripted state stays readable."""
        self._stopping.set()
        self._news.set()
        for task in self._posting.values():
            task.cancel()
        await asyncio.gather(*self._posting.values(), return_exceptions=True)
        if self._client is not None:
            await self._client.close()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def url(self) -> str:
        """Address of the server."""
        return f"http://{self._host}:{self._port}"

    def customer(self, chat_id: int, name: str = "Анна Петрова", language: str = "ru") -> Customer:
        """A customer to play; the chat's id is the person's. Asked for again, the same one comes."""
        if chat_id not in self._customers:
            self._customers[chat_id] = Customer(
                state=self.state, announce=self.announce, chat_id=chat_id, name=name, language=language
            )
        return self._customers[chat_id]

    def send_update(self, body: Json) -> int:
        """Queue an update of the test's own making (without its id); the id."""
        update_id = self.state.add_update(body)
        self.announce(_chat_of(body))
        return update_id

    def announce(self, chat_id: int) -> None:
        """Wake whoever waits for updates."""
        self._news.set()
        url = self.state.webhook.get("url")
        if url and (chat_id not in self._posting or self._posting[chat_id].done()):
            self._posting[chat_id] = asyncio.create_task(self._post_updates(chat_id))

    def plan(self, kind: FaultKind, **details: Any) -> None:
        """Plan a fault, see `Fault`."""
        self.state.faults.append(Fault(kind, **details))

    def calls(self, method: str) -> list[Call]:
        """Calls of one method so far, oldest first."""
        return [call for call in self.state.calls if call.method == method]

    async def wait_for_reply(self, chat_id: int, contains: str = "", timeout_s: float = 5.0) -> Delivered:
        """The next message of the bot that contains the words; messages before it count as read.

        Raises:
            AssertionError: none came in time; says what came instead.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            messages = self.state.delivered[chat_id]
            unread = self._read_up_to.get(chat_id, 0)
            for place, message in enumerate(messages[unread:], start=unread):
                if contains in message.text:
                    self._read_up_to[chat_id] = place + 1
                    return message
            if time.monotonic() > deadline:
                came = [message.text for message in messages[unread:]]
                raise AssertionError(f"no reply with {contains!r} in chat {chat_id}; came: {came}")
            await asyncio.sleep(0.01)

    async def wait_until_confirmed(self, timeout_s: float = 5.0) -> None:
        """Wait until the bot has confirmed every update.

        Raises:
            TimeoutError: some are still unconfirmed.
        """
        deadline = time.monotonic() + timeout_s
        while self.state.updates:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(self.state.updates)} updates are unconfirmed")
            await asyncio.sleep(0.01)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        at = time.time()
        method = request.match_info["method"]
        params = await read_params(request)
        chat_id = params.get("chat_id") if isinstance(params.get("chat_id"), int) else None
        text = str(params.get("text") or params.get("title") or "")
        fault = self.state.next_fault(method, chat_id)
        message: Delivered | None = None
        outcome = "ok"
        body: Json = {}
        try:
            if request.match_info["token"] != self.token:
                raise Refusal(401, "Unauthorized")
            refuse_by(fault)
            message, body = await self._answer(method, params, at, deliver=fault is None or fault.taken)
        except Refusal as refusal:
            outcome = str(refusal.status)
            body = {"ok": False, "error_code": refusal.status, "description": refusal.description}
            if refusal.parameters:
                body["parameters"] = refusal.parameters
        if fault is not None and fault.kind in ("hang", "drop"):
            outcome = fault.kind
        elif request.transport is None or request.transport.is_closing():
            outcome = "gone"
        message_id = message.message_id if message else None
        delivered = message is not None
        self.state.record(Call(at, method, chat_id, text, params, outcome, delivered, message_id))
        return await self._respond(request, outcome, body)

    async def _answer(
        self, method: str, params: Json, at: float, *, deliver: bool
    ) -> tuple[Delivered | None, Json]:
        if method == "getUpdates":
            return None, {"ok": True, "result": await self._get_updates(params)}
        if method not in SENDING:
            answer = simple_method(self.state, method, params)
            if method == "setWebhook":
                self._post_all()
            return None, {"ok": True, "result": answer}
        check_sending(self.state, method, params)
        if not deliver:
            return None, {}
        message = self.state.deliver(method, params, at)
        return message, {"ok": True, "result": sent_message(self.state, message)}

    async def _respond(self, request: web.Request, outcome: str, body: Json) -> web.StreamResponse:
        if outcome == "hang":
            await self._stopping.wait()
        if outcome in ("hang", "drop"):
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        return web.json_response(body, status=int(outcome) if outcome.isdigit() else 200)

    async def _get_updates(self, params: Json) -> list[Json]:
        """Long polling; a second poller ends the first one's call with 409."""
        self._poll_number += 1
        number = self._poll_number
        self._news.set()
        if self.state.webhook.get("url"):
            raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active")
        offset = int(params.get("offset") or 0)
        self.state.confirm({u["update_id"] for u in self.state.updates if u["update_id"] < offset})
        deadline = time.monotonic() + min(50, int(params.get("timeout") or 0))
        while not self.state.updates and not self._stopping.is_set():
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                break
            self._news.clear()
            try:
                async with asyncio.timeout(left_s):
                    await self._news.wait()
            except TimeoutError:
                break
            if number != self._poll_number:
                raise Refusal(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot "
                    "instance is running",
                )
        return self.state.updates[: min(100, int(params.get("limit") or 100))]

    def _post_all(self) -> None:
        for update in self.state.updates:
            self.announce(_chat_of(update))

    async def _post_updates(self, chat_id: int) -> None:
        """Post one chat's updates in order, each until it is taken."""
        assert self._client is not None
        while self.state.webhook.get("url"):
            mine = [update for update in self.state.updates if _chat_of(update) == chat_id]
            if not mine:
                return
            headers = {"X-Telegram-Bot-Api-Secret-Token": str(self.state.webhook.get("secret_token") or "")}
            try:
                async with self._client.post(
                    str(self.state.webhook["url"]), json=mine[0], headers=headers
                ) as response:
                    taken = response.status == 200
            except (ClientError, TimeoutError):
                taken = False
            if taken:
                self.state.confirm({mine[0]["update_id"]})
            else:
                await asyncio.sleep(self._webhook_retry_s)


def _chat_of(update: Json) -> int:
    body = next(value for key, value in update.items() if key != "update_id")
    chat = body.get("chat") or body.get("message", {}).get("chat") or body["from"]
    return int(chat["id"])


async def _serve(args: argparse.Namespace) -> None:
    api = TelegramApi(token=args.token, host=args.host, port=args.port, log_path=args.log)
    async with api:
        print(api.url, flush=True)  # noqa: T201 - whoever starts the process reads where it listens
        await asyncio.Event().wait()


def main(argv: list[str] | None = None) -> int:
    """Serve until the process is ended; the first line printed is the address."""
    parser = argparse.ArgumentParser(prog="python -m tests.stubs.telegram_api")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--log", type=Path, default=None, help="JSON lines, appended")
    parser.add_argument("--token", default=TOKEN)
    try:
        asyncio.run(_serve(parser.parse_args(argv)))
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
