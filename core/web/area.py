"""An area of the desk: pages and routes beside the conversations, such as reports or settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from core.auth import Role

LEADS: frozenset[Role] = frozenset(("lead", "administrator"))
"""Who looks after a team."""
ADMINISTRATORS: frozenset[Role] = frozenset(("administrator",))
"""Who decides how Duet is set up."""


@dataclass(frozen=True, slots=True)
class NavEntry:
    """A line of the menu: where it leads, the key of its word, and whose menu has it.

    One with a `hint` (the key of a sentence) is a page of settings and stands on the page of all settings
    instead. `count` is an address that tells `{"count": N}`, shown beside the word where it is not 0.
    """

    path: str
    word: str
    roles: frozenset[Role]
    hint: str = ""
    count: str = ""


class Area(Protocol):
    """What the desk needs of an area."""

    @property
    def nav(self) -> Sequence[NavEntry]:
        """Its lines of the menu, in order."""
        ...

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Its routes, relative to `/desk`; each checks who asks."""
        ...
