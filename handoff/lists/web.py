"""The list over HTTP: views, saved views, snoozing, labels."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NoReturn

from aiohttp import web

from core.auth import Operator
from core.auth_operators import Operators
from core.records import dump
from core.settings import Settings
from core.web.area import LEADS, NavEntry
from core.web.bodies import read_body
from core.web.guard import Guard
from core.web.problems import Problem
from handoff.lists.bodies import LabelBody, SaveView, SnoozeBody
from handoff.lists.ended import Ended
from handoff.lists.filters import NAMES, View, filter_of, read_filter, view_of
from handoff.lists.labels import LABELS, clean_tag
from handoff.lists.lister import PAGE, Lister, Page
from handoff.lists.marking import LONGEST_DAYS, Full, Labelled, Marking, Past, Snoozed, Woken
from handoff.lists.saved import SavedView, SavedViews, TooMany
from handoff.outcomes import Busy, Over, Refused
from handoff.routing.groups import GROUPS
from handoff.tools.closing import CLOSING
from handoff.types import Ticket
from handoff.web.api import ticket_over, unknown_ticket
from handoff.web.shapes import People, colleague_data, ticket_data

_ID = "{id:[0-9A-Za-z_-]{1,40}}"
_LANGUAGES = ("ru", "en")

Time = Callable[[], Awaitable[datetime]]
"""The present by the store's clock."""


