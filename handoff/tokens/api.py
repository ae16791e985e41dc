"""`/api/v1`: the desk's tickets for other programs."""

from __future__ import annotations

from aiohttp import web

from core.web.pages import protect
from core.web.problems import problems
from handoff.web.api import TicketApi

_ID = "{id:[0-9A-Za-z_-]{1,40}}"


def add_api(app: web.Application, *, tickets: TicketApi) -> None:
    """Serve it; `tickets` asks a `TokenGuard`."""
    api = web.Application(middlewares=[problems])
    api.on_response_prepare.append(protect)
    api.add_routes(
        [
            web.get("/tickets", tickets.index),
            web.get(f"/tickets/{_ID}", tickets.show),
            web.post(f"/tickets/{_ID}/take", tickets.take),
            web.post(f"/tickets/{_ID}/return", tickets.return_to_bot),
            web.post(f"/tickets/{_ID}/close", tickets.close),
            web.post(f"/tickets/{_ID}/reply", tickets.reply),
        ]
    )
    app.add_subapp("/api/v1", api)
