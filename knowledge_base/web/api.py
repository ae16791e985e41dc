"""Phrases that wait, and publishing, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import groupby
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field

from core.web.bodies import Body, Text, read_body
from core.web.guard import Guard
from core.web.problems import Problem
from knowledge_base.phrases import PAGE, STATUSES, Phrase, SqlPhrases, Verdict
from knowledge_base.publishing import Publishing
from knowledge_base.web.guesses import Guess, Guesses

_NUMBERS = ("done", "total", "version", "articles", "learned", "started_ms", "ended_ms")


class DecideBody(Body):
    """Which phrases are decided about; `article` only where they are moved."""

    ids: Annotated[list[Annotated[Text, Field(max_length=40)]], Field(min_length=1, max_length=PAGE)]
    article: Annotated[Text, Field(max_length=120)] = ""


class PhraseApi:
    """`/kb/api/…`."""

    def __init__(
        self,
        *,
        guard: Guard,
        phrases: SqlPhrases,
        guesses: Guesses,
        publishing: Publishing,
        clock: Callable[[], datetime],
    ) -> None:
        """`guesses` asks the base that serves, `publishing` makes the next one."""
        self._guard = guard
        self._phrases = phrases
        self._guesses = guesses
        self._publishing = publishing
        self._clock = clock

    async def me(self, request: web.Request) -> web.Response:
        """Who is signed in, and the token for changes."""
        operator = await self._guard.reader(request)
        session = await self._guard.session(request)
        told = {name: getattr(operator, name) for name in ("id", "name", "display_name", "role", "language")}
        return web.json_response({"csrf": session.csrf, "operator": told})

    async def index(self, request: web.Request) -> web.Response:
        """Phrases of a status by article, each with the bot's present guess."""
        await self._guard.reader(request)
        status = request.query.get("status", "pending")
        if status not in STATUSES:
            raise Problem(422, "unknown_status", f"Use one of {', '.join(STATUSES)}.")
        found = await self._phrases.listed(status)
        guesses = await self._guesses.of(found)
        lines = list(zip(found, guesses, strict=True))
        titles = self._guesses.titles()
        groups = [
            {
                "article": article,
                "titles": titles.get(article, {}),
                "phrases": [_line(*each) for each in group],
            }
            for article, group in groupby(lines, key=lambda each: each[0].article)
        ]
        body = {
            "groups": groups,
            "counts": await self._phrases.counts(),
            "version": self._guesses.version,
            "limit": PAGE,
        }
        return web.json_response(body)

    async def articles(self, request: web.Request) -> web.Response:
        """Every article a phrase may be moved to."""
        await self._guard.reader(request)
        internal = self._guesses.internal()
        found = [
            {"article": article, "titles": titles, "internal": article in internal}
            for article, titles in sorted(self._guesses.titles().items())
        ]
        return web.json_response({"articles": found})

    async def accept(self, request: web.Request) -> web.Response:
        """They become phrases of their article at the next publish."""
        return await self._decide(request, "accepted")

    async def reject(self, request: web.Request) -> web.Response:
        """They are asked about no more; accepted ones are taken back."""
        return await self._decide(request, "rejected")

    async def move(self, request: web.Request) -> web.Response:
        """They become phrases of another article at the next publish."""
        return await self._decide(request, "moved")

    async def publish(self, request: web.Request) -> web.Response:
        """Begin to publish; 409 while somebody does so already."""
        operator = await self._guard.worker(request)
        if not await self._publishing.start(operator.id):
            raise Problem(409, "publishing", "Somebody publishes right now; wait until that has ended.")
        return web.json_response({}, status=202)

    async def progress(self, request: web.Request) -> web.Response:
        """How far the publish is, or how the last one ended."""
        await self._guard.reader(request)
        found: dict[str, Any] = dict(await self._publishing.status())
        found |= {name: int(found[name]) for name in _NUMBERS if name in found}
        found |= {name: float(found[name]) for name in ("threshold", "share") if name in found}
        return web.json_response({"state": "none", **found})

    async def _decide(self, request: web.Request, verdict: Verdict) -> web.Response:
        operator = await self._guard.worker(request)
        body = await read_body(request, DecideBody)
        moved = body.article if verdict == "moved" else ""
        if verdict == "moved" and moved not in self._guesses.titles():
            raise Problem(422, "unknown_article", "There is no such article; choose one from the list.")
        changed = await self._phrases.decide(
            body.ids, verdict, by=operator.id, now=self._clock(), moved_to=moved
        )
        return web.json_response({"changed": changed})


def _line(phrase: Phrase, guess: Guess | None) -> dict[str, Any]:
    return {
        "id": phrase.id,
        "text": phrase.text,
        "language": phrase.language,
        "at": phrase.at.isoformat(),
        "source": phrase.source,
        "status": phrase.status,
        "moved_to": phrase.moved_to or None,
        "guess": guess and {name: getattr(guess, name) for name in guess.__slots__},
    }
