"""Tickets measured and counted in, one after the other: what is kept does not grow with their number."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import NamedTuple

from handoff.reports.types import MEASURES, Rating

QUARTER_MS = 900_000
JOINED = "operator_joined"
"""Reason of a ticket that an operator made by joining: nobody waited, so it has no time to take."""


class Worked(NamedTuple):
    """A ticket with all that is measured of it; `since_ms` is when the bot got the conversation."""

    created_ms: int
    channel: str
    group: str
    operator: str | None
    reason: str
    due_ms: int
    taken_ms: int | None
    replied_ms: int | None
    ended_ms: int | None
    since_ms: int
    replies: int


def at_share(counts: Mapping[int, int], share: float) -> int | None:
    """The value that `share` of all do not exceed (nearest rank), None without any; `counts` by value."""
    rank, seen = ceil(share * sum(counts.values())), 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= rank:
            return value
    return None


@dataclass(slots=True)
class Work:
    """What some tickets have in common; `values` says how often each value of a measure was met."""

    tickets: int = 0
    kept: int = 0
    missed: int = 0
    values: dict[str, dict[int, int]] = field(
        default_factory=lambda: {name: defaultdict(int) for name in MEASURES}
    )
    scores: list[int] = field(default_factory=list)

    def add(self, values: Sequence[tuple[str, int]], kept: bool | None) -> None:
        """Count a ticket in; what has not happened yet is left out, not counted as nothing."""
        self.tickets += 1
        for name, value in values:
            self.values[name][value] += 1
        self.kept += kept is True
        self.missed += kept is False

    def merge(self, other: Work) -> None:
        """Count other tickets in, ratings apart."""
        self.tickets += other.tickets
        self.kept += other.kept
        self.missed += other.missed
        for name, counts in other.values.items():
            mine = self.values[name]
            for value, n in counts.items():
                mine[value] += n

    @property
    def kept_share(self) -> float | None:
        """Share of deadlines kept in [0, 1]."""
        return share_of(self.kept, self.kept + self.missed)

    def n(self, measure: str) -> int:
        """Tickets of which a measure is known."""
        return sum(self.values[measure].values())

    def total(self, measure: str) -> int:
        """Sum of a measure."""
        return sum(value * n for value, n in self.values[measure].items())

    def at(self, measure: str, *shares: float) -> tuple[int | None, ...]:
        """Percentiles of one measure."""
        return tuple(at_share(self.values[measure], share) for share in shares)


@dataclass(slots=True)
class Split:
    """Work by channel, group and operator; reasons, and when tickets were made.

    `everything` is whole once `finish` was called: each ticket has one channel and is not counted twice.
    """

    everything: Work = field(default_factory=Work)
    by: dict[str, dict[str, Work]] = field(
        default_factory=lambda: {name: defaultdict(Work) for name in ("channel", "group", "operator")}
    )
    reasons: Counter[str] = field(default_factory=Counter)
    quarters: Counter[int] = field(default_factory=Counter)

    def add(self, ticket: Worked, now_ms: int) -> None:
        """Measure a ticket and count it in wherever it belongs."""
        values, kept = list(measured(ticket)), deadline_kept(ticket, now_ms)
        self.by["channel"][ticket.channel].add(values, kept)
        self.by["group"][ticket.group].add(values, kept)
        if ticket.operator is not None:
            self.by["operator"][ticket.operator].add(values, kept)
        self.reasons[ticket.reason] += 1
        self.quarters[ticket.created_ms // QUARTER_MS] += 1

    def finish(self) -> Split:
        """Add the channels up; to be called once, when all tickets are in."""
        for work in self.by["channel"].values():
            self.everything.merge(work)
        return self

    def rate(self, ratings: Sequence[Rating]) -> None:
        """Count ratings in where there is work they are about."""
        self.everything.scores.extend(rating.score for rating in ratings)
        for rating in ratings:
            for name, found in self.by.items():
                if getattr(rating, name) in found:
                    found[getattr(rating, name)].scores.append(rating.score)


def measured(ticket: Worked) -> Iterable[tuple[str, int]]:
    """Measures of one ticket that are known; times in whole seconds."""
    created, taken, ended = ticket.created_ms, ticket.taken_ms, ticket.ended_ms
    joined = ticket.reason == JOINED
    if taken is not None and not joined:
        yield "take", _s(taken - created)
    if ticket.replied_ms is not None and not joined:
        yield "answer", _s(ticket.replied_ms - created)
    yield "bot", _s(created - ticket.since_ms)
    waited_until = ended if taken is None else taken
    if waited_until is not None and not joined:
        yield "waiting", _s(waited_until - created)
    if taken is not None and ended is not None:
        yield "person", _s(ended - taken)
    if ended is not None and taken is not None:
        yield "replies", ticket.replies


def deadline_kept(ticket: Worked, now_ms: int) -> bool | None:
    """Whether the first answer came in time; None where that is still open, or nobody waited.

    A ticket that ended without an answer was settled at its end.
    """
    if ticket.reason == JOINED:
        return None
    settled = ticket.replied_ms if ticket.replied_ms is not None else ticket.ended_ms
    if settled is None:
        return False if now_ms > ticket.due_ms else None
    return settled <= ticket.due_ms


def share_of(part: int, whole: int) -> float | None:
    """A share in [0, 1], None of nothing."""
    return part / whole if whole else None


def _s(milliseconds: int) -> int:
    return max((milliseconds + 500) // 1000, 0)
