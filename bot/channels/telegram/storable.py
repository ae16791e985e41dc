"""Text that every store takes."""

from __future__ import annotations

from typing import Any


def storable(value: Any) -> Any:
    """The same JSON value with strings that can be encoded and stored.

    JSON can carry half a surrogate pair, which has no UTF-8, and the character 0, which PostgreSQL does
    not take: the first becomes a question mark, the second goes.
    """
    match value:
        case str():
            return value.replace("\x00", "").encode("utf-8", "replace").decode()
        case dict():
            return {key: storable(part) for key, part in value.items()}
        case list():
            return [storable(part) for part in value]
        case _:
            return value
