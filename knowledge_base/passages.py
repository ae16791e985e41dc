"""Articles cut into searchable passages."""

from __future__ import annotations

import re
from collections.abc import Iterable

from knowledge_base.render import plain_text
from knowledge_base.text import tidy
from knowledge_base.types import Article, Passage

PARAGRAPH_CHARS = 350
"""Short paragraphs are joined up to about this length: one thought, few words that blur it."""
MAX_PARAGRAPHS = 12
"""Paragraphs of one article that are searched; customers' questions are about its beginning."""

_BREAK = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*•]|\d+\.)\s)")


def passages_of(article: Article) -> list[Passage]:
    """Questions, the title where it says something else, and paragraphs of the body."""
    phrases = [("question", text) for text in article.questions]
    known = {tidy(text).lower() for text in article.questions}
    if tidy(article.title).lower() not in known:
        phrases.append(("title", article.title))
    phrases += [("body", text) for text in _paragraphs(article.body)]
    return [
        Passage(article_id=article.id, lang=article.lang, kind=kind, text=text)  # type: ignore[arg-type]
        for kind, text in phrases
        if tidy(text)
    ]


def _paragraphs(body: str) -> list[str]:
    joined: list[str] = []
    for part in _parts(body):
        if joined and len(joined[-1]) + len(part) <= PARAGRAPH_CHARS:
            joined[-1] = f"{joined[-1]} {part}"
        else:
            joined.append(part[: 2 * PARAGRAPH_CHARS])
    return joined[:MAX_PARAGRAPHS]


def _parts(body: str) -> Iterable[str]:
    for raw in _BREAK.split(body):
        text = tidy(plain_text(raw))
        if text:
            yield text
