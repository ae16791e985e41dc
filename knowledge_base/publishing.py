"""Publishing in the background, so that a page can start it and see how far it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Protocol

from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.errors import CoreError
from core.logging import get_logger
from core.tasks import cancel_all
from knowledge_base.errors import KnowledgeBaseError, StoreError
from knowledge_base.phrases import SqlPhrases
from knowledge_base.ports import BaseStore, Encoder, Verdicts
from knowledge_base.publish import publish_folder

BEAT_S = 0.5
"""How often progress is told; shorter than an editor's patience."""
LOST_S = 30.0
"""Silence after which the process that published counts as dead."""

_log = get_logger("knowledge_base.publishing")


class Lease(Protocol):
    """The right of one process to publish."""

    async def acquire(self) -> bool:
        """Take or keep it; False while another has it."""

    async def release(self) -> None:
        """Give it up."""


class RedisNotes:
    """How far a publish is, for every process to read."""

    def __init__(self, *, redis: Redis, key: str) -> None:
        """`redis` decodes to text; `key` holds a hash."""
        self._redis = redis
        self._key = key

    async def write(self, fields: Mapping[str, str | int | float]) -> None:
        """Replace some fields.

        Raises:
            StoreError: Redis does not answer.
        """
        try:
            await self._redis.hset(self._key, mapping={name: str(value) for name, value in fields.items()})
        except (RedisError, OSError) as error:
            raise StoreError(f"progress cannot be told: {type(error).__name__}") from error

    async def read(self) -> dict[str, str]:
        """All fields, none before the first publish.

        Raises:
            StoreError: Redis does not answer.
        """
        try:
            found = await self._redis.hgetall(self._key)
        except (RedisError, OSError) as error:
            raise StoreError(f"progress cannot be read: {type(error).__name__}") from error
        return {str(name): str(value) for name, value in found.items()}


class Publishing:
    """One publish at a time over all processes; its task is kept until it ends."""

    def __init__(
        self,
        *,
        folder: Path,
        store: BaseStore,
        phrases: SqlPhrases,
        encoder: Encoder,
        floor: float,
        verdicts: Verdicts,
        confidence: float,
        lease: Lease,
        notes: RedisNotes,
        clock: Callable[[], datetime],
    ) -> None:
        """Publishes `folder` with the accepted `phrases`; `lease` keeps other processes from doing it too.

        `verdicts` may give the threshold a bound at `confidence`.
        """
        self._folder = folder
        self._store = store
        self._phrases = phrases
        self._encoder = encoder
        self._floor = floor
        self._verdicts = verdicts
        self._confidence = confidence
        self._lease = lease
        self._notes = notes
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self._step = ("start", 0, 1)

    async def start(self, by: str) -> bool:
        """Begin, if nobody publishes already; whether it began.

        Raises:
            StoreError: Redis does not answer.
            CoreError: the same.
        """
        if self._task is not None and not self._task.done():
            return False
        if not await self._lease.acquire():
            return False
        self._step = ("start", 0, 1)
        await self._notes.write(
            {"state": "running", "by": by, "started_ms": self._now_ms(), "error": "", **self._told()}
        )
        self._task = asyncio.create_task(self._run())
        return True

    async def status(self) -> dict[str, str]:
        """Fields `state` (running, done, failed, lost), `step`, `done`, `total`, `version`, `threshold`,
        `share`, `learned`, `by`, `error`; empty before the first publish.

        Raises:
            StoreError: Redis does not answer.
        """
        found = await self._notes.read()
        silent_ms = self._now_ms() - int(found.get("told_ms", 0))
        if found.get("state") == "running" and silent_ms > LOST_S * 1000:
            found["state"] = "lost"
        return found

    async def close(self) -> None:
        """Wait for what runs: half a publish is none, and the old base stays active."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        beat = asyncio.create_task(self._beat())
        try:
            learned = await self._phrases.accepted()
            version = await publish_folder(
                self._folder,
                store=self._store,
                encoder=self._encoder,
                now=self._clock(),
                floor=self._floor,
                progress=self._progress,
                learned=learned,
                verdicts=self._verdicts,
                confidence=self._confidence,
            )
            meta = await self._store.meta(version)
            ended: dict[str, str | int | float] = {
                "state": "done", "version": version, "threshold": meta.threshold,
                "share": meta.share or 0.0, "articles": meta.articles, "learned": len(learned),
            }  # fmt: skip
        except (KnowledgeBaseError, CoreError) as error:
            _log.error("publish.failed", error=str(error))
            ended = {"state": "failed", "error": str(error)}
        except Exception as error:  # noqa: BLE001 - whoever waits at the page must hear that it ended
            _log.error("publish.failed", error=type(error).__name__, exc_info=True)
            ended = {"state": "failed", "error": type(error).__name__}
        finally:
            await cancel_all(beat)
        with suppress(StoreError, CoreError):
            await self._notes.write({**ended, "ended_ms": self._now_ms()})
            await self._lease.release()

    async def _beat(self) -> None:
        while True:
            with suppress(StoreError, CoreError):
                await self._notes.write(self._told())
                await self._lease.acquire()
            await asyncio.sleep(BEAT_S)

    def _progress(self, step: str, done: int, total: int) -> None:
        self._step = (step, done, total)

    def _told(self) -> dict[str, str | int | float]:
        step, done, total = self._step
        return {"step": step, "done": done, "total": total, "told_ms": self._now_ms()}

    def _now_ms(self) -> int:
        return round(self._clock().timestamp() * 1000)
