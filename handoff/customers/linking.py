"""Tickets of one person that are answered together. Each change is one Lua script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.keys import Keys
from core.redis import Scripts
from handoff.outcomes import Busy, Over, Refused, Unknown
from handoff.store import reading, strings


@dataclass(frozen=True, slots=True)
class Linked:
    """What is written to one is written to both."""


@dataclass(frozen=True, slots=True)
class Unlinked:
    """It is answered by itself."""


@dataclass(frozen=True, slots=True)
class SameChat:
    """Both are in one chat, where one reply is enough."""


class Linking:
    """Changes the live record."""

    def __init__(self, scripts: Scripts, keys: Keys) -> None:
        """`scripts` carries the connection."""
        self._scripts = scripts
        self._keys = keys

    async def link(self, ticket: str, other: str, *, operator: str) -> Linked | SameChat | Refused:
        """Answer `other` together with one's own `ticket`; one that waits is taken in the same step."""
        answer = await self._scripts.run("handoff/lua/link.lua", ticket, other, operator, "")
        match answer[0]:
            case "linked":
                return Linked()
            case "same":
                return SameChat()
        return _refused(answer)

    async def unlink(self, ticket: str, *, operator: str) -> Unlinked | Refused:
        """Answer one's own ticket by itself again; whoever has it keeps it."""
        answer = await self._scripts.run("handoff/lua/unlink.lua", ticket, operator, "")
        return Unlinked() if answer[0] == "unlinked" else _refused(answer)

    async def linked(self, ticket: str) -> Sequence[str]:
        """Tickets that get what is written to this one.

        Raises:
            core.errors.Unavailable: the live record does not answer.
        """
        with reading():
            return sorted(strings(await self._scripts.redis.smembers(self._keys("links", id=ticket))))


def _refused(answer: list[str]) -> Refused:
    match answer:
        case ["busy", owner]:
            return Busy(owner)
        case ["over", status]:
            return Over(status)
        case _:
            return Unknown()
