"""Finding tickets of one person about one question on different channels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from core.lemmas import lemma
from handoff.board import Board
from handoff.lists.lister import Lister
from handoff.types import HandoffPacket, Ticket

WITHIN = timedelta(days=1)
"""After a day the same question is more likely asked about something new."""
ALIKE = 0.4
"""Share of common words from which two texts count as one question: two sentences of five words with three in
common have 3 / 7 = 0.43."""
_LEAST_CHARS = 3

_WORD = re.compile(r"[^\W\d_]+")


def same_question(one: tuple[HandoffPacket, str], two: tuple[HandoffPacket, str]) -> bool:
    """Whether two packets, each with the customer's last line, are about one thing.

    They are if the best article is the same, or if enough of the words are (Jaccard index of base forms).
    """
    articles = [packet.candidates[0].article if packet.candidates else "" for packet, _ in (one, two)]
    if articles[0] and articles[0] == articles[1]:
        return True
    first, second = _forms(*one), _forms(*two)
    common = len(first & second)
    return common >= 2 and common / len(first | second) >= ALIKE


def _forms(packet: HandoffPacket, line: str) -> frozenset[str]:
    words = _WORD.findall(" ".join((*packet.said[-2:], line)).lower())
    return frozenset(lemma(word) for word in words if len(word) >= _LEAST_CHARS)


class Suggestions:
    """Looks through the open tickets."""

    def __init__(self, *, board: Board, lister: Lister) -> None:
        """Both read the live record."""
        self._board = board
        self._lister = lister

    async def others(self, ticket: Ticket, customers: Sequence[str]) -> list[Ticket]:
        """Open tickets of these customers in other chats, the latest first.

        Raises:
            core.errors.Unavailable: the live record does not answer.
        """
        own = f"{ticket.account}:{ticket.chat_id}"
        found = await self._lister.open_tickets()
        theirs = [
            each for each in found if (ref := f"{each.account}:{each.chat_id}") in customers and ref != own
        ]
        return sorted(theirs, key=lambda each: each.created_at, reverse=True)

    async def alike(
        self, ticket: Ticket, packet: HandoffPacket, customers: Sequence[str], now: datetime
    ) -> list[Ticket]:
        """Those of `others` that are about the same, within a day.

        Raises:
            core.errors.Unavailable: the live record does not answer.
        """
        found = []
        for each in await self.others(ticket, customers):
            live = await self._board.ticket(each.id)
            if (
                live is None
                or abs(each.created_at - ticket.created_at) > WITHIN
                or now - each.created_at > 2 * WITHIN
            ):
                continue
            if same_question((packet, ticket.last_line), (live[1], live[0].last_line)):
                found.append(each)
        return found
