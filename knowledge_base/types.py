"""Values of the knowledge base."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np

Audience = Literal["customer", "internal"]


@dataclass(frozen=True, slots=True)
class Article:
    """One standard operating procedure in one language; identity is `(id, lang)`.

    `valid_from` and `valid_to` are inclusive days in the company's time zone. `revision` is a hash of
    what a customer could see and what is searched.
    """

    id: str
    lang: str
    title: str
    questions: tuple[str, ...]
    body: str
    tags: tuple[str, ...] = ()
    audience: Audience = "customer"
    valid_from: date | None = None
    valid_to: date | None = None
    group: str = ""
    skill: str = ""
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A searchable piece of an article: a question, its title or a paragraph of the body."""

    article_id: str
    lang: str
    kind: Literal["question", "title", "body"]
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """An article found.

    Attributes:
        passage: The piece that matched best.
        score: Merged score of the rankers, higher is better, comparable only within one search.
        probability: Calibrated chance in [0, 1] that this article is the right answer.
    """

    passage: Passage
    title: str
    score: float
    probability: float


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Best articles first, one hit an article (the customer's language preferred).

    `threshold` is the solved one of this base version; above 1 it means: answer nothing. `vector` is the
    message's own, of the encoder the search used, for whoever else reads the message.
    """

    hits: tuple[Hit, ...]
    threshold: float
    base_version: int
    vector: np.ndarray[Any, np.dtype[np.float32]] | None = field(default=None, compare=False, repr=False)
