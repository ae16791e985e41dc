"""Keeps a process's base the active one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from core.logging import get_logger
from knowledge_base.errors import ArtefactError, StoreError
from knowledge_base.live import KnowledgeBase
from knowledge_base.ports import Announcements, BaseStore

if TYPE_CHECKING:
    from knowledge_base.base import Base

_log = get_logger("knowledge_base.follow")


class Follower:
    """Loads the active version when it changes and swaps it in whole; what cannot be loaded is not served.

    Args:
        knowledge_base: Where the base is swapped.
        store: Where bases are.
        announcements: Wakes it early.
        fingerprint: Of this process's encoder; a base made with another one cannot be searched.
        poll_s: Seconds between looks when nothing is announced.
    """

    def __init__(
        self,
        *,
        knowledge_base: KnowledgeBase,
        store: BaseStore,
        announcements: Announcements,
        fingerprint: str,
        poll_s: float = 5.0,
    ) -> None:
        self._knowledge_base = knowledge_base
        self._store = store
        self._announcements = announcements
        self._fingerprint = fingerprint
        self._poll_s = poll_s
        self._refused: int | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Follow until `stop`."""
        while not stop.is_set():
            try:
                await self.look()
                await self._pause(stop)
            except StoreError as error:
                _log.warning("base.store_lost", error=str(error))
                await asyncio.sleep(1.0)

    async def _pause(self, stop: asyncio.Event) -> None:
        """Until something is announced, `poll_s` have passed or `stop` is set."""
        hearing = asyncio.create_task(self._announcements.wait(self._poll_s))
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({hearing, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if hearing.done():
                hearing.result()
        finally:
            hearing.cancel()
            stopping.cancel()
            await asyncio.gather(hearing, stopping, return_exceptions=True)

    async def look(self) -> bool:
        """Load the active version if it is another one; whether it was swapped in.

        Raises:
            StoreError: the store cannot be reached.
        """
        active = await self._store.active()
        if active is None or active in (self._knowledge_base.version, self._refused):
            return False
        stored = await self._store.load(active)
        try:
            base = await asyncio.to_thread(_load, stored, active, self._fingerprint)
        except ArtefactError as error:
            self._refused = active
            self._knowledge_base.failed()
            _log.error("base.refused", version=active, error=str(error))
            return False
        self._knowledge_base.swap(base)
        _log.info("base.serving", version=active, threshold=round(base.estimate.threshold, 4))
        return True


def _load(stored: bytes, version: int, fingerprint: str) -> Base:
    from knowledge_base.artefact import from_bytes

    base = from_bytes(stored, version=version)
    if base.fingerprint != fingerprint:
        raise ArtefactError(f"made with encoder {base.fingerprint}, this process has {fingerprint}")
    base.warm()
    return base
