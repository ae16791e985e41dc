"""Who may use which route: every route of the desk stands in one table, and each role is tried on each."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from aiohttp import CookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from core.auth import ROLES
from tests.integration.handoff.handoff_desk import Desk, Hand

NOBODY = "nobody"
ANYBODY: set[str] = {NOBODY, *ROLES}
SIGNED_IN: set[str] = set(ROLES)
DESK = {"operator", "lead", "administrator"}
LEAD = {"lead", "administrator"}
ADMIN = {"administrator"}

ALLOWED: dict[str, set[str]] = {
    "GET /desk": DESK,  # editors are sent to their own pages
    "GET /desk/": ANYBODY,
    "GET /desk/login": ANYBODY,
    "POST /desk/api/login": ANYBODY,
    "POST /desk/api/logout": SIGNED_IN,
    "GET /desk/api/me": SIGNED_IN,
    "* /desk/api/tickets": DESK,
    "* /desk/api/conversations": DESK,
    "GET /desk/api/pulse": DESK,
    "* /desk/api/articles": DESK,
    "GET /desk/api/live": DESK,
    "* /desk/tasks": DESK,
    "* /desk/api/tasks": DESK,
    "* /desk/my": DESK,
    "* /desk/api/my": DESK,
    "* /desk/requests": DESK,
    "* /desk/api/requests": DESK,
    "* /desk/api/promises": LEAD,
    "* /desk/api/colleagues": DESK,
    "* /desk/api/mentions": DESK,
    "* /desk/api/closing": DESK,
    "* /desk/api/coach": DESK,
    "GET /desk/api/coach/counts": LEAD,
    "* /desk/settings/replies": DESK,
    "* /desk/api/settings/replies": DESK,
    "POST /desk/api/settings/replies/shared": LEAD,
    "* /desk/settings/tools": LEAD,
    "* /desk/api/settings/tools": LEAD,
    "* /desk/api/list": DESK,
    "* /desk/api/facets": DESK,
    "* /desk/api/views": DESK,
    "* /desk/api/search": DESK,
    "* /desk/api/past": DESK,
    "* /desk/api/customer": DESK,
    "* /desk/settings/labels": LEAD,
    "* /desk/api/settings/labels": LEAD,
    "* /desk/account": SIGNED_IN,
    "* /desk/api/account": SIGNED_IN,
    "* /desk/people": ADMIN,
    "* /desk/api/people": ADMIN,
    "GET /desk/settings": DESK,
    "* /desk/settings/sign-in": ADMIN,
    "* /desk/api/settings/sign-in": ADMIN,
    "* /desk/settings/ratings": LEAD,
    "* /desk/api/settings/ratings": LEAD,
    "* /desk/reviews": LEAD,
    "* /desk/api/reviews": LEAD,
    "* /desk/settings/reviews": LEAD,
    "* /desk/api/settings/reviews": LEAD,
    "* /desk/settings/channels": ADMIN,
    "* /desk/api/channels": ADMIN,
    "* /desk/settings/webhooks": ADMIN,
    "* /desk/api/webhooks": ADMIN,
    "GET /desk/sw.js": ANYBODY,  # browsers fetch it by themselves; it holds words alone
    "* /desk/api/push": DESK,
    "* /desk/settings/tokens": ADMIN,
    "* /desk/api/tokens": ADMIN,
    "GET /desk/reports": LEAD,
    "GET /desk/api/reports": LEAD,
    "GET /desk/results": DESK,
    "GET /desk/api/results": DESK,
    "* /desk/settings/reports": LEAD,
    "* /desk/api/settings/reports": LEAD,
    "* /desk/audit": ADMIN,
    "* /desk/api/audit": ADMIN,
    "* /api/v1": set(),  # sessions open nothing here; tokens are tried elsewhere
}
"""Method (`*`: every one) and beginning of the path → who gets in. The longest beginning counts."""


def routes(app: web.Application) -> Iterator[tuple[str, str]]:
    """Method and path of every route but files; parts of the path that vary are filled in."""
    for route in app.router.routes():
        path = route.resource.canonical if route.resource else ""
        if "/static" in path or path.startswith("/shared") or route.method == "HEAD":
            continue
        yield route.method, path


def expected(method: str, path: str) -> set[str]:
    """Who gets in, by the longest line of the table that fits."""
    fitting = [
        line
        for line in ALLOWED
        if line.split()[0] in ("*", method)
        and (path == line.split()[1] or path.startswith(line.split()[1].rstrip("/") + "/"))
    ]
    assert fitting, f"{method} {path} stands in no line of the table"
    exact = [line for line in fitting if line.split()[1] == path]
    return ALLOWED[max(exact or fitting, key=lambda line: len(line.split()[1]))]


@pytest.mark.parametrize("role", [NOBODY, *ROLES])
async def test_each_role_gets_in_where_the_table_says_and_nowhere_else(desk: Desk, role: str) -> None:
    server = TestServer(desk.app)
    await server.start_server()
    client = TestClient(server, cookie_jar=CookieJar(unsafe=True))
    hand = Hand(client)
    wrong = []
    tried = 0
    try:
        for method, path in sorted(routes(desk.app)):
            if role != NOBODY and (await client.get("/desk/api/me")).status != 200:
                if not [each for each in await desk.operators.all() if each.name == role]:
                    await desk.add(role, role=role)
                await hand.sign_in(role)
            filled = re.sub(r"{[^}]*}", "0" * 16, path)
            response = await client.request(
                method, filled, headers={"X-CSRF-Token": hand.csrf}, allow_redirects=False
            )
            to_sign_in = response.headers.get("Location", "").startswith("/desk/login")
            elsewhere = role == "editor" and response.headers.get("Location", "").startswith("/kb")
            refused = response.status == 403 or (response.status == 401 and "login" not in path)
            got_in = not (refused or to_sign_in or elsewhere) or path in ("/desk/", "/desk/login")
            if got_in is not (role in expected(method, path)):
                wrong.append((role, method, path, response.status))
            tried += 1
    finally:
        await client.close()
        await server.close()
    assert tried > 40
    assert wrong == []


async def test_every_line_of_the_table_is_of_a_route(desk: Desk) -> None:
    served = [(method, path) for method, path in routes(desk.app)]
    idle = [
        line
        for line in ALLOWED
        if not any(
            line.split()[0] in ("*", method) and path.startswith(line.split()[1]) for method, path in served
        )
    ]
    assert idle == []


async def test_every_change_wants_the_csrf_token(desk: Desk) -> None:
    await desk.add("root", role="administrator")
    server = TestServer(desk.app)
    await server.start_server()
    client = TestClient(server, cookie_jar=CookieJar(unsafe=True))
    try:
        await Hand(client).sign_in("root")
        for method, path in sorted(routes(desk.app)):
            if method == "GET" or path.endswith("/login") or path.startswith("/api/v1"):
                continue
            response = await client.request(method, re.sub(r"{[^}]*}", "0" * 16, path))
            body = await response.json()
            assert (response.status, body["error"]["code"]) == (403, "csrf"), path
    finally:
        await client.close()
        await server.close()
