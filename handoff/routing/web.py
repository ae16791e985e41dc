"""Pages and API of distribution: settings for leads, the team, and each operator's own state and offers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from core.auth_operators import Operators
from core.clock import utc_now
from core.settings import Section, Settings
from core.web.area import LEADS, NavEntry
from core.web.bodies import Body, read_body
from core.web.frame import Frame
from core.web.guard import DESK_ROLES, Guard
from core.web.problems import Problem
from handoff.board import Board
from handoff.routing.distribution import DISTRIBUTION, TEAM
from handoff.routing.edit import Check, Fault, SectionBody, change, stored_data
from handoff.routing.floor import Floor
from handoff.routing.groups import GROUPS, RULES, Groups, Rules, unknown_groups
from handoff.routing.presence import Presence, Status
from handoff.routing.schedule import HOLIDAYS, HOURS, countries
from handoff.routing.sla import SLA
from handoff.routing.team import TeamView

SECTIONS: dict[str, Section[Any]] = {
    section.name: section for section in (GROUPS, RULES, HOURS, HOLIDAYS, SLA, DISTRIBUTION, TEAM)
}
PAGES: dict[str, tuple[str, ...]] = {
    "groups": ("groups", "rules"),
    "rules": ("rules", "groups"),
    "hours": ("hours", "holidays"),
    "sla": ("sla", "groups"),
    "distribution": ("distribution", "team"),
}
"""Page → the sections its script needs, its own first."""

CHANNELS = ("webchat", "telegram", "whatsapp", "email")


class StatusBody(Body):
    """What an operator says of themselves."""

    status: Status


class RoutingArea:
    """Groups, rules, hours, deadlines, distribution; the team; own offers."""

    def __init__(
        self,
        *,
        frame: Frame,
        guard: Guard,
        settings: Settings,
        operators: Operators,
        floor: Floor,
        presence: Presence,
        board: Board,
        engine: AsyncEngine,
        company_zone: str,
    ) -> None:
        """Pages through `frame`; changes through `settings`, `presence` and `floor`."""
        self._frame = frame
        self._guard = guard
        self._leads = guard.narrowed(LEADS)
        self._settings = settings
        self._operators = operators
        self._floor = floor
        self._presence = presence
        self._company_zone = company_zone
        self._team = TeamView(
            settings=settings,
            operators=operators,
            floor=floor,
            presence=presence,
            board=board,
            engine=engine,
            company_zone=company_zone,
        )

    @property
    def nav(self) -> Sequence[NavEntry]:
        """The team, and the settings of distribution."""
        return (
            NavEntry("/desk/team", "nav.team", LEADS),
            NavEntry("/desk/settings/groups", "nav.routing", LEADS, hint="hints.routing"),
        )

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Relative to `/desk`."""
        pages = "|".join(PAGES)
        sections = "|".join(SECTIONS)
        return (
            web.get("/team", self._team_page),
            web.get(f"/settings/{{page:{pages}}}", self._page),
            web.get("/api/team", self._show_team),
            web.get(f"/api/routing/{{section:{sections}}}", self._show),
            web.post(f"/api/routing/{{section:{sections}}}", self._change),
            web.get("/api/own", self._own),
            web.post("/api/own/status", self._choose),
            web.post("/api/offers/{id:[0-9A-Za-z_-]{1,40}}/decline", self._decline),
        )

    async def _page(self, request: web.Request) -> web.Response:
        page = request.match_info["page"]
        people = [each for each in await self._operators.all() if each.active and each.role in DESK_ROLES]
        data = {
            "sections": {name: await self._stored(name) for name in PAGES[page]},
            "people": [{"id": each.id, "name": each.display_name} for each in people],
            "channels": CHANNELS,
            "zone": self._company_zone,
            "countries": sorted(countries()) if page == "hours" else [],
        }
        return await self._frame.page(
            request, "routing_settings.html", roles=LEADS, data=data, page=page, pages=list(PAGES)
        )

    async def _team_page(self, request: web.Request) -> web.Response:
        return await self._frame.page(request, "routing_team.html", roles=LEADS)

    async def _show_team(self, request: web.Request) -> web.Response:
        await self._leads.reader(request)
        return web.json_response(await self._team.data())

    async def _show(self, request: web.Request) -> web.Response:
        await self._leads.reader(request)
        return web.json_response(await self._stored(request.match_info["section"]))

    async def _change(self, request: web.Request) -> web.Response:
        lead = await self._leads.worker(request)
        name = request.match_info["section"]
        body = await read_body(request, SectionBody)
        checks: dict[str, Check] = {"groups": self._check_groups, "rules": self._check_rules}
        await change(self._settings, SECTIONS[name], body, by=lead, now=utc_now(), check=checks.get(name))
        return web.json_response(await self._stored(name))

    async def _stored(self, name: str) -> dict[str, Any]:
        names = {each.name: each.display_name for each in await self._operators.all()}
        return stored_data(await self._settings.stored(SECTIONS[name], fresh=True), names)

    async def _check_rules(self, value: Rules) -> list[Fault]:
        groups = (await self._settings.stored(GROUPS, fresh=True)).value.groups
        return [_unknown(f"rules.{n}.group") for n in unknown_groups(value.rules, groups)]

    async def _check_groups(self, value: Groups) -> list[Fault]:
        rules = (await self._settings.stored(RULES, fresh=True)).value.rules
        lost = sorted({rules[n].group for n in unknown_groups(rules, value.groups)})
        text = "rules lead to this group; change them first"
        return [{"at": "groups", "code": "group_in_use", "message": text, "group": each} for each in lost]

    async def _own(self, request: web.Request) -> web.Response:
        operator = await self._guard.reader(request)
        seen = (await self._presence.all()).get(operator.id)
        offers = await self._floor.offers_to(operator.id)
        names = {group.id: group.name.model_dump() for group in (await self._settings.get(GROUPS)).groups}
        tickets = {each.id: each for each in await self._team.tickets()} if offers else {}
        body = {
            "status": seen.status if seen else "online",
            "now": (await self._floor.now()).isoformat(),
            "groups": names,
            "offers": [
                {
                    "ticket": ticket,
                    "ends_at": ends.isoformat(),
                    "customer": tickets[ticket].customer,
                    "channel": tickets[ticket].channel,
                    "reason": tickets[ticket].reason,
                    "group": tickets[ticket].group,
                    "last_line": tickets[ticket].last_line,
                    "priority": tickets[ticket].priority,
                }
                for ticket, ends in offers
                if ticket in tickets
            ],
        }
        return web.json_response(body)

    async def _choose(self, request: web.Request) -> web.Response:
        operator = await self._guard.worker(request)
        body = await read_body(request, StatusBody)
        await self._presence.choose(operator.id, body.status)
        if body.status != "online":
            for ticket, _ends in await self._floor.offers_to(operator.id):
                await self._floor.pass_on(ticket, operator.id, "gone")
        return web.json_response({"status": body.status})

    async def _decline(self, request: web.Request) -> web.Response:
        operator = await self._guard.worker(request)
        if not await self._floor.pass_on(request.match_info["id"], operator.id, "declined"):
            raise Problem(409, "offer_over", "This offer is over; nothing was changed.")
        return web.json_response({})


def _unknown(at: str) -> Fault:
    return {"at": at, "code": "group_unknown", "message": "there is no such group"}
