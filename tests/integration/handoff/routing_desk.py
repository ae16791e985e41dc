"""A desk with distribution, and somebody who does the work behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncEngine

from core.auth_operators import Operators
from core.leader import Leader
from core.settings import Section, Settings
from core.web.area import Area
from core.web.frame import Frame
from core.web.guard import Guard
from handoff.board import Board
from handoff.packets import new_ticket
from handoff.routing.deadlines import Deadlines
from handoff.routing.distribute import Distributor
from handoff.routing.floor import Floor
from handoff.routing.groups import Facts
from handoff.routing.presence import Presence
from handoff.routing.reception import Reception
from handoff.routing.watch import watch
from handoff.routing.web import RoutingArea
from tests.integration.handoff.handoff_desk import Desk
from tests.integration.handoff.handoff_world import PACKET, World

ZONE = "Europe/Moscow"


def routing_desk(world: World, engine: AsyncEngine) -> Desk:
    """A desk whose operators have a state, offers, and leads who set distribution up."""
    presence = Presence(scripts=world.scripts, keys=world.keys)

    def areas(frame: Frame, guard: Guard, operators: Operators) -> Sequence[Area]:
        area = RoutingArea(
            frame=frame,
            guard=guard,
            settings=Settings(engine, memory_s=0),
            operators=operators,
            floor=Floor(scripts=world.scripts, keys=world.keys),
            presence=presence,
            board=Board(scripts=world.scripts, keys=world.keys),
            engine=engine,
            company_zone=ZONE,
        )
        return [area]

    return Desk.on(world, engine, more_areas=areas, presence=presence)


async def put(engine: AsyncEngine, section: Section[Any], value: BaseModel) -> None:
    """Settings as somebody saved them."""
    settings = Settings(engine, memory_s=0)
    stored = await settings.stored(section, fresh=True)
    await settings.put(section, value, version=stored.version, by="test", now=datetime.now(UTC))


async def arrives(
    world: World, engine: AsyncEngine, chat: str, line: str, customer: str, **facts: Any
) -> str:
    """A customer is handed over, as the bot does it; the ticket's id."""
    reception = Reception(Settings(engine, memory_s=0), company_zone=ZONE)
    place = await reception.place(Facts(channel="webchat", **facts), datetime.now(UTC))
    ticket = new_ticket(PACKET, customer=customer, last_line=line, due_s=(place.due_ms or 0) / 1000)
    ticket |= {
        "group": place.group, "priority": place.priority, "why": place.why,
        "targets": dict(place.targets), "raised_ms": place.raised_ms,
    }  # fmt: skip
    return await world.message(line, f"webchat:{chat}", ticket=ticket)


@asynccontextmanager
async def at_work(world: World, engine: AsyncEngine, desk: Desk) -> AsyncIterator[None]:
    """Distribution and deadlines run meanwhile."""
    floor = Floor(scripts=world.scripts, keys=world.keys)
    reception = Reception(Settings(engine, memory_s=0), company_zone=ZONE)
    presence = Presence(scripts=world.scripts, keys=world.keys)
    steps = {
        "distribution": Distributor(
            floor=floor, presence=presence, operators=desk.operators, reception=reception
        ).step,
        "deadlines": Deadlines(floor=floor, reception=reception).step,
    }
    stop = asyncio.Event()
    tasks = [
        asyncio.create_task(
            watch(
                stop,
                leader=Leader(world.scripts, name=name, holder="test", lease_s=5),
                hub=desk.hub,
                step=step,
            )
        )
        for name, step in steps.items()
    ]
    yield
    stop.set()
    with suppress(TimeoutError):
        await asyncio.wait(tasks, timeout=5)
    await asyncio.gather(*tasks)
