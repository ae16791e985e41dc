"""Answers about articles, phrases and publishing, as the API's description tells them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.web.shapes import Time

Chance = Annotated[float, Field(ge=0, le=1)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="allow")


class FoundShape(_Shape):
    """An article found; `line` is what matched, `internal` ones are for operators only."""

    article: str
    language: str
    title: str
    line: str
    probability: Chance
    internal: bool


class FoundAnswer(_Shape):
    """Articles, the best first."""

    articles: list[FoundShape]


class ArticleAnswer(_Shape):
    """An article as it may be sent; `text` is the small Markdown of replies."""

    article: str
    language: str
    title: str
    revision: str
    text: str
    internal: bool


class GuessShape(_Shape):
    """What the bot would say today; `answers` when it would be sure enough to answer alone."""

    article: str
    title: str
    probability: Chance
    answers: bool


class PhraseShape(_Shape):
    """A customer's words that wait for an editor."""

    id: str
    text: str
    language: str
    at: Time
    source: str
    status: Literal["pending", "accepted", "rejected", "moved"]
    moved_to: str | None
    guess: GuessShape | None


class GroupShape(_Shape):
    """The phrases of one article; `titles` by language."""

    article: str
    titles: dict[str, str]
    phrases: list[PhraseShape]


class PhrasesAnswer(_Shape):
    """Phrases by article, at most `limit`; `version` is that of the base that serves."""

    groups: list[GroupShape]
    counts: dict[str, int]
    version: int | None
    limit: int


class ChangedAnswer(_Shape):
    """How many phrases were decided about."""

    changed: int


class TitledShape(_Shape):
    """An article by its titles."""

    article: str
    titles: dict[str, str]
    internal: bool


class ArticlesAnswer(_Shape):
    """Every article."""

    articles: list[TitledShape]


class PublishAnswer(_Shape):
    """How far a publish is; a threshold above 1 means that nothing is answered."""

    state: Literal["none", "running", "done", "failed", "lost"]
    step: str = ""
    done: int = 0
    total: int = 0
    version: int | None = None
    threshold: float | None = None
    share: float | None = None
    articles: int | None = None
    learned: int | None = None
    error: str = ""
