"""Reading the live store with errors of our own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from redis.exceptions import RedisError

from core.errors import Unavailable


@contextmanager
def reading() -> Iterator[None]:
    """Turn what the client raises into `Unavailable`; changes go through `Scripts`, which does the same."""
    try:
        yield
    except (RedisError, OSError) as error:
        raise Unavailable(f"redis: {error}") from error


def strings(values: Iterable[object]) -> list[str]:
    """What a decoding client returned, which its types do not say is text."""
    return [str(value) for value in values]
