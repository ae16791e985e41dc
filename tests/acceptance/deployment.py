"""A copy of Duet beside a scripted Telegram: own data folder, own port, own configuration."""

from __future__ import annotations

import asyncio
import json
import os
import random
import socket
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from core.settings import Settings
from core.sql import migrate, open_engine
from handoff.routing.schedule import HOURS, Hours
from tests.acceptance.programs import ROOT, Program
from tests.stubs.telegram_api import TOKEN

Json = dict[str, Any]

PASSWORD = "acceptance run password"
REPLACED = (
    "REDIS_URL", "DATABASE_URL", "RASA_URL", "RASA_TOKEN", "LOYALTY_URL", "LOYALTY_TOKEN", "DUET_DATA",
    "DUET_PORT", "DUET_CONFIG", "TELEGRAM_API_URL", "TELEGRAM_BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET",
)  # fmt: skip


def free_port() -> int:
    """A port below those the kernel gives to outgoing connections, so that none of them takes it."""
    while True:
        port = random.randint(12_000, 19_999)
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) != 0:
                return port


class Deployment:
    """Where a copy keeps its things, and how its processes are started."""

    def __init__(
        self, folder: Path, *, changes: Mapping[str, Mapping[str, Any]] | None = None, telegram_url: str
    ) -> None:
        """`changes` are sections and keys of `config.yml` that differ."""
        self.folder = folder
        self.data = folder / "data"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        config = folder / "config.yml"
        values = yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))
        for section, keys in (changes or {}).items():
            values[section].update(keys)
        config.write_text(yaml.safe_dump(values, allow_unicode=True), "utf-8")
        self.env = {
            **{name: value for name, value in os.environ.items() if name not in REPLACED},
            "DUET_DATA": str(self.data),
            "DUET_PORT": str(self.port),
            "DUET_CONFIG": str(config),
            "DUET_ADMIN_PASSWORD": PASSWORD,
            "TELEGRAM_API_URL": telegram_url,
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "OMP_NUM_THREADS": "1",
            "PYTHONUNBUFFERED": "1",
        }

    def open_all_day(self) -> None:
        """Working hours round the clock, so that a run at night says the same as one at noon."""
        self.data.mkdir(parents=True, exist_ok=True)
        asyncio.run(_set_hours(self.data / "duet.db"))

    def program(self, name: str, *, roles: str = "") -> Program:
        """A process of this copy; empty `roles` means all."""
        chosen = ["--roles", roles] if roles else []
        argv = [sys.executable, "-m", "bot", "run", *chosen]
        return Program(name, argv, env=self.env, folder=self.folder)

    def add_operator(self, name: str) -> Program:
        """The command that makes an account."""
        role, password = ("--role", "operator"), ("--password", PASSWORD)
        argv = [sys.executable, "-m", "handoff", "operators", "add", name, *role, *password]
        return Program(f"add-{name}", argv, env=self.env, folder=self.folder)

    def endpoints(self) -> Json:
        """Where the running parts are."""
        found: Json = json.loads((self.data / "run" / "endpoints.json").read_text("utf-8"))
        return found

    async def wait_until_serving(
        self, program: Program, *, parts: tuple[str, ...] = (), timeout_s: float = 60.0
    ) -> float:
        """Wait until messages are taken, and these parts are well; seconds it took.

        Raises:
            AssertionError: it ended, or was not ready in time.
        """
        began = time.monotonic()
        report: Json = {}
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http:
            while program.running and time.monotonic() - began < timeout_s:
                try:
                    async with http.get(f"{self.url}/healthz") as response:
                        report = await response.json()
                        well = all(report["parts"][part]["status"] == "ok" for part in parts)
                        if response.status == 200 and well:
                            return time.monotonic() - began
                except (aiohttp.ClientError, TimeoutError):
                    report = {}
                await asyncio.sleep(0.05)
        raise AssertionError(f"{program.name} is not ready: {report}; its output:\n{program.tail()}")


async def _set_hours(database: Path) -> None:
    engine = open_engine(f"sqlite:///{database}")
    try:
        await migrate(engine)
        hours = Hours(week=["00:00-24:00"] * 7)
        await Settings(engine).put(HOURS, hours, version=0, by="test", now=datetime.now(UTC))
    finally:
        await engine.dispose()


def telegram_stub(folder: Path) -> Program:
    """The scripted Bot API server; it logs every call to `calls.jsonl`."""
    argv = [sys.executable, "-m", "tests.stubs.telegram_api", "--log", str(folder / "calls.jsonl")]
    return Program("telegram", argv, env={**os.environ, "PYTHONUNBUFFERED": "1"}, folder=folder)
