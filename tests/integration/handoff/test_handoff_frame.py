"""The frame of the desk's pages: menu by role, who may see what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy.ext.asyncio import AsyncEngine

from core.auth_limits import AttemptLimit
from core.auth_operators import Operators
from core.auth_sessions import Sessions
from core.auth_signin import SignIn
from core.notify import Hub
from core.web.area import LEADS, NavEntry
from core.web.frame import Frame, Menu
from handoff.board import Board
from handoff.history import History
from handoff.web.app import add_desk
from handoff.web.pages import TEMPLATES
from handoff.words import load_words
from tests.integration.handoff.handoff_desk import Hand, Shelf
from tests.integration.handoff.handoff_world import World


class Corner:
    """An area with one page for leads."""

    nav = (NavEntry("/desk/corner", "nav.menu", LEADS),)

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        return [web.get("/corner", self.page)]

    async def page(self, request: web.Request) -> web.Response:
        return await self._frame.page(request, "forbidden.html", roles=LEADS, data={"text": "</script><b>&"})


@pytest.mark.parametrize(("role", "status"), [("operator", 403), ("lead", 200), ("administrator", 200)])
async def test_an_area_is_in_the_menu_of_its_roles_only(
    world: World, engine: AsyncEngine, role: str, status: int
) -> None:
    operators = Operators(engine, memory_s=0)
    sign_in = SignIn(
        operators=operators,
        sessions=Sessions(redis=world.redis, keys=world.keys, lifetime_s=3600),
        limit=AttemptLimit(redis=world.redis, keys=world.keys),
    )
    app = web.Application()
    menu = Menu()
    frame = Frame(sign_in=sign_in, words=load_words(), templates=TEMPLATES, menu=menu, api="/desk/api")
    add_desk(
        app,
        sign_in=sign_in,
        operators=operators,
        queue=world.queue,
        board=Board(scripts=world.scripts, keys=world.keys),
        history=History(engine=engine, scripts=world.scripts, keys=world.keys),
        hub=Hub(world.redis, world.keys),
        frame=frame,
        menu=menu,
        articles=Shelf(),
        behind_tls=False,
        areas=[Corner(frame)],
    )
    async with TestClient(TestServer(app)) as client:
        outside = await client.get("/desk/corner", allow_redirects=False)
        assert (outside.status, outside.headers["Location"]) == (302, "/desk/login")

        hand = Hand(client)
        await operators.add(
            "anna", password="a long password", role=role, language="en", by="test", now=datetime.now(UTC)
        )
        await hand.sign_in("anna")
        page = await client.get("/desk/corner")
        text = await page.text()
        desk = await (await client.get("/desk")).text()

    assert page.status == status
    assert ('href="/desk/corner"' in desk) is (status == 200)
    assert "This page is not for your role" in text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    if status == 200:
        assert '{"text": "\\u003c/script\\u003e\\u003cb\\u003e\\u0026"}' in text
