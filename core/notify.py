"""Wake-ups over Redis publish/subscribe: one subscription a process, many waiters.

A notification may be lost (a reconnect, a slow network), so waiting always has a time limit and the waiter
looks at the stored truth afterwards.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.keys import Keys
from core.logging import get_logger

_log = get_logger("notify")


class Hub:
    """Hears topics such as `chat:REF`, `out:ACCOUNT`, `tickets`, `ticket:ID`."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        """`redis` is used for one long subscription."""
        self._redis = redis
        self._channel = keys("notify")
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)

    async def run(self, stop: asyncio.Event) -> None:
        """Listen until `stop`; reconnects by itself and wakes everyone once it hears again."""
        while not stop.is_set():
            try:
                await self._listen(stop)
            except (RedisError, OSError) as error:
                _log.warning("notify.lost", error=type(error).__name__)
                await asyncio.sleep(0.5)

    async def _listen(self, stop: asyncio.Event) -> None:
        async with self._redis.pubsub() as subscription:
            await subscription.subscribe(self._channel)
            while not stop.is_set():
                message = await subscription.get_message(timeout=1.0)
                if message is None:
                    continue
                if message["type"] == "message":
                    self.wake(str(message["data"]))
                else:
                    self._wake_all()  # subscribed (again): what was said before was not heard

    def wake(self, topic: str) -> None:
        """Wake those who wait for this topic in this process."""
        for event in self._waiting.get(topic, ()):
            event.set()

    def _wake_all(self) -> None:
        for topic in list(self._waiting):
            self.wake(topic)

    @contextmanager
    def watch(self, *topics: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever one of the topics is announced.

        Subscribe first, then look at the store, then wait: nothing falls between.
        """
        event = asyncio.Event()
        for topic in topics:
            self._waiting[topic].add(event)
        try:
            yield event
        finally:
            for topic in topics:
                self._waiting[topic].discard(event)
                if not self._waiting[topic]:
                    del self._waiting[topic]


async def wait_event(event: asyncio.Event, timeout_s: float) -> bool:
    """Wait for the event and clear it; False when the time ran out."""
    try:
        async with asyncio.timeout(timeout_s):
            await event.wait()
    except TimeoutError:
        return False
    event.clear()
    return True
