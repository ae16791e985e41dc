"""Composes the desk's areas: pages beside the conversations, and the work that goes on behind them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.desk_channels import DeskChannels
from bot.desk_lists import lists_areas, lists_jobs
from bot.desk_push import PushJob, push_area
from bot.desk_routing import routing_area, routing_jobs
from bot.desk_tools import PastJob, tools_area
from core.auth import ROLES, Role
from core.auth_accounts import Accounts
from core.auth_limits import AttemptLimit
from core.auth_operators import Operators
from core.auth_second import SecondFactor
from core.auth_sessions import Sessions
from core.auth_signin import SignIn
from core.clock import utc_now
from core.settings import Settings
from core.web.area import ADMINISTRATORS, LEADS, Area
from core.web.frame import Frame, Menu
from core.web.guard import DESK_ROLES, Guard
from handoff.auditing.reading import Audit
from handoff.auditing.web import AuditArea
from handoff.channels.ports import Channels
from handoff.channels.web import ChannelsArea
from handoff.history import History
from handoff.people.account import AccountArea
from handoff.people.second import SecondFactorArea
from handoff.people.web import PeopleArea
from handoff.ports import Articles
from handoff.queue import Queue
from handoff.ratings.asking import Asker
from handoff.ratings.given import GivenRatings
from handoff.ratings.section import RATINGS
from handoff.reports.alerts import EVERY_S, Alerts
from handoff.reports.reading import Archive
from handoff.reports.report import Reports
from handoff.reports.team import Team
from handoff.reports.web import ReportsArea
from handoff.reviews.own import OwnArea
from handoff.reviews.section import REVIEWS
from handoff.reviews.store import Reviews
from handoff.reviews.web import ReviewsArea, Tells
from handoff.setting.section_web import SectionArea
from handoff.setting.web import SettingsArea
from handoff.tasks.reminding import Reminder
from handoff.tasks.store import Tasks
from handoff.tasks.web import TasksArea
from handoff.tokens.store import ApiTokens
from handoff.tokens.web import TokensArea
from handoff.webhooks.sender import HookSender
from handoff.webhooks.store import Webhooks
from handoff.webhooks.web import WebhooksArea

if TYPE_CHECKING:
    from bot.app import App

Job = Callable[[asyncio.Event], Awaitable[None]]
"""Runs until the event is set; several processes run it, so it asks for a leader's lease first."""


@dataclass(frozen=True, slots=True)
class DeskParts:
    """What areas are made of: the frame of their pages, accounts and sessions."""

    frame: Frame
    sign_in: SignIn
    operators: Operators
    sessions: Sessions
    limit: AttemptLimit
    second: SecondFactor
    settings: Settings
    menu: Menu
    behind_tls: bool

    def guard(self, roles: Collection[Role] = DESK_ROLES, *, before_enrolment: bool = False) -> Guard:
        """Lets these roles in."""
        return Guard(self.sign_in, frozenset(roles), before_enrolment=before_enrolment)


def desk_areas(app: App, parts: DeskParts, articles: Articles) -> list[Area]:
    """The areas of the desk, in the order of the menu."""
    return [
        *lists_areas(app, parts),
        *after_areas(app.engine, parts, history=_history(app), tells=_queue(app)),
        tools_area(app, parts, articles),
        routing_area(app, frame=parts.frame, guard=parts.guard()),
        reports_area(
            app.engine, parts, ZoneInfo(app.config.company.timezone), app.config.split.target, articles
        ),
        *people_areas(app.engine, parts),
        channels_area(parts, _channels(app)),
        webhooks_area(parts, webhooks_of(app)),
        push_area(app, parts.guard()),
        tokens_area(parts, ApiTokens(app.engine)),
    ]


def after_areas(engine: AsyncEngine, parts: DeskParts, *, history: History, tells: Tells) -> list[Area]:
    """What comes after a conversation; `tells` takes verdicts."""
    tasks, reviews = Tasks(engine), Reviews(engine)
    frame, leads, everybody = parts.frame, parts.guard(LEADS), parts.guard()
    return [
        TasksArea(frame=frame, guard=everybody, tasks=tasks, operators=parts.operators),
        OwnArea(frame=frame, guard=everybody, engine=engine, reviews=reviews, operators=parts.operators),
        ReviewsArea(
            frame=frame, guard=leads, reviews=reviews, settings=parts.settings, history=history, tells=tells,
            operators=parts.operators,
        ),
        SectionArea(
            name="ratings", word="ratings.title", hint="ratings.hint", section=RATINGS,
            frame=frame, guard=leads, settings=parts.settings,
        ),
        SectionArea(
            name="reviews", word="reviews.list", hint="reviews.list_hint", section=REVIEWS,
            frame=frame, guard=leads, settings=parts.settings,
        ),
    ]  # fmt: skip


