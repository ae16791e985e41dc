"""Composes distribution and deadlines: their pages, and the work behind them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.background import Runs
from core.auth_operators import Operators
from core.web.frame import Frame
from core.web.guard import Guard
from handoff.board import Board
from handoff.routing.deadlines import Deadlines
from handoff.routing.distribute import Distributor
from handoff.routing.floor import Floor
from handoff.routing.presence import Presence
from handoff.routing.reception import Reception
from handoff.routing.watch import LEASE_S, watch
from handoff.routing.web import RoutingArea

if TYPE_CHECKING:
    from bot.app import App


def routing_area(app: App, *, frame: Frame, guard: Guard) -> RoutingArea:
    """The pages of groups, rules, hours, deadlines and distribution, and the team's."""
    return RoutingArea(
        frame=frame,
        guard=guard,
        settings=app.settings,
        operators=Operators(app.engine),
        floor=Floor(scripts=app.scripts, keys=app.keys),
        presence=Presence(scripts=app.scripts, keys=app.keys),
        board=Board(scripts=app.scripts, keys=app.keys),
        engine=app.engine,
        company_zone=app.config.company.timezone,
    )


def routing_jobs(app: App) -> Mapping[str, Runs]:
    """What watches deadlines and what hands out conversations, by name."""
    reception = Reception(app.settings, company_zone=app.config.company.timezone)
    floor = Floor(scripts=app.scripts, keys=app.keys)
    deadlines = Deadlines(floor=floor, reception=reception)
    distributor = Distributor(
        floor=floor,
        presence=Presence(scripts=app.scripts, keys=app.keys),
        operators=Operators(app.engine),
        reception=reception,
    )

    async def watch_deadlines(stop: asyncio.Event) -> None:
        leader = app.leader("deadlines", lease_s=LEASE_S)
        await watch(stop, leader=leader, hub=app.hub, step=deadlines.step)

    async def distribute(stop: asyncio.Event) -> None:
        leader = app.leader("distribution", lease_s=LEASE_S)
        await watch(stop, leader=leader, hub=app.hub, step=distributor.step)

    return {"deadlines": watch_deadlines, "distribution": distribute}
