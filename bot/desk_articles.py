"""The knowledge base as operators see it: `handoff.ports.Articles` over the base that serves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from core.errors import Unavailable
from handoff.ports import ArticleText, FoundArticle
from knowledge_base.errors import KnowledgeBaseError, NotReady
from knowledge_base.live import KnowledgeBase
from knowledge_base.render import messenger
from knowledge_base.types import Article, Hit

_SHOWN = 6
"""Articles of one search: as many as fit a phone without scrolling."""


class DeskArticles:
    """Adapts `knowledge_base.live.KnowledgeBase`; internal articles are found and marked."""

    def __init__(self, base: KnowledgeBase, *, clock: Callable[[], datetime]) -> None:
        """`clock` says what day it is, since articles begin and end."""
        self._base = base
        self._clock = clock

    async def search(self, text: str, language: str) -> Sequence[FoundArticle]:
        """The best articles for a phrase, the best first.

        Raises:
            Unavailable: no base is loaded.
        """
        try:
            found = await self._base.search(
                text, language=language, now=self._clock(), audience="internal", limit=_SHOWN
            )
        except KnowledgeBaseError as error:
            raise Unavailable(f"knowledge base: {error}") from error
        return [self._found(hit) for hit in found.hits]

    def answer(self, article: str, language: str) -> ArticleText | None:
        """An article's text in that language, else in another.

        Raises:
            Unavailable: no base is loaded.
        """
        try:
            found = self._base.article(article, language, audience="internal")
        except NotReady as error:
            raise Unavailable(f"knowledge base: {error}") from error
        if found is None:
            return None
        return ArticleText(
            article=found.id,
            language=found.lang,
            title=found.title,
            revision=found.revision,
            text=messenger(found.body),
            internal=self._is_internal(found),
        )

    def phrases(self, article: str) -> Sequence[str]:
        """The phrases an article has already; none while no base is loaded."""
        try:
            articles = self._base.base.articles
        except NotReady:
            return ()
        return [phrase for each in articles if each.id == article for phrase in (each.title, *each.questions)]

    def _found(self, hit: Hit) -> FoundArticle:
        passage = hit.passage
        shown = self._base.article(passage.article_id, passage.lang, audience="internal")
        return FoundArticle(
            article=passage.article_id,
            language=passage.lang,
            title=hit.title,
            line=passage.text,
            probability=hit.probability,
            internal=shown is not None and self._is_internal(shown),
        )

    def _is_internal(self, article: Article) -> bool:
        """What customers' searches do not see: an id is internal as a whole."""
        return self._base.article(article.id, article.lang) is None
