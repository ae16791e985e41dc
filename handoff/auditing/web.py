"""`/desk/audit`: who changed what, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from aiohttp import web

from core.web.area import ADMINISTRATORS, NavEntry
from core.web.frame import Frame
from core.web.guard import Guard
from core.web.problems import Problem
from handoff.auditing.reading import PAGE, Audit, Line, Wanted

ACTIONS = ("settings", "operator", "kb", "verdict", "customer", "token", "webhook")
"""What lines can be asked for by; each is the first part of the actions' names."""


class AuditArea:
    """The page and its API; only administrators get in."""

    nav = (NavEntry("/desk/audit", "nav.audit", ADMINISTRATORS, hint="hints.audit"),)

    def __init__(self, *, frame: Frame, guard: Guard, audit: Audit) -> None:
        """`guard` lets administrators in and nobody else."""
        self._frame = frame
        self._guard = guard
        self._audit = audit

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The page and what its script asks."""
        return [web.get("/audit", self.page), web.get("/api/audit", self.index)]

    async def page(self, request: web.Request) -> web.Response:
        """The latest changes."""
        return await self._frame.page(
            request, "audit.html", roles=ADMINISTRATORS, data={"actions": list(ACTIONS)}
        )

    async def index(self, request: web.Request) -> web.Response:
        """A page of lines, and who wrote any."""
        await self._guard.reader(request)
        lines = await self._audit.lines(_wanted(request))
        more = lines[-1].id if len(lines) == PAGE else None
        return web.json_response(
            {"lines": [_data(each) for each in lines], "before": more, "who": await self._audit.authors()}
        )


def _wanted(request: web.Request) -> Wanted:
    query = request.query
    before = query.get("before", "0")
    if not before.isdecimal():
        raise Problem(422, "bad_filter", "before is the id of a line.", field="before")
    return Wanted(
        who=query.get("who", ""),
        action=query.get("action", ""),
        since=_time(query.get("since", ""), "since"),
        until=_time(query.get("until", ""), "until"),
        before=int(before),
    )


def _time(text: str, field: str) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Problem(
            422, "bad_filter", f"{field} is a time such as 2026-03-01T09:00Z.", field=field
        ) from None
    if at.tzinfo is None:
        raise Problem(422, "bad_filter", f"{field} needs a time zone, such as Z.", field=field)
    return at


def _data(line: Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "at": line.at.isoformat(),
        "who": line.who,
        "action": line.action,
        "detail": line.detail,
    }
