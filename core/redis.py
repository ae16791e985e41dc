"""Connecting to Redis (or Valkey) and running our Lua scripts there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import OutOfMemoryError, ReadOnlyError, RedisError, ResponseError

from core.config import ROOT
from core.errors import ConfigError, Unavailable
from core.keys import Keys, lua_keys

_PRELUDE = Path(__file__).parent / "lua" / "conversation.lua"
_CANNOT_NOW = ("MISCONF ", "NOREPLICAS ", "BUSY ")
"""How answers begin that say of the server, not of the script, that it cannot write for now."""


def connect(url: str) -> Redis:
    """A client that decodes text and retries nothing.

    A script may have run although its answer was lost, and each caller knows whether running it again is
    safe; a repeated WAITAOF would even succeed on its new connection, which has nothing to wait for.

    Raises:
        ConfigError: not an address of a Redis.
    """
    try:
        return Redis.from_url(
            url,
            decode_responses=True,
            health_check_interval=15,
            socket_connect_timeout=5,
            socket_keepalive=True,
            max_connections=512,
            retry=Retry(NoBackoff(), 0),
        )
    except ValueError as error:
        raise ConfigError("REDIS_URL: not an address such as redis://host:6379/0") from error


@lru_cache(maxsize=64)
def _source(prefix: str, path: Path) -> str:
    return "\n".join((lua_keys(prefix), _PRELUDE.read_text("utf-8"), path.read_text("utf-8")))


class Scripts:
    """Runs the Lua files of the project, each behind the shared functions of `core/lua/conversation.lua`."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        """`redis` must decode responses."""
        self.redis = redis
        self.keys = keys

    async def run(self, path: str, *arguments: str | int | float) -> list[str]:
        """Run a script by its path in the checkout and return its list of strings.

        Raises:
            Unavailable: Redis cannot be reached; the script may or may not have run.
        """
        script = self.redis.register_script(_source(self.keys.prefix, ROOT / path))
        try:
            answer = await script(keys=[], args=list(arguments))
        except (OutOfMemoryError, ReadOnlyError) as error:
            raise Unavailable(f"redis: {error}") from error
        except ResponseError as error:
            if not str(error).startswith(_CANNOT_NOW):
                raise
            raise Unavailable(f"redis: {error}") from error
        except (RedisError, OSError) as error:
            raise Unavailable(f"redis: {error}") from error
        return [_text(item) for item in answer or []]

    @asynccontextmanager
    async def on_one_connection(self) -> AsyncIterator[Scripts]:
        """The same scripts over a connection of their own, as `wait_on_disk` needs it.

        Raises:
            Unavailable: Redis cannot be reached.
        """
        held = self.redis.client()
        try:
            await held.initialize()
        except (RedisError, OSError) as error:
            raise Unavailable(f"redis: {error}") from error
        try:
            yield Scripts(held, self.keys)
        finally:
            await held.aclose()


def _text(item: object) -> str:
    return item.decode() if isinstance(item, bytes) else "" if item is None else str(item)


async def wait_on_disk(redis: Redis, *, timeout_ms: int = 2000) -> None:
    """Return once everything written so far by this one connection is in the append-only file.

    `redis` must hold on to its connection (`Scripts.on_one_connection`): any other of a pool answers at once,
    whatever was written beside it.

    Raises:
        Unavailable: the server did not confirm in time, or keeps no append-only file.
    """
    try:
        answer = await redis.execute_command("WAITAOF", 1, 0, timeout_ms)  # type: ignore[no-untyped-call]
    except ResponseError as error:
        raise Unavailable(
            f"redis: {error}; turn on appendonly, or set redis.durable to false in config.yml"
        ) from error
    except (RedisError, OSError) as error:
        raise Unavailable(f"redis: {error}") from error
    if int(answer[0]) < 1:
        raise Unavailable(f"redis: the write was not on disk within {timeout_ms} ms")