def _history(app: App) -> History:
    return History(engine=app.engine, scripts=app.scripts, keys=app.keys)


def _queue(app: App) -> Queue:
    wait_s = app.config.handoff.expected_wait_s
    return Queue(scripts=app.scripts, keys=app.keys, say=app.texts.say, expected_wait_s=wait_s)


def reports_area(
    engine: AsyncEngine,
    parts: DeskParts,
    zone: ZoneInfo,
    target: float,
    articles: Articles,
    clock: Callable[[], datetime] = utc_now,
) -> ReportsArea:
    """Reports and the leaderboard; `target` is the share of conversations the bot should end alone."""
    archive = Archive(engine)
    return ReportsArea(
        frame=parts.frame,
        leads=parts.guard(LEADS),
        everybody=parts.guard(),
        reports=Reports(archive, target=target, ratings=GivenRatings(engine)),
        team=Team(archive),
        alerts=Alerts(engine, settings=parts.settings, zone=zone),
        settings=parts.settings,
        zone=zone,
        clock=clock,
        articles=articles,
    )


def _channels(app: App) -> DeskChannels:
    return DeskChannels(
        telegram=app.telegram, receives="channels" in app.roles, web_url=lambda: app.embedded.web_url
    )


def channels_area(parts: DeskParts, channels: Channels) -> ChannelsArea:
    """The page about channels."""
    return ChannelsArea(frame=parts.frame, guard=parts.guard(ADMINISTRATORS), channels=channels)


def webhooks_of(app: App) -> Webhooks:
    """What is kept of webhooks."""
    return Webhooks(app.engine, app.secrets, allow_private=app.config.web.private_webhooks)


def webhooks_area(parts: DeskParts, webhooks: Webhooks) -> WebhooksArea:
    """The page about webhooks."""
    return WebhooksArea(frame=parts.frame, guard=parts.guard(ADMINISTRATORS), webhooks=webhooks)


def people_areas(engine: AsyncEngine, parts: DeskParts) -> list[Area]:
    """Accounts, one's own account, settings and the audit."""
    everybody = parts.guard(ROLES, before_enrolment=True)
    accounts = Accounts(engine, parts.operators)
    return [
        PeopleArea(
            frame=parts.frame,
            guard=parts.guard(ADMINISTRATORS),
            operators=parts.operators,
            accounts=accounts,
            sessions=parts.sessions,
            second=parts.second,
        ),
        AccountArea(
            frame=parts.frame,
            guard=everybody,
            sign_in=parts.sign_in,
            operators=parts.operators,
            accounts=accounts,
            sessions=parts.sessions,
            behind_tls=parts.behind_tls,
        ),
        SecondFactorArea(
            guard=everybody, second=parts.second, limit=parts.limit, behind_tls=parts.behind_tls
        ),
        SettingsArea(
            frame=parts.frame, guard=parts.guard(ADMINISTRATORS), menu=parts.menu, settings=parts.settings
        ),
        AuditArea(frame=parts.frame, guard=parts.guard(ADMINISTRATORS), audit=Audit(engine)),
    ]


def tokens_area(parts: DeskParts, tokens: ApiTokens) -> TokensArea:
    """The page about keys for other programs."""
    guard = parts.guard(ADMINISTRATORS)
    return TokensArea(frame=parts.frame, guard=guard, tokens=tokens, operators=parts.operators)


def desk_jobs(app: App) -> Mapping[str, Job]:
    """Work beside the conversations, by name: what watches due times, sends notices, and the like."""
    return {
        **routing_jobs(app),
        **lists_jobs(app),
        "past answers": PastJob(app).run,
        "webhooks": partial(_send_webhooks, app),
        "push": PushJob(app).run,
        "ratings": partial(_ask_for_ratings, app),
        "tasks": partial(_remind, app),
        "topics": partial(_watch_topics, app),
    }


async def _watch_topics(app: App, stop: asyncio.Event) -> None:
    alerts = Alerts(app.engine, settings=app.settings, zone=ZoneInfo(app.config.company.timezone))
    await alerts.run(stop, app.leader("topics", lease_s=3 * EVERY_S), utc_now)


async def _send_webhooks(app: App, stop: asyncio.Event) -> None:
    sender = HookSender(webhooks=webhooks_of(app), allow_private=app.config.web.private_webhooks, now=utc_now)
    async with sender:
        await sender.run(stop, app.leader("webhooks", lease_s=60))


async def _ask_for_ratings(app: App, stop: asyncio.Event) -> None:
    asker = Asker(engine=app.engine, scripts=app.scripts, settings=app.settings, now=utc_now)
    await asker.run(stop, app.leader("ratings", lease_s=60))


async def _remind(app: App, stop: asyncio.Event) -> None:
    reminder = Reminder(engine=app.engine, scripts=app.scripts, now=utc_now)
    await reminder.run(stop, app.leader("tasks", lease_s=60))
