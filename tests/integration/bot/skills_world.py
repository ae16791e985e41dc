"""The demo service as a real process, and a customer who talks to one skill over it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.demo_service.app import make_app
from bot.demo_service.catalogue import read_customers
from bot.demo_service.service import DemoService
from bot.demo_service.storage import Storage
from bot.skills.contract import Customer, Skill, SkillRequest, SkillResult
from bot.skills.loyalty_client import LoyaltyClient
from bot.texts import load_texts
from bot.types import Contact, IncomingMessage, Location, MessageKind, Reply, Sender
from core.config import ROOT
from nlu.types import Entity

TOKEN = "demo-token"
MOSCOW = ZoneInfo("Europe/Moscow")
NOON = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
"""A Wednesday, noon in Moscow."""
TEXTS = load_texts(ROOT / "bot" / "wording")
COMPANY = {"ru": "Лавка", "en": "Lavka"}

_ids = count(1)


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@dataclass(slots=True)
class DemoProcess:
    """`python -m bot.demo_service`, started and stopped at will."""

    data: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start and wait until it answers."""
        command = [sys.executable, "-W", "error", "-m", "bot.demo_service"]
        command += ["--port", str(self.port), "--data", str(self.data)]
        environ = {**os.environ, "LOYALTY_TOKEN": TOKEN}
        self.process = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.PIPE)
        for _ in range(200):
            try:
                urlopen(f"{self.url}/healthz", timeout=1).close()  # noqa: S310 - our own loopback address
                return
            except (URLError, OSError):
                time.sleep(0.05)
        raise AssertionError("the demo service did not start")

    def stop(self) -> tuple[int, str]:
        """Ask it to stop; exit code and what it logged."""
        if self.process is None:
            return 0, ""
        self.process.send_signal(signal.SIGTERM)
        _, log = self.process.communicate(timeout=10)
        code, self.process = self.process.returncode, None
        return code, log.decode()


class DemoServer:
    """The same application on a port of its own, inside the test's process: started in milliseconds.

    `ahead` is how far its clock goes before the real one.
    """

    def __init__(self, data: Path) -> None:
        data.mkdir(parents=True, exist_ok=True)
        self.data = data
        self.port = free_port()
        self.ahead = timedelta()
        self._runner: web.AppRunner | None = None
        self._storage: Storage | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Serve, with what the folder remembers."""
        self._storage = Storage(self.data / "demo.sqlite")
        service = DemoService(
            customers=read_customers(),
            storage=self._storage,
            codes_log=self.data / "codes.log",
            now=lambda: datetime.now(UTC) + self.ahead,
        )
        self._runner = web.AppRunner(make_app(service, token=TOKEN), access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        """Be gone."""
        if self._runner and self._storage:
            await self._runner.cleanup()
            self._storage.close()
            self._runner = None

    def last_code(self, phone: str) -> str:
        """The code "sent" to a phone last."""
        return last_code(self.data, phone)


def last_code(data: Path, phone: str) -> str:
    """The code "sent" to a phone last."""
    lines = (data / "codes.log").read_text(encoding="utf-8").splitlines()
    return next(line.split()[2] for line in reversed(lines) if line.split()[1] == phone)


@asynccontextmanager
async def demo_server(data: Path) -> AsyncIterator[DemoServer]:
    """A demo service inside the test's process."""
    demo = DemoServer(data)
    await demo.start()
    try:
        yield demo
    finally:
        await demo.stop()


@contextmanager
def demo_process(data: Path) -> Iterator[DemoProcess]:
    """A running demo service with its own folder."""
    demo = DemoProcess(data)
    demo.start()
    try:
        yield demo
    finally:
        demo.stop()


def client_of(url: str, *, timeout_s: float = 2.0) -> LoyaltyClient:
    """A client of a service; to be closed."""
    return LoyaltyClient(base_url=url, token=TOKEN, timeout_s=timeout_s, company_zone=MOSCOW)


@dataclass(slots=True)
class Talk:
    """One customer and one skill; remembers between messages what the worker would."""

    skill: Skill
    channel: str = "webchat"
    language: str = "ru"
    phone: str = ""
    now: datetime = NOON
    state: Mapping[str, str] = field(default_factory=dict)
    results: list[SkillResult] = field(default_factory=list)

    async def say(self, text: str, *entities: tuple[str, str]) -> Reply:
        """Write a text, with what understanding found in it."""
        found = tuple(Entity(name, value, 0, len(value)) for name, value in entities)
        return await self._send(self.message(MessageKind.TEXT, text), found)

    async def press(self, choice: str) -> Reply:
        """Press a button by its id."""
        message = self.message(MessageKind.BUTTON, "")
        return await self._send(replace(message, button=choice))

    async def share_contact(self, phone: str, *, verified: bool) -> Reply:
        """Share a contact."""
        message = self.message(MessageKind.CONTACT, "[contact]")
        return await self._send(replace(message, contact=Contact(phone, verified)))

    async def share_location(self, lat: float, lon: float) -> Reply:
        """Share a location."""
        message = self.message(MessageKind.LOCATION, "[location]")
        return await self._send(replace(message, location=Location(lat, lon)))

    async def again(self, message: IncomingMessage) -> SkillResult:
        """Handle a message as the first time, as after a crash before the commit."""
        return await self.skill.handle(self.request(message))

    def request(self, message: IncomingMessage, entities: tuple[Entity, ...] = ()) -> SkillRequest:
        """What the skill gets."""
        customer = Customer(key="webchat:c1", phone=self.phone)
        return SkillRequest(message, self.language, entities, customer, self.state, self.now)

    @property
    def last(self) -> SkillResult:
        """The last result."""
        return self.results[-1]

    async def _send(self, message: IncomingMessage, entities: tuple[Entity, ...] = ()) -> Reply:
        result = await self.skill.handle(self.request(message, entities))
        self.results.append(result)
        self.state = result.state
        self.phone = result.verified_phone or self.phone
        return result.reply or Reply("")

    def message(self, kind: MessageKind, text: str) -> IncomingMessage:
        """A message with an id of its own."""
        return IncomingMessage(
            account=self.channel,
            channel=self.channel,
            chat_id="c1",
            external_id=str(next(_ids)),
            sender=Sender("c1"),
            kind=kind,
            text=text,
            sent_at=self.now,
        )


def buttons(reply: Reply) -> list[str]:
    """Ids of a reply's buttons."""
    return [button.id for button in reply.buttons]


def addresses(reply: Reply) -> list[str]:
    """Names of the stores a reply lists, in order."""
    return re.findall(r"^- \*\*(.+?)\*\*", reply.text, re.MULTILINE)
