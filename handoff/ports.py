"""What the hand-over needs from outside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Say(Protocol):
    """The words customers read, by key and language."""

    def __call__(self, key: str, language: str, /, **values: object) -> str:
        """The text with its placeholders filled in; raises `KeyError` for an unknown key."""


@dataclass(frozen=True, slots=True)
class ArticleText:
    """An article as an operator may send it: `text` is the small Markdown of replies.

    `internal` ones are for operators; the bot never shows them to a customer.
    """

    article: str
    language: str
    title: str
    revision: str
    text: str
    internal: bool = False


@dataclass(frozen=True, slots=True)
class FoundArticle:
    """An article a search found; `probability` in [0, 1] that it is the right one, `line` what matched."""

    article: str
    language: str
    title: str
    line: str
    probability: float
    internal: bool = False


class Articles(Protocol):
    """The knowledge base as the desk sees it, internal articles included; it has none while it loads."""

    async def search(self, text: str, language: str) -> Sequence[FoundArticle]:
        """The best articles for a phrase, the best first."""

    def answer(self, article: str, language: str) -> ArticleText | None:
        """An article's text in that language, else in another."""

    def phrases(self, article: str) -> Sequence[str]:
        """The phrases an article has already, in every language."""


Clock = Callable[[], datetime]
"""The present moment, aware."""
