"""Composes the desk's areas: pages beside the conversations, and the work that goes on behind them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from bot.desk_routing import routing_area, routing_jobs
from core.settings import Settings
from core.web.area import Area
from core.web.frame import Frame
from core.web.guard import Guard

if TYPE_CHECKING:
    from bot.app import App

Job = Callable[[asyncio.Event], Awaitable[None]]
"""Runs until the event is set; several processes run it, so it asks for a leader's lease first."""


def desk_areas(app: App, *, frame: Frame, guard: Guard, settings: Settings) -> list[Area]:
    """The areas of the desk, in the order of the menu."""
    return [routing_area(app, frame=frame, guard=guard)]


def desk_jobs(app: App, *, settings: Settings) -> Mapping[str, Job]:
    """Work beside the conversations, by name: what watches due times, sends notices, and the like."""
    return {**routing_jobs(app)}
