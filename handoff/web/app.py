"""The desk as a part of a web application."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from core.auth_operators import Operators
from core.auth_signin import SignIn
from core.notify import Hub
from core.web.area import Area
from core.web.frame import Frame, Menu
from core.web.guard import Guard
from core.web.pages import add_shared, protect
from core.web.problems import problems
from handoff.board import Board
from handoff.history import History
from handoff.ports import Articles
from handoff.queue import Queue
from handoff.routing.presence import Presence
from handoff.tools.closing import CloseRules
from handoff.tools.presence import Here
from handoff.web.api import TicketApi
from handoff.web.live import LiveApi
from handoff.web.pages import STATIC, Pages
from handoff.web.signin import SignInApi
from handoff.web.talks import TalkApi
from handoff.web.teach import TeachApi

_ID = "{id:[0-9A-Za-z_-]{1,40}}"
_ARTICLE = "{article:[0-9a-z_-]{1,120}}"


def add_desk(
    app: web.Application,
    *,
    sign_in: SignIn,
    operators: Operators,
    queue: Queue,
    board: Board,
    history: History,
    hub: Hub,
    frame: Frame,
    menu: Menu,
    articles: Articles,
    behind_tls: bool,
    areas: Sequence[Area] = (),
    rules: CloseRules | None = None,
    here: Here | None = None,
    presence: Presence | None = None,
) -> None:
    """Serve the desk under `/desk`; its errors are JSON, its pages load nothing from elsewhere.

    Args:
        app: The application; its limit of the body's size holds here too.
        sign_in: Passwords and sessions.
        operators: Accounts, for names.
        queue: Changes of tickets.
        board: Lists.
        history: Turns.
        hub: Live changes; it must run in this process.
        frame: Renders the pages.
        menu: Gets the lines of the areas.
        articles: The knowledge base for operators.
        behind_tls: A TLS proxy stands before us.
        rules: What closing a conversation asks; nothing by default.
        here: Who looks at which conversation; nobody is told by default.
        areas: Further pages; made with the same `sign_in`, they check who asks by themselves.
        presence: Learns whose desk is open.
    """
    guard = Guard(sign_in)
    pages = Pages(frame=frame)
    entry = SignInApi(sign_in=sign_in, guard=guard, behind_tls=behind_tls)
    teach = TeachApi(guard=guard, queue=queue, board=board, history=history, articles=articles)
    tickets = TicketApi(
        guard=guard,
        queue=queue,
        board=board,
        history=history,
        operators=operators,
        lessons=teach,
        rules=rules,
    )
    talks = TalkApi(guard=guard, queue=queue, board=board, history=history, operators=operators)
    live = LiveApi(guard=guard, board=board, hub=hub, here=here, online=presence)

    desk = web.Application(middlewares=[problems])
    desk.on_response_prepare.append(protect)
    desk.on_shutdown.append(live.shut_down)
    desk.add_routes(
        [
            web.get("", pages.desk),
            web.get("/", pages.to_desk),
            web.get("/login", pages.login),
            web.post("/api/login", entry.login),
            web.post("/api/logout", entry.logout),
            web.get("/api/me", entry.me),
            web.get("/api/tickets", tickets.index),
            web.get("/api/pulse", tickets.pulse),
            web.get(f"/api/tickets/{_ID}", tickets.show),
            web.post(f"/api/tickets/{_ID}/take", tickets.take),
            web.post(f"/api/tickets/{_ID}/return", tickets.return_to_bot),
            web.post(f"/api/tickets/{_ID}/close", tickets.close),
            web.post(f"/api/tickets/{_ID}/reply", tickets.reply),
            web.post(f"/api/tickets/{_ID}/resend", tickets.resend),
            web.post(f"/api/tickets/{_ID}/read", tickets.read),
            web.post(f"/api/tickets/{_ID}/verdict", teach.of_ticket),
            web.get("/api/articles", teach.search),
            web.get(f"/api/articles/{_ARTICLE}", teach.article),
            web.get("/api/conversations", talks.index),
            web.get(f"/api/conversations/{_ID}", talks.show),
            web.post(f"/api/conversations/{_ID}/take", talks.take),
            web.post(f"/api/conversations/{_ID}/verdict", teach.of_conversation),
            web.get("/api/live", live.listen),
            web.static("/static", STATIC),
        ]
    )
    for area in areas:
        desk.add_routes(area.routes())
        menu.add(area.nav)
    add_shared(app)
    app.add_subapp("/desk", desk)
