"""The store list, kept fresh from the service, with its points in Redis for "what is near"."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from redis.asyncio import Redis

from bot.skills.loyalty_types import ServiceDown
from bot.skills.places import PlaceIndex
from bot.skills.store_types import Store, StoreList
from bot.types import Location
from core.logging import get_logger

_log = get_logger("stores")

MAX_LATITUDE = 85.05
"""Redis has no cells nearer to the poles; nobody shops there."""

EARTH_KM = 20_100
"""Half of the Earth's girth: a search within it finds every store."""


class StoreSource(Protocol):
    """Where the list comes from."""

    async def stores(self) -> StoreList | ServiceDown:
        """Every store there is."""


@dataclass(frozen=True, slots=True)
class NearStore:
    """A store and how far it is."""

    store: Store
    metres: float


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One list, and what is built from it."""

    stores: dict[str, Store]
    all: StoreList
    index: PlaceIndex

    def in_city(self, city: str) -> list[Store]:
        """Stores of one city, by its id."""
        return [store for store in self.all.stores if store.city.id == city]


class StoreDirectory:
    """Stores by place.

    The list is asked for anew after `refresh_s`. While the service is down the last one serves for
    `stale_s` more, since stores seldom move; `retry_s` passes between tries.
    `geo_key` is the key of the Redis set of points, which every process writes alike.
    """

    def __init__(
        self,
        *,
        source: StoreSource,
        redis: Redis,
        geo_key: str,
        refresh_s: float = 600,
        stale_s: float = 86_400,
        retry_s: float = 15,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._redis = redis
        self._geo_key = geo_key
        self._refresh_s = refresh_s
        self._stale_s = stale_s
        self._retry_s = retry_s
        self._clock = clock
        self._lock = asyncio.Lock()
        self._snapshot: Snapshot | None = None
        self._fresh_until = 0.0
        self._usable_until = 0.0

    async def snapshot(self) -> Snapshot | ServiceDown:
        """The list to use now."""
        if self._snapshot and self._clock() < self._fresh_until:
            return self._snapshot
        async with self._lock:
            if self._snapshot and self._clock() < self._fresh_until:
                return self._snapshot
            return await self._refresh()

    async def nearest(
        self, snapshot: Snapshot, at: Location, *, city: str = "", count: int = 3
    ) -> list[NearStore]:
        """The nearest stores of a list, of one city if named, nearest first."""
        found = await self._search(snapshot, at, city, count)
        if not found:
            # The set is gone when Redis started empty; it is written again from the list at hand.
            await self._write_points(snapshot.all.stores)
            found = await self._search(snapshot, at, city, count)
        return found

    async def _search(self, snapshot: Snapshot, at: Location, city: str, count: int) -> list[NearStore]:
        # The client's types cannot say what WITHDIST answers: pairs of a member and a distance.
        rows: Any = await self._redis.geosearch(
            self._geo_key,
            longitude=at.lon,
            latitude=max(-MAX_LATITUDE, min(MAX_LATITUDE, at.lat)),
            radius=EARTH_KM,
            unit="km",
            sort="ASC",
            withdist=True,
            count=len(snapshot.stores) if city else count,
        )
        near = [
            NearStore(store, float(distance) * 1000)
            for member, distance in rows
            if (store := snapshot.stores.get(_text(member))) and city in ("", store.city.id)
        ]
        return near[:count]

    async def _refresh(self) -> Snapshot | ServiceDown:
        answer = await self._source.stores()
        if isinstance(answer, ServiceDown):
            return self._stale(answer)
        if self._snapshot is None or answer != self._snapshot.all:
            # Building reads the dictionary, up to half a second that other conversations must not wait.
            index = await asyncio.to_thread(PlaceIndex, answer)
            self._snapshot = Snapshot({store.id: store for store in answer.stores}, answer, index)
        await self._write_points(answer.stores)
        self._fresh_until = self._clock() + self._refresh_s
        self._usable_until = self._fresh_until + self._stale_s
        _log.info("stores.refreshed", stores=len(answer.stores), cities=len(answer.cities))
        return self._snapshot

    def _stale(self, down: ServiceDown) -> Snapshot | ServiceDown:
        if self._snapshot is None or self._clock() >= self._usable_until:
            return down
        self._fresh_until = self._clock() + self._retry_s
        return self._snapshot

    async def _write_points(self, stores: Sequence[Store]) -> None:
        """Replace the set of points in one transaction, so that a search never sees half of it."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.delete(self._geo_key)
            if stores:
                points = [
                    part for store in stores for part in (store.location.lon, store.location.lat, store.id)
                ]
                pipe.geoadd(self._geo_key, points)
            await pipe.execute()


def _text(member: bytes | str) -> str:
    return member.decode() if isinstance(member, bytes) else member
