"""A desk over HTTP with operators who can sign in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.desk_areas import (
    DeskParts,
    after_areas,
    channels_area,
    people_areas,
    reports_area,
    tokens_area,
    webhooks_area,
)
from bot.desk_channels import DeskChannels
from core.auth_accounts import Accounts, Change
from core.auth_limits import AttemptLimit
from core.auth_operators import Operators
from core.auth_second import SecondFactor
from core.auth_sessions import Sessions
from core.auth_signin import SignIn
from core.notify import Hub
from core.secret_box import SecretBox, new_key
from core.settings import Settings
from core.web.area import Area
from core.web.frame import Frame, Menu
from core.web.guard import Guard
from handoff.board import Board
from handoff.channels.ports import Channels
from handoff.history import History
from handoff.list_areas import list_areas
from handoff.ports import Articles, ArticleText, FoundArticle
from handoff.push.keys import PushKeys
from handoff.push.store import Subscriptions
from handoff.push.web import PushArea
from handoff.routing.presence import Presence
from handoff.tokens.api import add_api
from handoff.tokens.guard import TokenGuard
from handoff.tokens.store import ApiTokens
from handoff.tools.announce import Announcer
from handoff.tools.area import ToolsArea
from handoff.tools.closing import SettledRules
from handoff.tools.mentions import Mentions
from handoff.tools.presence import Here
from handoff.web.api import TicketApi
from handoff.web.app import add_desk
from handoff.web.pages import TEMPLATES
from handoff.webhooks.store import Webhooks
from handoff.words import load_words
from knowledge_base.lemmas import content, lemma, lemmas
from tests.integration.handoff.handoff_world import World, say
from tests.stubs.telegram_api import TelegramApi
from tests.stubs.telegram_parts import make_channel

PASSWORD = "a long password"

AreasOf = Callable[[Frame, Guard, Operators], Sequence[Area]]

Client = TestClient[web.Request, web.Application]


SHELF = (
    ArticleText(
        "damaged-lost-parcel", "ru", "Заказ потерян", "r1",
        "Нам жаль, что так вышло.\n\n- Напишите номер заказа\n- Мы **вернём деньги** за день",
    ),
    ArticleText("delivery-times", "ru", "Сроки доставки", "r2", "Доставим за 2 дня."),
    ArticleText(
        "internal-compensation-limit", "ru", "Сколько обещать самому", "r3", "До 500 рублей.", internal=True
    ),
)  # fmt: skip


class Shelf:
    """Three articles; a search finds those that share a word with the phrase, by its first letters."""

    async def search(self, text: str, language: str) -> list[FoundArticle]:
        stems = {word[:4].lower() for word in text.split() if len(word) > 2}
        found = [each for each in SHELF if any(stem in f"{each.title} {each.text}".lower() for stem in stems)]
        return [
            FoundArticle(each.article, each.language, each.title, each.text, 0.9 - n / 4, each.internal)
            for n, each in enumerate(found)
        ]

    def answer(self, article: str, language: str) -> ArticleText | None:
        return next((each for each in SHELF if each.article == article), None)

    def phrases(self, article: str) -> list[str]:
        return ["Посылка потерялась"] if article == "damaged-lost-parcel" else []


def no_channels() -> DeskChannels:
    """A deployment without a token, whose web pages nobody serves."""
    return DeskChannels(telegram=make_channel(TelegramApi(), token=""), receives=True, web_url=lambda: "")


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything the desk is made of, and a way to sign in."""

    app: web.Application
    hub: Hub
    operators: Operators
    accounts: Accounts
    webhooks: Webhooks
    settings: Settings
    tools: ToolsArea

    @classmethod
    def on(
        cls,
        world: World,
        engine: AsyncEngine,
        *,
        behind_tls: bool = False,
        memory_s: float = 0,
        articles: Articles | None = None,
        more_areas: AreasOf | None = None,
        presence: Presence | None = None,
        channels: Channels | None = None,
    ) -> Desk:
        """The desk over one live record and one archive; `more_areas` makes further pages."""
        operators = Operators(engine, memory_s=memory_s)
        sessions = Sessions(redis=world.redis, keys=world.keys, lifetime_s=3600)
        limit = AttemptLimit(redis=world.redis, keys=world.keys, per_name=3, per_address=6, window_s=60)
        hub = Hub(world.redis, world.keys)
        box = SecretBox(new_key())
        second, settings = SecondFactor(engine, box), Settings(engine, memory_s=0)
        hooks = Webhooks(engine, box, allow_private=True)
        sign_in = SignIn(
            operators=operators, sessions=sessions, limit=limit, second=second, settings=settings
        )
        menu = Menu()
        frame = Frame(sign_in=sign_in, words=load_words(), templates=TEMPLATES, menu=menu, api="/desk/api")
        parts = DeskParts(
            frame=frame, sign_in=sign_in, operators=operators, sessions=sessions, limit=limit, second=second,
            settings=settings, menu=menu, behind_tls=behind_tls,
        )  # fmt: skip
        app = web.Application(client_max_size=64 * 1024)
        area = ToolsArea(
            guard=parts.guard(),
            frame=frame,
            engine=engine,
            scripts=world.scripts,
            keys=world.keys,
            operators=operators,
            settings=settings,
            say=say,
            lemma=lemma,
            lemmas=lambda text: content(lemmas(text)),
            company={"ru": "Лавка", "en": "Lavka"},
            zone=ZoneInfo("Europe/Moscow"),
            articles=articles or Shelf(),
        )
        board = Board(scripts=world.scripts, keys=world.keys)
        history = History(engine=engine, scripts=world.scripts, keys=world.keys)
        tokens = ApiTokens(engine)
        programs = TokenGuard(
            tokens=tokens, operators=operators, redis=world.redis, keys=world.keys, per_min=20
        )
        add_api(
            app,
            tickets=TicketApi(
                guard=programs, queue=world.queue, board=board, history=history, operators=operators
            ),
        )
        add_desk(
            app,
            sign_in=sign_in,
            operators=operators,
            queue=world.queue,
            board=board,
            history=history,
            hub=hub,
            frame=frame,
            menu=menu,
            areas=[
                *list_areas(
                    scripts=world.scripts,
                    keys=world.keys,
                    engine=engine,
                    frame=frame,
                    guard=parts.guard(),
                    operators=operators,
                    settings=settings,
                    mentions=Mentions(engine, announce=Announcer(scripts=world.scripts, keys=world.keys)),
                ),
                *after_areas(engine, parts, history=history, tells=world.queue),
                area,
                reports_area(
                    engine, parts, ZoneInfo("Europe/Moscow"), target=0.2, articles=articles or Shelf()
                ),
                *people_areas(engine, parts),
                channels_area(parts, channels or no_channels()),
                webhooks_area(parts, hooks),
                PushArea(
                    guard=parts.guard(),
                    subscriptions=Subscriptions(engine, allow_private=False),
                    keys=PushKeys(engine, box, contact="mailto:desk@lavka.example"),
                    words=load_words(),
                ),
                tokens_area(parts, tokens),
                *(more_areas(frame, parts.guard(), operators) if more_areas else ()),
            ],
            articles=articles or Shelf(),
            behind_tls=behind_tls,
            rules=SettledRules(settings),
            here=Here(scripts=world.scripts, keys=world.keys, operators=operators),
            presence=presence,
        )
        return cls(app, hub, operators, Accounts(engine, operators), hooks, settings, area)

    async def add(self, name: str, *, role: str = "operator", display_name: str = "") -> str:
        """An account; its id."""
        made = await self.operators.add(
            name, password=PASSWORD, role=role, language="ru", by="test", now=datetime.now(UTC),
            display_name=display_name,
        )  # fmt: skip
        return made.id

    async def promote(self, operator_id: str, role: str) -> None:
        """Give somebody another role."""
        change = Change(role=role)
        await self.accounts.change(operator_id, change, by="test", now=datetime.now(UTC))


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
