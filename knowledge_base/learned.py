"""Phrases people taught, merged into the articles they belong to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from knowledge_base.types import Article


@dataclass(frozen=True, slots=True)
class Learned:
    """A phrase an editor accepted for an article, in the language it is written in."""

    article: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Merged:
    """Articles with their learned phrases.

    `added` counts phrases the articles did not have, `known` those they had, `lost` those whose article is
    gone.
    """

    articles: tuple[Article, ...]
    added: int = 0
    known: int = 0
    lost: int = 0


def merge(articles: Sequence[Article], learned: Iterable[Learned]) -> Merged:
    """Each learned phrase becomes a question of its article: of the one in its language, else of another.

    The revision stays that of the file: a phrase changes how an article is found, not what it says, and the
    verdicts on it must go on counting.

    A phrase the article has already, in whatever case and with whatever marks, is not added again, so that
    the questions are the same before and after they were written into the files.
    """
    by_key = {(article.id, article.lang): article for article in articles}
    languages: dict[str, list[str]] = {}
    for article in articles:
        languages.setdefault(article.id, []).append(article.lang)
    added: dict[tuple[str, str], list[str]] = {}
    seen = {key: {_plain(each) for each in article.questions} for key, article in by_key.items()}
    known = lost = 0
    for phrase in sorted(learned, key=lambda each: (each.article, each.language, each.text)):
        spoken = languages.get(phrase.article)
        if spoken is None:
            lost += 1
            continue
        key = (phrase.article, phrase.language if phrase.language in spoken else spoken[0])
        if _plain(phrase.text) in seen[key]:
            known += 1
            continue
        seen[key].add(_plain(phrase.text))
        added.setdefault(key, []).append(phrase.text)
    merged = tuple(_taught(article, added.get((article.id, article.lang), [])) for article in articles)
    return Merged(merged, sum(map(len, added.values())), known, lost)


def _taught(article: Article, phrases: list[str]) -> Article:
    if not phrases:
        return article
    return replace(article, questions=(*article.questions, *phrases))


def _plain(text: str) -> str:
    """What two phrases have in common that differ only in case, `ё`, marks and blanks."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")))
