"""Who a waiting conversation is offered to. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

AGAIN_S = 30
"""How long whoever let an offer pass is left alone with that conversation: colleagues have it meanwhile."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An operator who is at the desk and takes offers.

    `channels` empty: all of them; `load` conversations and offers they have, by channel; `idle_ms` since when
    they were given nothing.
    """

    id: str
    capacity: int
    channels: tuple[str, ...] = ()
    load: Mapping[str, int] | None = None
    idle_ms: int = 0

    def free(self, channel: str, channel_capacity: Mapping[str, int]) -> bool:
        """Whether they can have one more conversation on this channel."""
        load = self.load or {}
        if self.channels and channel not in self.channels:
            return False
        limit = channel_capacity.get(channel)
        return sum(load.values()) < self.capacity and (limit is None or load.get(channel, 0) < limit)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A conversation that waits. `passed` are those who let it pass lately, `first` whom it should go to."""

    channel: str
    members: Collection[str]
    passed: Collection[str] = ()
    first: Sequence[str] = ()


def choose(wanted: Wanted, people: Sequence[Candidate], channel_capacity: Mapping[str, int]) -> str | None:
    """The operator to offer it to, or None if nobody can have it now.

    Whoever it should go to comes first (a VIP's manager, then the operator of last time), then who was given
    nothing for longest; without members the group is everybody.
    """
    able = [
        each
        for each in people
        if (not wanted.members or each.id in wanted.members)
        and each.id not in wanted.passed
        and each.free(wanted.channel, channel_capacity)
    ]
    order = {name: n for n, name in reversed(list(enumerate(wanted.first)))}
    able.sort(key=lambda each: (order.get(each.id, len(order)), each.idle_ms, each.id))
    return able[0].id if able else None


def lately(passed: str, now_ms: int, again_s: float = AGAIN_S) -> frozenset[str]:
    """Those of `id@ms,id@ms` who let it pass within `again_s`."""
    found = set()
    for each in filter(None, passed.split(",")):
        name, _, at = each.rpartition("@")
        if now_ms - int(at) < again_s * 1000:
            found.add(name)
    return frozenset(found)
