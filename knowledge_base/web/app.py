"""The editors' pages as a part of a web application."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from core.auth_signin import SignIn
from core.errors import Unavailable
from core.web.area import NavEntry
from core.web.frame import Frame, Menu
from core.web.guard import EDITOR_ROLES, Guard
from core.web.pages import add_shared, protect
from core.web.problems import problems
from core.web.words import load_words
from knowledge_base.errors import StoreError
from knowledge_base.live import KnowledgeBase
from knowledge_base.phrases import SqlPhrases
from knowledge_base.publishing import Publishing
from knowledge_base.web.api import PhraseApi
from knowledge_base.web.guesses import Guesses

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
WORDING = _HERE.parent / "wording"


def add_knowledge_base(
    app: web.Application,
    *,
    sign_in: SignIn,
    base: KnowledgeBase,
    phrases: SqlPhrases,
    publishing: Publishing,
    clock: Callable[[], datetime],
    menu: Menu,
) -> None:
    """Serve the editors' pages under `/kb`; people sign in at the desk.

    Args:
        app: The application; its limit of the body's size holds here too.
        sign_in: Sessions.
        base: The base that serves in this process.
        phrases: Phrases that wait.
        publishing: Makes the next base; waited for at shutdown.
        clock: The present.
        menu: Gets the lines of these pages.
    """
    menu.add([NavEntry("/kb/phrases", "nav.phrases", EDITOR_ROLES)])
    guard = Guard(sign_in, EDITOR_ROLES)
    frame = Frame(
        sign_in=sign_in, words=load_words(WORDING), templates=_HERE / "templates", menu=menu, api="/kb/api"
    )
    pages = Pages(frame=frame)
    api = PhraseApi(
        guard=guard, phrases=phrases, guesses=Guesses(base, clock=clock), publishing=publishing, clock=clock
    )

    async def wait_for_publish(_app: web.Application) -> None:
        await publishing.close()

    part = web.Application(middlewares=[problems, _stores])
    part.on_response_prepare.append(protect)
    part.on_cleanup.append(wait_for_publish)
    part.add_routes(
        [
            web.get("", pages.home),
            web.get("/phrases", pages.phrases),
            web.get("/api/me", api.me),
            web.get("/api/phrases", api.index),
            web.post("/api/phrases/accept", api.accept),
            web.post("/api/phrases/reject", api.reject),
            web.post("/api/phrases/move", api.move),
            web.get("/api/articles", api.articles),
            web.get("/api/publish", api.progress),
            web.post("/api/publish", api.publish),
            web.static("/static", STATIC),
        ]
    )
    add_shared(app)
    app.add_subapp("/kb", part)


class Pages:
    """`/kb/phrases`."""

    def __init__(self, *, frame: Frame) -> None:
        """`frame` renders."""
        self._frame = frame

    async def home(self, _request: web.Request) -> web.Response:
        """The first page is the only one so far."""
        raise web.HTTPFound("/kb/phrases")

    async def phrases(self, request: web.Request) -> web.Response:
        """Phrases that wait; whoever is not signed in comes back here after it, operators go to the desk."""
        operator = await self._frame.operator(request)
        if operator is None:
            raise web.HTTPFound("/desk/login#/kb/phrases")
        if operator.role not in EDITOR_ROLES:
            raise web.HTTPFound("/desk")
        return self._frame.render(request, "phrases.html", operator.language, operator)


@web.middleware
async def _stores(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A store that is away is told like everywhere else."""
    try:
        return await handler(request)
    except StoreError as error:
        raise Unavailable(str(error)) from error
