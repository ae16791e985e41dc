"""The HTTP server of a process: web chat, desk, webhooks, health and metrics."""

from __future__ import annotations

import sys
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.channels.webchat.routes import add_chat
from bot.desk_areas import desk_areas
from bot.errors import SetupError
from bot.metrics import WAITING
from bot.version import VERSION
from bot.web.errors import json_errors
from bot.web.openapi import add_openapi
from bot.web.page import add_page
from core.auth_limits import AttemptLimit
from core.auth_operators import Operators
from core.auth_sessions import Sessions
from core.auth_signin import SignIn, ensure_administrator
from core.clock import utc_now
from core.logging import get_logger
from core.web.frame import Frame, Menu
from core.web.guard import Guard
from handoff.board import Board
from handoff.history import History
from handoff.queue import Queue
from handoff.routing.presence import Presence
from handoff.web.app import add_desk
from handoff.web.pages import TEMPLATES
from handoff.words import load_words

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
        self._sign_in = SignIn(
            operators=self._operators,
            sessions=Sessions(redis=app.redis, keys=app.keys, lifetime_s=config.web.session_hours * 3600),
            limit=AttemptLimit(redis=app.redis, keys=app.keys),
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
        app, config = self._app, self._app.config
        application = web.Application(client_max_size=config.web.max_body_bytes, middlewares=[json_errors])
        application.add_routes([web.get("/healthz", self._healthz), web.get("/metrics", self._metrics)])
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
        add_desk(
            application,
            sign_in=self._sign_in,
            operators=self._operators,
            queue=Queue(
                scripts=app.scripts,
                keys=app.keys,
                say=app.texts.say,
                expected_wait_s=config.handoff.expected_wait_s,
            ),
            board=self._board,
            history=History(engine=app.engine, scripts=app.scripts, keys=app.keys),
            hub=app.hub,
            frame=frame,
            menu=menu,
            behind_tls=config.web.behind_tls,
            areas=desk_areas(app, frame=frame, guard=Guard(self._sign_in), settings=app.settings),
            presence=Presence(scripts=app.scripts, keys=app.keys),
        )
        return application

    async def _healthz(self, _: web.Request) -> web.Response:
        body, takes = await self._app.health.report()
        return web.json_response(body, status=200 if takes else 503)

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
