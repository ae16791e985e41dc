"""What one web chat shows, as Redis keeps it: a stream of messages, the customer's own included."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.keys import ref_of
from core.redis import Scripts

MOST_AT_ONCE = 1000
"""Above what is kept of one chat, so that a reload is one request."""
TYPING_S = 6
"""How long one sign of typing counts; the page gives one every three seconds."""
_CAPTIONS_WITHIN = 100
"""How far back a button may be; older ones show their id."""

_ID = re.compile(r"\d{1,20}(-\d{1,20})?", re.ASCII)
_LARGEST = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of a chat: `id` is milliseconds and a sequence number, `body` the stored JSON."""

    id: str
    body: str


@dataclass(frozen=True, slots=True)
class Look:
    """What was found in a chat; `owner` is `bot`, `queue`, `operator`, `closed` or empty.

    `typing`: an operator is writing to the customer just now.
    """

    owner: str
    entries: tuple[Entry, ...]
    typing: bool = False


def is_id(text: str) -> bool:
    """Whether this can be the id of a message."""
    return bool(_ID.fullmatch(text)) and all(int(part) <= _LARGEST for part in text.split("-"))


class Chats:
    """Reads the chats of one account."""

    def __init__(self, scripts: Scripts, *, account: str) -> None:
        """`account` is the web chat's."""
        self._scripts = scripts
        self._account = account

    def topic(self, session: str) -> str:
        """What is announced when a chat changes."""
        return f"chat:{self._ref(session)}"

    async def read(self, session: str, *, after: str) -> Look:
        """What came after a message, oldest first.

        Raises:
            core.errors.Unavailable: the store does not answer.
        """
        if after == f"{_LARGEST}-{_LARGEST}":
            return Look("", ())  # Redis refuses to read after the last id there can be
        answer = await self._scripts.run("bot/lua/webchat_read.lua", self._ref(session), after, MOST_AT_ONCE)
        return Look(answer[0].partition(":")[0], _entries(answer[2:]), typing=answer[1] == "1")

    async def types(self, session: str) -> None:
        """The customer is writing; the desk shows it for a few seconds.

        Raises:
            core.errors.Unavailable: the store does not answer.
        """
        await self._scripts.run("bot/lua/webchat_typing.lua", self._ref(session), TYPING_S)

    async def caption(self, session: str, button: str) -> str:
        """The words on a button shown lately, else the button's id.

        Raises:
            core.errors.Unavailable: the store does not answer.
        """
        answer = await self._scripts.run(
            "bot/lua/webchat_caption.lua", self._ref(session), button, _CAPTIONS_WITHIN
        )
        return answer[0] if answer else button

    def _ref(self, session: str) -> str:
        return ref_of(self._account, session)


def _entries(flat: Sequence[str]) -> tuple[Entry, ...]:
    return tuple(Entry(entry_id, body) for entry_id, body in list(pairwise(flat))[::2])
