"""`/desk/reports` for leads, `/desk/results` for everybody, and the settings of both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from core.settings import Settings, Stored
from core.web.area import LEADS, NavEntry
from core.web.bodies import Body, read_body
from core.web.frame import Frame
from core.web.guard import DESK_ROLES, Guard
from core.web.problems import Problem
from handoff.ports import Articles
from handoff.reports.alerts import Alert, Alerts
from handoff.reports.asking import asked_narrowed, asked_period
from handoff.reports.csvs import as_csv
from handoff.reports.report import Report, Reports
from handoff.reports.settings import REPORTS, ReportSettings
from handoff.reports.team import Team
from handoff.reports.titles import titles, topics_of
from handoff.reports.types import Period, Table
from handoff.setting.web import kept_or_told

SETTINGS = "/desk/settings/reports"
_TEAM_DAYS = (1, 7, 30)
_LATELY = timedelta(hours=6)


class SettingsBody(Body):
    """What leads decide; `version` is the one that was read."""

    leaderboard: bool
    alerts: bool
    false_share: float
    least: int
    rise: float
    version: int


class ReportsArea:
    """The pages and their API."""

    nav = (
        NavEntry("/desk/reports", "nav.reports", LEADS),
        NavEntry("/desk/results", "nav.results", DESK_ROLES),
        NavEntry(SETTINGS, "reports.settings_title", LEADS, hint="reports.settings_hint"),
    )

    def __init__(
        self, *, frame: Frame, leads: Guard, everybody: Guard, reports: Reports, team: Team, alerts: Alerts,
        settings: Settings, zone: ZoneInfo, clock: Callable[[], datetime], articles: Articles,
    ) -> None:  # fmt: skip
        """`leads` lets leads and administrators in, `everybody` the whole desk; days are those of `zone`."""
        self._frame = frame
        self._leads = leads
        self._everybody = everybody
        self._reports = reports
        self._team = team
        self._alerts = alerts
        self._settings = settings
        self._zone = zone
        self._clock = clock
        self._articles = articles

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Pages and what their scripts ask."""
        return [
            web.get("/reports", self.page),
            web.get("/results", self.team_page),
            web.get("/settings/reports", self.settings_page),
            web.get("/api/reports", self.index),
            web.get("/api/reports/{table:[0-9a-z_]{1,40}}.csv", self.export),
            web.get("/api/results", self.team),
            web.get("/api/settings/reports", self.settings),
            web.post("/api/settings/reports", self.change_settings),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """The reports; period and filters are in the address, which its script reads."""
        return await self._frame.page(request, "reports.html", roles=LEADS)

    async def team_page(self, request: web.Request) -> web.Response:
        """The team's own figures."""
        return await self._frame.page(
            request, "results.html", roles=DESK_ROLES, data={"days": list(_TEAM_DAYS)}
        )

    async def settings_page(self, request: web.Request) -> web.Response:
        """The leaderboard's switch, and when a rising topic is told of."""
        return await self._frame.page(request, "settings_reports.html", roles=LEADS)

    async def index(self, request: web.Request) -> web.Response:
        """Every table of a period, and what rose lately."""
        await self._leads.reader(request)
        now = self._clock()
        period, made = await self._made(request, now)
        alerts = await self._alerts.between(period.since_ms, period.until_ms)
        lately = await self._alerts.between(round((now - _LATELY).timestamp() * 1000), 2**62)
        risen = [each.rising.topic for each in (*alerts, *lately)]
        topics = [*topics_of(made.tables.values()), *risen]
        return web.json_response(
            {
                "since": period.first.isoformat(),
                "until": period.last.isoformat(),
                "target": made.target,
                "summary": dict(made.summary),
                "tables": {name: _table(table) for name, table in made.tables.items()},
                "alerts": [_alert(each) for each in alerts],
                "lately": [_alert(each) for each in lately],
                "titles": titles(self._articles, topics),
                "choices": made.choices,
            }
        )

    async def export(self, request: web.Request) -> web.Response:
        """One table as CSV."""
        await self._leads.reader(request)
        period, made = await self._made(request, self._clock())
        table = made.tables.get(request.match_info["table"])
        if table is None:
            names = ", ".join(sorted(made.tables))
            raise Problem(404, "unknown_table", f"There is no such table; there are {names}.")
        name = f"{table.name}_{period.first}_{period.last}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return web.Response(text=as_csv(table), content_type="text/csv", charset="utf-8", headers=headers)

    async def team(self, request: web.Request) -> web.Response:
        """The leaderboard of today, a week or a month; `on` is false where it is switched off."""
        who = await self._everybody.reader(request)
        days = request.query.get("days", "1")
        if days not in map(str, _TEAM_DAYS):
            raise Problem(422, "bad_days", "days is 1, 7 or 30.", field="days")
        if not (await self._settings.get(REPORTS)).leaderboard:
            return web.json_response({"on": False, "people": []})
        now = self._clock()
        today = now.astimezone(self._zone).date()
        period = Period(today - timedelta(days=int(days) - 1), today, self._zone)
        return web.json_response({"on": True, "people": await self._team.standing(period, now, who.id)})

    async def settings(self, request: web.Request) -> web.Response:
        """What holds now."""
        await self._leads.reader(request)
        return web.json_response(_settings(await self._settings.stored(REPORTS, fresh=True)))

    async def change_settings(self, request: web.Request) -> web.Response:
        """Change it."""
        who = await self._leads.worker(request)
        body = await read_body(request, SettingsBody)
        fields = body.model_dump(exclude={"version"})
        for name, (low, high) in {
            "false_share": (0.0001, 0.2),
            "least": (1, 10_000),
            "rise": (1, 100),
        }.items():
            if not low <= fields[name] <= high:
                text = f"{name} is between {low} and {high}."
                raise Problem(422, "out_of_range", text, field=name, low=low, high=high)
        value = ReportSettings(**fields)
        changed = await self._settings.put(
            REPORTS, value, version=body.version, by=who.name, now=self._clock()
        )
        return web.json_response(_settings(kept_or_told(changed)))

    async def _made(self, request: web.Request, now: datetime) -> tuple[Period, Report]:
        period = asked_period(request.query, now, self._zone)
        return period, await self._reports.report(period, asked_narrowed(request.query), now)


def _table(table: Table) -> dict[str, Any]:
    return {
        "columns": [{"name": each.name, "kind": each.kind} for each in table.columns],
        "rows": [list(row) for row in table.rows],
    }


def _alert(alert: Alert) -> dict[str, Any]:
    found = alert.rising
    return {
        "at": alert.at.isoformat(), "topic": found.topic, "count": found.count, "expected": found.expected,
        "chance": found.chance,
    }  # fmt: skip


def _settings(stored: Stored[ReportSettings]) -> dict[str, Any]:
    return {**stored.value.model_dump(), "version": stored.version}
