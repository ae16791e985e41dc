"""A desk over HTTP with operators who can sign in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient
from sqlalchemy.ext.asyncio import AsyncEngine

from core.auth_limits import AttemptLimit
from core.auth_operators import Operators
from core.auth_sessions import Sessions
from core.auth_signin import SignIn
from core.notify import Hub
from core.settings import Settings
from core.web.frame import Frame, Menu
from core.web.guard import Guard
from handoff.board import Board
from handoff.history import History
from handoff.list_areas import list_areas
from handoff.web.app import add_desk
from handoff.web.pages import TEMPLATES
from handoff.words import load_words
from tests.integration.handoff.handoff_world import World

PASSWORD = "a long password"

Client = TestClient[web.Request, web.Application]


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything the desk is made of, and a way to sign in."""

    app: web.Application
    hub: Hub
    operators: Operators

    @classmethod
    def on(cls, world: World, engine: AsyncEngine, *, behind_tls: bool = False, memory_s: float = 0) -> Desk:
        """The desk over one live record and one archive."""
        operators = Operators(engine, memory_s=memory_s)
        sessions = Sessions(redis=world.redis, keys=world.keys, lifetime_s=3600)
        limit = AttemptLimit(redis=world.redis, keys=world.keys, per_name=3, per_address=6, window_s=60)
        hub = Hub(world.redis, world.keys)
        sign_in = SignIn(operators=operators, sessions=sessions, limit=limit)
        menu = Menu()
        frame = Frame(sign_in=sign_in, words=load_words(), templates=TEMPLATES, menu=menu, api="/desk/api")
        app = web.Application(client_max_size=64 * 1024)
        add_desk(
            app,
            sign_in=sign_in,
            operators=operators,
            queue=world.queue,
            board=Board(scripts=world.scripts, keys=world.keys),
            history=History(engine=engine, scripts=world.scripts, keys=world.keys),
            hub=hub,
            frame=frame,
            menu=menu,
            behind_tls=behind_tls,
            areas=list_areas(
                scripts=world.scripts,
                keys=world.keys,
                engine=engine,
                frame=frame,
                guard=Guard(sign_in),
                operators=operators,
                settings=Settings(engine, memory_s=0),
            ),
        )
        return cls(app, hub, operators)

    async def add(self, name: str, *, role: str = "operator", display_name: str = "") -> str:
        """An account; its id."""
        made = await self.operators.add(
            name, password=PASSWORD, role=role, language="ru", by="test", now=datetime.now(UTC),
            display_name=display_name,
        )  # fmt: skip
        return made.id


@dataclass(slots=True)
class Hand:
    """One operator at one browser."""

    client: Client
    csrf: str = ""

    async def sign_in(self, name: str, password: str = PASSWORD) -> ClientResponse:
        """Sign in and remember the CSRF token."""
        response = await self.client.post("/desk/api/login", json={"name": name, "password": password})
        if response.status == 200:
            self.csrf = (await response.json())["csrf"]
        return response

    async def post(self, path: str, body: Any = None) -> ClientResponse:
        """Change something."""
        return await self.client.post(f"/desk/api{path}", json=body, headers={"X-CSRF-Token": self.csrf})

    async def get(self, path: str) -> Any:
        """Read something that must be there."""
        response = await self.client.get(f"/desk/api{path}")
        assert response.status == 200, await response.text()
        return await response.json()


async def refused(response: ClientResponse) -> tuple[int, str]:
    """Status and code of an error, which must have a sentence."""
    error = (await response.json())["error"]
    assert error["message"].endswith("."), error
    return response.status, error["code"]