class ListsArea:
    """`/desk/api/list`, `/desk/api/views`, and what an operator does to a line of the list."""

    nav: Sequence[NavEntry] = ()

    def __init__(
        self,
        *,
        guard: Guard,
        lister: Lister,
        ended: Ended,
        saved: SavedViews,
        marking: Marking,
        operators: Operators,
        settings: Settings,
        time: Time,
        names: Sequence[str],
    ) -> None:
        """`names` are the keys of the desk's words: what has a word can be filtered by."""
        self._guard = guard
        self._lister = lister
        self._ended = ended
        self._saved = saved
        self._marking = marking
        self._operators = operators
        self._settings = settings
        self._time = time
        self._reasons = _ends(names, "reason.")
        self._channels = _ends(names, "channel.")
        self._last: dict[View, tuple[Page, str]] = {}

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Everybody who works with customers may call these."""
        return (
            web.get("/api/list", self.index),
            web.get("/api/facets", self.facets),
            web.get("/api/views", self.views),
            web.post("/api/views", self.save),
            web.post(f"/api/views/{_ID}/delete", self.drop),
            web.post(f"/api/tickets/{_ID}/snooze", self.snooze),
            web.post(f"/api/tickets/{_ID}/wake", self.wake),
            web.post(f"/api/tickets/{_ID}/labels", self.label),
        )

    async def index(self, request: web.Request) -> web.Response:
        """Lines of a view, and how many each view holds."""
        operator = await self._guard.reader(request)
        view = view_of(request.query.get("view", "waiting"))
        if view is None:
            raise Problem(422, "unknown_view", "There is no such view; see the API's description.")
        wanted = read_filter({name: request.query.getall(name, []) for name in NAMES})
        now, people, everyone = await self._time(), await self._people(), operator.role in LEADS
        counts = await self._lister.counts(operator.id, now=now, everyone=everyone)
        body: dict[str, Any] = {"after": "", "total": None, "counts": counts, "now": now.isoformat()}
        if view == "closed":
            page = await self._ended.page(wanted=wanted, after=request.query.get("after", ""))
            lines, body["after"] = dump(_lines(page.tickets, people, now)), page.after
        else:
            found = await self._lister.page(
                view, operator.id, wanted=wanted, now=now, most=_most(request), everyone=everyone
            )
            lines, body["total"] = self._dumped(view, found, people, now), found.total
        return web.json_response(text=f'{{"tickets":{lines},{dump(body)[1:]}')

    def _dumped(self, view: View, page: Page, people: People, now: datetime) -> str:
        """The lines as JSON. Pages that share a read share its text: making it costs more than the read."""
        last, text = self._last.get(view, (None, ""))
        if last is not page:
            text = dump(_lines(page.tickets, people, now))
            self._last[view] = (page, text)
        return text

    async def facets(self, request: web.Request) -> web.Response:
        """What can be chosen in a filter and as a label."""
        await self._guard.reader(request)
        labels, closing = await self._settings.get(LABELS), await self._settings.get(CLOSING)
        everyone = await self._operators.all()
        names = [{"id": each.id, "name": each.display_name} for each in everyone if each.active]
        groups = (await self._settings.get(GROUPS)).groups
        tags = {tag for each in await self._lister.open_tickets() for tag in each.tags}
        body = {
            "channel": self._channels,
            "group": [{"id": each.id, **each.name.model_dump()} for each in groups],
            "language": _LANGUAGES,
            "reason": self._reasons,
            "operator": sorted(names, key=lambda each: each["name"].casefold()),
            "tag": [*labels.tags, *sorted(tags - set(labels.tags))],
            "topic": [topic.model_dump() for topic in closing.topics],
        }
        return web.json_response(body)

    async def views(self, request: web.Request) -> web.Response:
        """One's own saved views and the shared ones."""
        operator = await self._guard.reader(request)
        found = await self._saved.of(operator.id)
        return web.json_response({"views": [_view_data(each, operator) for each in found]})

    async def save(self, request: web.Request) -> web.Response:
        """Keep a view under a name."""
        operator = await self._guard.worker(request)
        body = await read_body(request, SaveView)
        name = body.name.strip()
        if view_of(body.base) is None or not name:
            raise Problem(422, "invalid_body", "Give the view a name and one of the known bases.")
        if body.shared and operator.role not in LEADS:
            raise Problem(403, "share_leads", "Only leads share views with everybody; save it for yourself.")
        made = await self._saved.save(
            operator.id, name=name, base=body.base, wanted=filter_of(body.filter), shared=body.shared,
            now=await self._time(),
        )  # fmt: skip
        if isinstance(made, TooMany):
            raise Problem(409, "too_many_views", f"You have {made.most} views; delete one.", limit=made.most)
        return web.json_response({"view": _view_data(made, operator)})

    async def drop(self, request: web.Request) -> web.Response:
        """Delete a saved view."""
        operator = await self._guard.worker(request)
        dropped = await self._saved.drop(
            request.match_info["id"], operator=operator.id, any_shared=operator.role in LEADS,
            now=await self._time(),
        )  # fmt: skip
        if not dropped:
            raise Problem(404, "unknown_view_id", "You have no such view; reload the list.")
        return web.json_response({})

    async def snooze(self, request: web.Request) -> web.Response:
        """Put one's own ticket aside."""
        operator = await self._guard.worker(request)
        until = (await read_body(request, SnoozeBody)).until
        if until > await self._time() + timedelta(days=LONGEST_DAYS):
            raise Problem(422, "snooze_far", f"Choose a time within {LONGEST_DAYS} days.", limit=LONGEST_DAYS)
        outcome = await self._marking.snooze(request.match_info["id"], operator=operator.id, until=until)
        if isinstance(outcome, Past):
            raise Problem(422, "snooze_past", "That time has passed; choose a later one.")
        if not isinstance(outcome, Snoozed):
            await self._refuse(outcome)
        return web.json_response({"until": until.isoformat()})

    async def wake(self, request: web.Request) -> web.Response:
        """Take one's own ticket back."""
        operator = await self._guard.worker(request)
        outcome = await self._marking.wake(request.match_info["id"], operator=operator.id)
        if not isinstance(outcome, Woken):
            await self._refuse(outcome)
        return web.json_response({})

    async def label(self, request: web.Request) -> web.Response:
        """Change tags and topic; what they are now."""
        operator = await self._guard.worker(request)
        body = await read_body(request, LabelBody)
        topics = (await self._settings.get(CLOSING)).topics
        if body.topic and body.topic not in {each.id for each in topics}:
            raise Problem(422, "unknown_topic", "There is no such topic; reload the page.")
        outcome = await self._marking.label(
            request.match_info["id"], operator=operator.id, add=_tags(body.add), remove=_tags(body.remove),
            topic=body.topic,
        )  # fmt: skip
        if isinstance(outcome, Full):
            raise Problem(
                409, "too_many_tags", f"It has {outcome.most} tags; take one off.", limit=outcome.most
            )
        if not isinstance(outcome, Labelled):
            raise Problem(409, "too_old", "It ended more than a day ago; its labels stay as they are.")
        return web.json_response({"tags": outcome.tags, "topic": outcome.topic})

    async def _refuse(self, outcome: Refused) -> NoReturn:
        match outcome:
            case Busy(operator):
                who = colleague_data(operator, await self._people())
                name = who["display_name"] if who else operator
                raise Problem(
                    403, "not_yours", f"{name} has this ticket; only they can do this.", operator=who
                )
            case Over("waiting"):
                raise Problem(
                    409, "not_taken", "Nobody has this ticket yet; take it first.", status="waiting"
                )
            case Over(status):
                raise ticket_over(status)
            case _:
                raise unknown_ticket()

    async def _people(self) -> People:
        return {operator.id: operator for operator in await self._operators.all()}


def _lines(tickets: Iterable[Ticket], people: People, now: datetime) -> list[dict[str, Any]]:
    return [ticket_data(ticket, people=people, now=now) for ticket in tickets]


def _view_data(view: SavedView, operator: Operator) -> dict[str, Any]:
    mine = view.owner == operator.id
    return {
        "id": view.id, "name": view.name, "base": view.base, "filter": view.filter.data(),
        "shared": view.shared, "deletable": mine or (view.shared and operator.role in LEADS),
    }  # fmt: skip


def _most(request: web.Request) -> int:
    asked = request.query.get("limit", "")
    return max(1, int(asked)) if asked.isdecimal() and len(asked) < 6 else PAGE


def _tags(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(tag for text in texts if (tag := clean_tag(text)))


def _ends(names: Iterable[str], prefix: str) -> list[str]:
    return [name.removeprefix(prefix) for name in names if name.startswith(prefix)]
