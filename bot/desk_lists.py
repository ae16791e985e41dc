"""Composes the list, the search and the customer card: their pages, and the work behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.background import Runs
from bot.desk_loyalty import DeskLoyalty
from bot.skills.loyalty_client import LoyaltyClient
from core.web.area import Area
from handoff.list_areas import list_areas
from handoff.lists.marking import Marking
from handoff.search.index import Indexer
from handoff.tools.announce import Announcer
from handoff.tools.mentions import Mentions

if TYPE_CHECKING:
    from bot.app import App
    from bot.desk_areas import DeskParts


def lists_areas(app: App, parts: DeskParts) -> Sequence[Area]:
    """The areas of this process."""
    announce = Announcer(scripts=app.scripts, keys=app.keys)
    return list_areas(
        scripts=app.scripts,
        keys=app.keys,
        engine=app.engine,
        frame=parts.frame,
        guard=parts.guard(),
        operators=parts.operators,
        settings=parts.settings,
        mentions=Mentions(app.engine, announce=announce),
        loyalty=DeskLoyalty(_loyalty_client(app)),
    )


def lists_jobs(app: App) -> Mapping[str, Runs]:
    """What brings snoozed tickets back, and what keeps the search's index, by name."""
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
