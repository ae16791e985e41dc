"""Titles of articles that conversations were about, so that a report names them as people do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from core.errors import Unavailable
from handoff.ports import Articles
from handoff.reports.types import Table

_ARTICLE = "article:"
_LANGUAGES = ("ru", "en")


def topics_of(tables: Iterable[Table]) -> Iterator[str]:
    """Every topic in tables, as often as it stands there."""
    for table in tables:
        for place, column in enumerate(table.columns):
            if column.kind == "topic":
                yield from (str(row[place]) for row in table.rows)


def titles(articles: Articles, topics: Iterable[str]) -> dict[str, dict[str, str]]:
    """Title by language by id, for topics such as `article:delivery-times`.

    Articles that are gone are left out, and all while no knowledge base is loaded: their ids stand then.
    """
    ids = {topic.removeprefix(_ARTICLE) for topic in topics if topic.startswith(_ARTICLE)}
    found: dict[str, dict[str, str]] = {}
    try:
        for each in sorted(ids):
            texts = {language: articles.answer(each, language) for language in _LANGUAGES}
            found[each] = {language: text.title for language, text in texts.items() if text is not None}
    except Unavailable:
        return {}
    return {each: by_language for each, by_language in found.items() if by_language}
