"""What the parts of the checker share: faults, and who had a conversation when."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from tests.acceptance.evidence import Archive, Owner, Turn


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken promise; `what` names the ids."""

    kind: str
    what: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.what}"


def chats(turns: Iterable[Turn]) -> dict[str, list[Turn]]:
    """Turns by chat, in the order given."""
    found: dict[str, list[Turn]] = defaultdict(list)
    for turn in turns:
        found[turn.chat].append(turn)
    return found


class Owners:
    """Who had a conversation at an event."""

    def __init__(self, archive: Archive) -> None:
        """`archive.owners` is in the order of events."""
        self._changes: dict[str, list[Owner]] = defaultdict(list)
        for change in archive.owners:
            self._changes[change.conversation].append(change)

    def at(self, conversation: str, event: int) -> str:
        """The owner just before an event; empty before the conversation began."""
        changes = self._changes[conversation]
        place = bisect_left([change.event for change in changes], event)
        return changes[place - 1].owner if place else ""

    def left_bot(self, conversation: str, event: int) -> Owner | None:
        """The first change after an event that takes the conversation from the bot."""
        later = (change for change in self._changes[conversation] if change.event > event)
        return next((change for change in later if change.owner != "bot"), None)
