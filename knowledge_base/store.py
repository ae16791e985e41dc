"""Published bases: artefacts in SQL, the active version's number in Redis."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError
from sqlalchemy import func, insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from knowledge_base.errors import StoreError
from knowledge_base.ports import BaseMeta
from knowledge_base.tables import kb_bases


class SqlBaseStore:
    """A `BaseStore` over SQLAlchemy and Redis.

    Args:
        engine: Database with the table `kb_bases`.
        redis: Decodes to text.
        active_key: Key that holds the active version number.
        channel: Channel on which a change of it is announced.
    """

    def __init__(self, *, engine: AsyncEngine, redis: Redis, active_key: str, channel: str) -> None:
        self.engine = engine
        self._engine = engine
        self._redis = redis
        self._active_key = active_key
        self._channel = channel

    async def save(self, artefact: bytes, meta: BaseMeta) -> int:
        """Keep an artefact; its new version number."""
        row = {
            "created_at": int(meta.created_at.timestamp() * 1000),
            "fingerprint": meta.fingerprint,
            "meta": json.dumps(asdict(meta) | {"created_at": meta.created_at.isoformat()}),
            "artefact": artefact,
        }
        try:
            async with self._engine.begin() as connection:
                done = await connection.execute(insert(kb_bases).values(**row))
        except (SQLAlchemyError, OSError) as error:
            raise StoreError(f"the base cannot be saved: {type(error).__name__}") from error
        key = done.inserted_primary_key
        if key is None:
            raise StoreError("the base cannot be saved: the database named no version")
        return int(key[0])

    async def load(self, version: int) -> bytes:
        """An artefact."""
        return bytes(await self._column(kb_bases.c.artefact, version))

    async def meta(self, version: int) -> BaseMeta:
        """What is known of an artefact."""
        told = json.loads(await self._column(kb_bases.c.meta, version))
        return BaseMeta(**told | {"created_at": datetime.fromisoformat(told["created_at"]).astimezone(UTC)})

    async def active(self) -> int | None:
        """The active version; the newest stored one where Redis was emptied."""
        try:
            number = await self._redis.get(self._active_key)
            if number is not None:
                return int(number)
            async with self._engine.connect() as connection:
                newest = (await connection.execute(select(func.max(kb_bases.c.version)))).scalar()
        except (RedisError, SQLAlchemyError, OSError) as error:
            raise StoreError(f"the active base is not known: {type(error).__name__}") from error
        return None if newest is None else int(newest)

    async def activate(self, version: int) -> None:
        """Make a stored version the active one, and announce it."""
        await self.meta(version)
        try:
            await self._redis.set(self._active_key, version)
            await self._redis.publish(self._channel, version)
        except (RedisError, OSError) as error:
            raise StoreError(f"version {version} cannot be activated: {type(error).__name__}") from error

    async def _column(self, column: Any, version: int) -> Any:
        try:
            async with self._engine.connect() as connection:
                value = (
                    await connection.execute(select(column).where(kb_bases.c.version == version))
                ).scalar()
        except (SQLAlchemyError, OSError) as error:
            raise StoreError(f"version {version} cannot be read: {type(error).__name__}") from error
        if value is None:
            raise StoreError(f"there is no version {version}")
        return value


class RedisAnnouncements:
    """Hears the channel on which activations are announced; `redis` is used for one long subscription."""

    def __init__(self, *, redis: Redis, channel: str) -> None:
        self._redis = redis
        self._channel = channel
        self._subscription: PubSub | None = None

    async def wait(self, timeout_s: float) -> None:
        """Return when an activation is announced, or after that time.

        Raises:
            StoreError: it cannot listen; the next call connects again.
        """
        try:
            if self._subscription is None:
                self._subscription = self._redis.pubsub(ignore_subscribe_messages=True)
                await self._subscription.subscribe(self._channel)
            async with asyncio.timeout(timeout_s):
                while await self._subscription.get_message(timeout=timeout_s) is None:
                    pass
        except TimeoutError:
            return
        except (RedisError, OSError) as error:
            await self.close()
            raise StoreError(f"activations cannot be heard: {type(error).__name__}") from error

    async def close(self) -> None:
        """Give the subscription back."""
        subscription, self._subscription = self._subscription, None
        if subscription is not None:
            with suppress(RedisError, OSError):
                await subscription.aclose()  # type: ignore[no-untyped-call] # redis has no annotation here
