"""Composes the desk's areas: pages beside the conversations, and the work that goes on behind them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.desk_loyalty import DeskLoyalty
from bot.skills.loyalty_client import LoyaltyClient
from core.auth_operators import Operators
from core.settings import Settings
from core.web.area import Area
from core.web.frame import Frame
from core.web.guard import Guard
from handoff.list_areas import list_areas
from handoff.lists.marking import Marking
from handoff.search.index import Indexer

if TYPE_CHECKING:
    from bot.app import App

Job = Callable[[asyncio.Event], Awaitable[None]]
"""Runs until the event is set; several processes run it, so it asks for a leader's lease first."""


def desk_areas(app: App, *, frame: Frame, guard: Guard, settings: Settings) -> list[Area]:
    """The areas of the desk, in the order of the menu."""
    return [
        *list_areas(
            scripts=app.scripts,
            keys=app.keys,
            engine=app.engine,
            frame=frame,
            guard=guard,
            operators=Operators(app.engine),
            settings=settings,
            loyalty=DeskLoyalty(_loyalty_client(app)),
        ),
    ]


def desk_jobs(app: App, *, settings: Settings) -> Mapping[str, Job]:
    """Work beside the conversations, by name: what watches due times, sends notices, and the like."""
    marking = Marking(app.scripts)
    return {
        "snooze": partial(marking.run, leader=app.leader("snooze", lease_s=10)),
        "search": partial(Indexer(app.engine).run, leader=app.leader("search", lease_s=30)),
    }


def _loyalty_client(app: App) -> LoyaltyClient:
    """The desk's own; it may run in a process that does not converse."""
    client = LoyaltyClient(
        base_url=app.endpoints.loyalty_url,
        token=app.endpoints.loyalty_token,
        timeout_s=app.config.loyalty.request_timeout_s,
        company_zone=ZoneInfo(app.config.company.timezone),
    )
    app.at_end(client.close)
    return client
