"""Articles as drafts: what the knowledge base would answer to the customer's last words."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from core.errors import Unavailable
from handoff.ports import Articles
from handoff.tools.drafts import Draft

LEAST_PROBABILITY = 0.3
"""Below that an article is more often wrong than not by far, and an operator would only have to read it."""
_REMEMBERED = 200
"""Questions whose drafts are kept: an operator types many letters under one question."""
_MOST = 2


class ArticleDrafts:
    """Customers' articles only; the small memory spares the model a search for each letter that is typed."""

    def __init__(self, articles: Articles) -> None:
        """`articles` may have no base loaded yet; then there are no drafts of it."""
        self._articles = articles
        self._known: OrderedDict[tuple[str, str], Sequence[Draft]] = OrderedDict()

    async def drafts(self, question: str, typed: str, language: str) -> Sequence[Draft]:
        """The texts of the likeliest articles; `score` is the probability that it is the right one."""
        key = (question.strip(), language)
        if not key[0]:
            return []
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        try:
            found = await self._articles.search(key[0], language)
            drafts = [
                Draft("article", each.title, text.text, each.probability)
                for each in found
                if each.probability >= LEAST_PROBABILITY
                and not each.internal
                and (text := self._articles.answer(each.article, language)) is not None
            ][:_MOST]
        except Unavailable:
            return []
        self._known[key] = drafts
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return drafts
