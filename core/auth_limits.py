"""Slowing down those who guess passwords: failures are counted per name and per address."""

from __future__ import annotations

from hashlib import sha256

from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.errors import Unavailable
from core.keys import Keys


class AttemptLimit:
    """Counts attempts before they are looked at, so guessing in parallel gains nothing."""

    def __init__(
        self, *, redis: Redis, keys: Keys, per_name: int = 10, per_address: int = 30, window_s: int = 900
    ) -> None:
        """Allow so many failures in `window_s` seconds.

        The defaults let a forgetful person try for a while and a guesser 960 passwords a day on one name;
        an office behind one address has three times as many.
        """
        self._redis = redis
        self._keys = keys
        self._per_name = per_name
        self._per_address = per_address
        self._window_s = window_s

    async def wait_s(self, name: str, address: str) -> int:
        """Count one attempt; seconds to wait if there were too many, else 0.

        Raises:
            Unavailable: Redis does not answer.
        """
        limits = {self._key("name", name): self._per_name, self._key("address", address): self._per_address}
        try:
            async with self._redis.pipeline(transaction=True) as pipe:
                for key in limits:
                    pipe.incr(key)
                    pipe.expire(key, self._window_s, nx=True)
                    pipe.ttl(key)
                answers = await pipe.execute()
        except (RedisError, OSError) as error:
            raise Unavailable(f"redis: {error}") from error
        counts, waits = answers[0::3], answers[2::3]
        over = [
            wait for count, wait, most in zip(counts, waits, limits.values(), strict=True) if count > most
        ]
        return max(1, *over) if over else 0

    async def forgive(self, name: str, address: str) -> None:
        """The password was right: forget the failures of the name, and this attempt of the address.

        Raises:
            Unavailable: Redis does not answer.
        """
        try:
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.delete(self._key("name", name))
                pipe.decr(self._key("address", address))
                pipe.expire(self._key("address", address), self._window_s, nx=True)
                await pipe.execute()
        except (RedisError, OSError) as error:
            raise Unavailable(f"redis: {error}") from error

    def _key(self, kind: str, value: str) -> str:
        # Hashed: people type their password into the name's field by mistake.
        hashed = sha256(value.casefold().encode(errors="backslashreplace")).hexdigest()[:32]
        return self._keys("desk_failures", name=f"{kind}:{hashed}")
