"""Invented help centres of many kinds of business, with how their customers ask.

Written by hand for Duet, one YAML file each in `bases/NAME.LANG.yml`. They stand for the companies whose
bases are not known yet: what is learnt from them must hold for a company that was not among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.strict_yaml import load_yaml
from knowledge_base.types import Article

FOLDER = Path(__file__).parent / "bases"


@dataclass(frozen=True, slots=True)
class Centre:
    """A help centre.

    Attributes:
        name: Company, without the language.
        articles: Each with its one official question.
        asked: How customers ask for each article, in the same order.
        unanswered: What customers ask that no article answers.
    """

    name: str
    lang: str
    articles: tuple[Article, ...]
    asked: tuple[tuple[str, ...], ...]
    unanswered: tuple[str, ...]


def read_centres(folder: Path = FOLDER) -> list[Centre]:
    """All help centres of a folder by name."""
    return [_centre(path) for path in sorted(folder.glob("*.yml"))]


def centres_of(articles: Sequence[Article], name: str) -> list[Centre]:
    """A company's articles as help centres, one a language: the first question official, the rest asked."""
    found = []
    for lang in sorted({article.lang for article in articles}):
        some = [a for a in articles if a.lang == lang and a.audience == "customer" and a.questions]
        found.append(
            Centre(
                name=name,
                lang=lang,
                articles=tuple(_with_questions(a, a.questions[:1]) for a in some),
                asked=tuple(a.questions[1:] for a in some),
                unanswered=(),
            )
        )
    return found


def _centre(path: Path) -> Centre:
    name, lang = path.stem.rsplit(".", 1)
    read: dict[str, Any] = load_yaml(path.read_text(encoding="utf-8"))
    articles = [
        Article(
            id=told["id"], lang=lang, title=told["title"], questions=(told["question"],), body=told["body"]
        )
        for told in read["articles"]
    ]
    return Centre(
        name=name,
        lang=lang,
        articles=tuple(articles),
        asked=tuple(tuple(told["asked"]) for told in read["articles"]),
        unanswered=tuple(read["unanswered"]),
    )


def _with_questions(article: Article, questions: tuple[str, ...]) -> Article:
    return Article(
        id=article.id, lang=article.lang, title=article.title, questions=questions, body=article.body
    )
