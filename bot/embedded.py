"""Parts that run inside a copy of Duet unless an external one is named: Valkey, Rasa, the demo service."""

from __future__ import annotations

import asyncio
import os
import secrets
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bot import embedded_parts as parts
from core.children import ChildState, ChildStatus, Supervisor
from core.config import ROOT
from core.endpoints import Endpoints, acquire_ownership, read_endpoints, remove_endpoints, write_endpoints
from core.errors import Unavailable
from core.logging import get_logger

log = get_logger("embedded")

TAKE_OVER_S = 10.0
"""How long to wait for an owner that is starting, or for the children of one that was just killed."""
TAKE_OVER_PAUSE_S = 0.1


class Embedded:
    """Starts what no address was given for, or finds what another process on the same data folder started.

    An address that is not empty replaces the embedded part.
    """

    def __init__(
        self,
        *,
        data: Path,
        supervisor: Supervisor,
        redis_url: str = "",
        database_url: str = "",
        rasa_url: str = "",
        rasa_token: str = "",
        loyalty_url: str = "",
        loyalty_token: str = "",
        checkout: Path = ROOT,
        valkey_ready_s: float = 60.0,
    ) -> None:
        self._data = data
        self._supervisor = supervisor
        self._external = Endpoints(
            redis_url=redis_url,
            database_url=database_url,
            rasa_url=rasa_url,
            rasa_token=rasa_token,
            loyalty_url=loyalty_url,
            loyalty_token=loyalty_token,
        )
        self._checkout = checkout
        self._valkey_ready_s = valkey_ready_s
        self._lock: int | None = None
        self._endpoints = self._external
        self._absent: dict[str, ChildStatus] = {}

    @property
    def is_owner(self) -> bool:
        """Whether this process started the embedded parts of its data folder."""
        return self._lock is not None

    async def start(self) -> Endpoints:
        """Start or find every part; returns when Valkey takes commands, the others come up behind.

        Raises:
            Unavailable: Valkey does not come up, or another owner neither ends nor says where its parts are.
            OSError: the data folder cannot be used.
        """
        shared = await self._own_or_find()
        if shared is not None:
            self._endpoints = self._overlay(shared)
            log.info("embedded.shared", owner=shared.pid)
            return self._endpoints
        try:
            self._endpoints = await self._start_parts()
        except BaseException:
            await self.stop()
            raise
        write_endpoints(self._data, self._endpoints)
        return self._endpoints

    def announce_web(self, url: str) -> None:
        """Tell the command lines where the web pages of this copy are."""
        self._endpoints = replace(self._endpoints, web_url=url)
        if self.is_owner:
            write_endpoints(self._data, self._endpoints)

    @property
    def web_url(self) -> str:
        """Where this process serves its web pages; empty before it does."""
        return self._endpoints.web_url

    def statuses(self) -> dict[str, ChildStatus]:
        """State of the parts this process keeps, by name (`valkey`, `rasa`, `loyalty`)."""
        return {**self._absent, **self._supervisor.statuses()}

    async def stop(self) -> None:
        """Stop every part this process started and let go of the data folder."""
        await self._supervisor.stop()
        if self._lock is not None:
            remove_endpoints(self._data)
            os.close(self._lock)
            self._lock = None

    async def _own_or_find(self) -> Endpoints | None:
        """Become the owner (None), or the addresses the present owner has published."""
        try:
            async with asyncio.timeout(TAKE_OVER_S):
                while True:
                    self._lock = acquire_ownership(self._data)
                    if self._lock is not None:
                        return None
                    if (found := read_endpoints(self._data)) is not None:
                        return found
                    await asyncio.sleep(TAKE_OVER_PAUSE_S)
        except TimeoutError as error:
            raise Unavailable(
                f"{self._data}: another process holds run/lock but has not said where its parts are; stop it "
                "first, or set DUET_DATA to another folder"
            ) from error

    def _overlay(self, shared: Endpoints) -> Endpoints:
        """What another process runs, except where this one was given an address."""
        own = self._external
        found = replace(shared, redis_url=own.redis_url or shared.redis_url)
        found = replace(found, database_url=own.database_url or shared.database_url)
        if own.rasa_url:
            found = replace(found, rasa_url=own.rasa_url, rasa_token=own.rasa_token)
        if own.loyalty_url:
            found = replace(found, loyalty_url=own.loyalty_url, loyalty_token=own.loyalty_token)
        return found

    async def _start_parts(self) -> Endpoints:
        found = replace(self._external, pid=os.getpid())
        if not found.redis_url:
            found = replace(found, redis_url=self._start_valkey())
        if not found.loyalty_url:
            found = self._start_demo_service(found)
        if not found.rasa_url:
            found = self._start_rasa(found)
        if not found.database_url:
            found = replace(found, database_url=f"sqlite+aiosqlite:///{self._data / 'duet.db'}")
        if not self._external.redis_url:
            await self._supervisor.wait_ready("valkey", timeout_s=self._valkey_ready_s)
        return found

    def _start_valkey(self) -> str:
        port, password = parts.free_port(), secrets.token_hex(32)
        # Valkey holds the lock too: should it outlive this process, no second one touches its files.
        held = () if self._lock is None else (self._lock,)
        spec = parts.valkey(data=self._data, port=port, password=password, environ=os.environ, pass_fds=held)
        self._supervisor.start(spec)
        return f"redis://:{password}@{parts.HOST}:{port}/0"

    def _start_demo_service(self, found: Endpoints) -> Endpoints:
        port, token = parts.free_port(), secrets.token_urlsafe(32)
        self._supervisor.start(
            parts.demo_service(
                checkout=self._checkout, data=self._data, port=port, token=token, environ=os.environ
            )
        )
        return replace(found, loyalty_url=f"http://{parts.HOST}:{port}", loyalty_token=token)

    def _start_rasa(self, found: Endpoints) -> Endpoints:
        """Start Rasa if it is installed and trained; without it the offline parser understands."""
        if not parts.rasa_is_there(self._checkout):
            reason = "is not installed or not trained; make setup does both"
            self._absent["rasa"] = ChildStatus(ChildState.DOWN, datetime.now(UTC), reason=reason)
            log.warning("embedded.absent", child="rasa", reason=reason)
            return found
        port, token = parts.free_port(), secrets.token_urlsafe(32)
        self._supervisor.start(
            parts.rasa(
                checkout=self._checkout,
                data=self._data,
                port=port,
                token=token,
                environ=os.environ,
            )
        )
        return replace(found, rasa_url=f"http://{parts.HOST}:{port}", rasa_token=token)
