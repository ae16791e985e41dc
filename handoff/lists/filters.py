"""Which conversations of a view somebody wants to see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from handoff.types import Ticket

View = Literal["waiting", "mine", "all", "overdue", "mentions", "snoozed", "closed"]
VIEWS: tuple[View, ...] = get_args(View)

_MOST_VALUES = 50
_MOST_CHARS = 80


@dataclass(frozen=True, slots=True)
class Filter:
    """Values a conversation may have, for each field; an empty field takes all, of tags one is enough."""

    channel: frozenset[str] = frozenset()
    group: frozenset[str] = frozenset()
    language: frozenset[str] = frozenset()
    tag: frozenset[str] = frozenset()
    operator: frozenset[str] = frozenset()
    reason: frozenset[str] = frozenset()
    topic: frozenset[str] = frozenset()

    @property
    def takes_all(self) -> bool:
        """Whether nothing is left out."""
        return not any(getattr(self, name) for name in NAMES)

    def takes(self, ticket: Ticket) -> bool:
        """Whether a ticket is among what is wanted."""
        return (
            _fits(self.channel, ticket.channel)
            and _fits(self.group, ticket.group)
            and _fits(self.language, ticket.language)
            and _fits(self.operator, ticket.operator)
            and _fits(self.reason, ticket.reason)
            and _fits(self.topic, ticket.topic)
            and (not self.tag or not self.tag.isdisjoint(ticket.tags))
        )

    def data(self) -> dict[str, list[str]]:
        """As JSON data; what takes all is left out."""
        return {name: sorted(getattr(self, name)) for name in NAMES if getattr(self, name)}


NAMES = tuple(each.name for each in fields(Filter))


def _fits(wanted: frozenset[str], value: str) -> bool:
    return not wanted or value in wanted


def read_filter(values: Mapping[str, Sequence[str]]) -> Filter:
    """A filter from lists of values by name; unknown names are passed over, as a newer page may send them."""
    return Filter(**{name: _kept(values[name]) for name in NAMES if name in values})


def filter_of(data: Any) -> Filter:
    """A filter as it was stored; what is not one takes all."""
    if not isinstance(data, Mapping):
        return Filter()
    lists = {str(name): values for name, values in data.items() if isinstance(values, list)}
    return read_filter({name: [str(value) for value in values] for name, values in lists.items()})


def _kept(values: Sequence[str]) -> frozenset[str]:
    return frozenset(value[:_MOST_CHARS] for value in values[:_MOST_VALUES] if value)


def view_of(name: str) -> View | None:
    """The view of this name, or None."""
    return name if name in VIEWS else None
