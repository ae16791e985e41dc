"""What the page of channels needs from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

State = Literal["ok", "starting", "down", "off", "elsewhere"]
"""`off`: not set up; `elsewhere`: another process receives, and this one cannot tell."""


@dataclass(frozen=True, slots=True)
class ChannelState:
    """One channel: its name, how it is, and how messages come (`polling`, `webhook`, `page`)."""

    name: str
    state: State
    way: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a test found: a code that the page has words for, and what to fill into them.

    `values` never hold a token, nor an address that contains one.
    """

    ok: bool
    code: str
    values: Mapping[str, str] = field(default_factory=dict)


class Channels(Protocol):
    """The channels of this deployment."""

    def states(self) -> Sequence[ChannelState]:
        """How each is, as far as this process knows."""

    async def test(self, name: str) -> Verdict | None:
        """Really ask the channel, a few seconds at most; None for one that does not exist."""
