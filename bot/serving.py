"""The HTTP server of a process: web chat, desk, webhooks, health and metrics."""

from __future__ import annotations

import sys
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from redis.exceptions import RedisError

from bot.channels.webchat.routes import add_chat
from bot.desk_areas import DeskParts, desk_areas
from bot.desk_articles import DeskArticles
from bot.errors import SetupError
from bot.metrics import WAITING
from bot.split_report import read_split
from bot.version import VERSION
from bot.web.errors import json_errors
from bot.web.health_page import HealthPage, Split
from bot.web.openapi import add_openapi
from bot.web.page import add_page
from core.auth_limits import AttemptLimit
from core.auth_operators import Operators
from core.auth_second import SecondFactor
from core.auth_sessions import Sessions
from core.auth_signin import SignIn, ensure_administrator
from core.clock import utc_now
from core.logging import get_logger
from core.web.frame import Frame, Menu
from handoff.board import Board
from handoff.history import History
from handoff.queue import Queue
from handoff.routing.presence import Presence
from handoff.tokens.api import add_api
from handoff.tokens.guard import TokenGuard
from handoff.tokens.store import ApiTokens
from handoff.tools.closing import SettledRules
from handoff.tools.presence import Here
from handoff.web.api import TicketApi
from handoff.web.app import add_desk
from handoff.web.pages import TEMPLATES
from handoff.words import load_words
from knowledge_base.errors import StoreError
from knowledge_base.verdict_store import SqlVerdicts
from knowledge_base.web.app import add_knowledge_base

if TYPE_CHECKING:
    from bot.app import App

_log = get_logger("web")


class Serving:
    """Serves the pages and interfaces of one process."""

    def __init__(self, app: App) -> None:
        """`app` has its connections open."""
        self._app = app
        config = app.config
        self._operators = Operators(app.engine)
        self._sessions = Sessions(redis=app.redis, keys=app.keys, lifetime_s=config.web.session_hours * 3600)
        self._limit = AttemptLimit(redis=app.redis, keys=app.keys)
        self._second = SecondFactor(app.engine, app.secrets)
        self._sign_in = SignIn(
            operators=self._operators,
            sessions=self._sessions,
            limit=self._limit,
            second=self._second,
            settings=app.settings,
        )
        self._board = Board(scripts=app.scripts, keys=app.keys)

    async def open(self, stack: AsyncExitStack) -> None:
        """Listen; prints the address and, once, the first administrator's password.

        Raises:
            SetupError: the port is taken.
        """
        app, config, environment = self._app, self._app.config, self._app.environment
        runner = web.AppRunner(
            self._application(), access_log=None, shutdown_timeout=config.web.shutdown_s, handle_signals=False
        )
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, config.web.host, environment.port)
        try:
            await site.start()
        except OSError as error:
            raise SetupError(
                f"port {environment.port} of {config.web.host} cannot be used ({error.strerror}); "
                "set DUET_PORT to another"
            ) from error
        port = runner.addresses[0][1]
        host = "127.0.0.1" if config.web.host in ("0.0.0.0", "::") else config.web.host  # noqa: S104 - compared
        url = f"http://{host}:{port}"
        app.embedded.announce_web(url)
        created = await ensure_administrator(
            self._operators,
            password=environment.admin_password,
            language=config.company.default_language,
            now=utc_now(),
        )
        _say(url, created)

    def _application(self) -> web.Application:
        app, config, knowing = self._app, self._app.config, self._app.knowing
        assert knowing is not None  # noqa: S101 - set before for this role
        application = web.Application(client_max_size=config.web.max_body_bytes, middlewares=[json_errors])
        application.add_routes([web.get("/healthz", self._healthz), web.get("/metrics", self._metrics)])
        page = HealthPage(
            texts=app.texts, timezone=config.company.timezone, parts=app.health.parts, split=self._split
        )
        application.router.add_get("/health", page.show)
        if app.telegram.webhook_path:
            application.router.add_post(app.telegram.webhook_path, app.telegram.webhook_handler(app.ingest))
        chat = config.webchat
        add_chat(
            application,
            account=chat.account,
            scripts=app.scripts,
            inbox=app.inbox,
            hub=app.hub,
            stop=app.background.stopping,
            session_days=chat.session_days,
            max_text_chars=chat.max_text_chars,
            max_wait_s=chat.max_wait_s,
            messages_per_min=chat.messages_per_min,
            say=app.texts.say,
            behind_proxy=config.web.behind_tls,
        )
        add_openapi(application, version=VERSION)
        add_page(
            application,
            texts=app.texts,
            company={str(language): name for language, name in config.company.name.items()},
            max_text_chars=chat.max_text_chars,
            max_wait_s=chat.max_wait_s,
        )
        menu = Menu()
        frame = Frame(
            sign_in=self._sign_in, words=load_words(), templates=TEMPLATES, menu=menu, api="/desk/api"
        )
        parts = DeskParts(
            frame=frame,
            sign_in=self._sign_in,
            operators=self._operators,
            sessions=self._sessions,
            limit=self._limit,
            second=self._second,
            settings=app.settings,
            menu=menu,
            behind_tls=config.web.behind_tls,
        )
        queue = Queue(
            scripts=app.scripts,
            keys=app.keys,
            say=app.texts.say,
            expected_wait_s=config.handoff.expected_wait_s,
        )
        history = History(engine=app.engine, scripts=app.scripts, keys=app.keys)
        articles = DeskArticles(knowing.base, clock=utc_now)
        programs = TokenGuard(
            tokens=ApiTokens(app.engine), operators=self._operators, redis=app.redis, keys=app.keys
        )
        add_api(
            application,
            tickets=TicketApi(
                guard=programs,
                queue=queue,
                board=self._board,
                history=history,
                operators=self._operators,
            ),
        )
        add_desk(
            application,
            sign_in=self._sign_in,
            operators=self._operators,
            queue=queue,
            board=self._board,
            history=history,
            hub=app.hub,
            frame=frame,
            menu=menu,
            articles=articles,
            behind_tls=config.web.behind_tls,
            rules=SettledRules(app.settings),
            here=Here(scripts=app.scripts, keys=app.keys, operators=self._operators),
            presence=Presence(scripts=app.scripts, keys=app.keys),
            areas=desk_areas(app, parts, articles),
        )
        add_knowledge_base(
            application,
            sign_in=self._sign_in,
            base=knowing.base,
            phrases=knowing.phrases,
            publishing=knowing.publishing(),
            clock=utc_now,
            menu=menu,
        )
        return application

    async def _healthz(self, _: web.Request) -> web.Response:
        body, takes = await self._app.health.report()
        return web.json_response(body, status=200 if takes else 503)

    async def _split(self) -> Split | None:
        app = self._app
        try:
            report = await read_split(
                app.redis, app.keys, target=app.config.split.target, tolerance=app.config.split.tolerance
            )
        except (RedisError, OSError):
            return None
        try:
            return Split(report, await SqlVerdicts(app.engine).customers())
        except StoreError:
            return Split(report, None)

    async def _metrics(self, _: web.Request) -> web.Response:
        counts = await self._board.counts("")
        WAITING.set(counts["waiting"])
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _say(url: str, created: tuple[str, str] | None) -> None:
    """What the person at the terminal needs; the password is shown this once and stored nowhere."""
    lines = [f"Web chat: {url}/", f"Desk:     {url}/desk"]
    if created is not None:
        name, password = created
        lines.append(
            f"Sign in:  {name} / {password}   (shown once; change it: python -m handoff operators password)"
        )
    print("\n".join(lines), file=sys.stderr if not sys.stdout else sys.stdout, flush=True)
