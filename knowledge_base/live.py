"""The base that serves: held whole, swapped whole."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from core.encoder import EncoderDown
from knowledge_base.errors import NotReady
from knowledge_base.ports import Encoder
from knowledge_base.types import Article, Audience, SearchResult

if TYPE_CHECKING:
    from knowledge_base.base import Base

State = Literal["starting", "ok", "down"]


class KnowledgeBase:
    """What the bot and the desk search in.

    Args:
        encoder: Embeds the messages; must be of the fingerprint of the base served.
        timezone: IANA name of the company's time zone, in which articles begin and end.
        base: What to serve from the start, if anything.
    """

    def __init__(self, *, encoder: Encoder, timezone: str, base: Base | None = None) -> None:
        self._encoder = encoder
        self._zone = ZoneInfo(timezone)
        self._base = base
        self._failed = False

    @property
    def state(self) -> State:
        """`starting` until a base is loaded, `ok`, or `down` when loading failed and none is served."""
        if self._base is not None:
            return "ok"
        return "down" if self._failed else "starting"

    @property
    def version(self) -> int | None:
        """Number of the base served, None while there is none."""
        return None if self._base is None else self._base.version

    @property
    def base(self) -> Base:
        """The base served.

        Raises:
            NotReady: nothing is loaded.
        """
        if self._base is None:
            raise NotReady("no knowledge base is loaded yet")
        return self._base

    def swap(self, base: Base) -> None:
        """Serve another base from now on; searches under way finish on the old one."""
        self._base = base
        self._failed = False

    def failed(self) -> None:
        """Loading went wrong; what is served stays."""
        self._failed = True

    async def search(
        self,
        text: str,
        *,
        language: str,
        now: datetime,
        audience: Audience = "customer",
        limit: int = 5,
    ) -> SearchResult:
        """Best articles for a message, valid at `now` (aware), the customer's language preferred.

        Raises:
            NotReady: nothing is loaded, or the encoder cannot be used.
        """
        base = self.base
        today = now.astimezone(self._zone).date()
        try:
            vectors = await self._encoder.encode([base.prepare(text)])
        except EncoderDown as error:
            raise NotReady(str(error)) from error
        found = await asyncio.to_thread(
            base.search, text, vectors[0], language=language, today=today, audience=audience, limit=limit
        )
        return replace(found, vector=vectors[0])

    def article(self, article_id: str, language: str, *, audience: Audience = "customer") -> Article | None:
        """The article in that language, else in another; None where there is none or it is internal.

        Raises:
            NotReady: nothing is loaded.
        """
        return self.base.article(article_id, language, audience=audience)
