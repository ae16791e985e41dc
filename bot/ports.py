"""What the conversation needs from outside, as small interfaces."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from handoff.routing.groups import Facts
from handoff.routing.reception import Absence, Place
from knowledge_base.types import Article, SearchResult
from nlu.types import Emotion, Understanding

if TYPE_CHECKING:
    from nlu.emotion_weights import Floats

Clock = Callable[[], datetime]
"""The time now, aware."""

ExpectedWait = Callable[[], Awaitable[float]]
"""Seconds until a person usually answers."""


class Understands(Protocol):
    """Reads one message; never raises for what the message says."""

    async def understand(self, text: str, *, language_hint: str) -> Understanding:
        """Intent, entities, emotion and language of a text."""

    def mood(self, text: str, vector: Floats) -> Emotion:
        """The emotion again, with the vector the search was made with."""


class Knowledge(Protocol):
    """Finds articles."""

    async def search(self, text: str, *, language: str, now: datetime, limit: int = 5) -> SearchResult | None:
        """Customers' articles, best first; None while no base is loaded (after waiting for it a while)."""

    def article(self, article_id: str, language: str) -> Article | None:
        """An article customers may see, in the other language if there is none in this one."""

    def threshold(self, solved: float) -> float:
        """The probability from which to answer now, given the one solved for the base."""


class Says(Protocol):
    """Customer-facing words."""

    def say(self, key: str, language: str, /, **values: object) -> str:
        """The text of a key."""

    def duration(self, language: str, seconds: float) -> str:
        """A wait in words."""


class Receives(Protocol):
    """Takes over what the bot hands over."""

    async def place(self, facts: Facts, now: datetime) -> Place:
        """Group, deadlines and place in the queue of a new ticket."""

    async def absence(self, now: datetime) -> Absence | None:
        """When people are back, or None while they work."""
