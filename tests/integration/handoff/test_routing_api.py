"""Distribution over HTTP: who may do what, settings that are wrong, presence and offers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from handoff.routing.distribution import DISTRIBUTION, Distribution
from handoff.routing.floor import Floor
from tests.integration.handoff.handoff_desk import Desk, Hand, refused
from tests.integration.handoff.handoff_world import World
from tests.integration.handoff.routing_desk import arrives, at_work, put, routing_desk

Browsers = Callable[[], Awaitable[Hand]]

LEADS_READ = ["/team", *(f"/routing/{name}" for name in ("groups", "rules", "hours", "sla", "distribution"))]


@pytest.fixture
async def desk(world: World, engine: AsyncEngine) -> AsyncIterator[Desk]:
    desk = routing_desk(world, engine)
    stop = asyncio.Event()
    listening = asyncio.create_task(desk.hub.run(stop))
    yield desk
    stop.set()
    listening.cancel()
    await asyncio.wait([listening])


async def somebody(desk: Desk, browsers: Browsers, name: str, role: str = "operator") -> Hand:
    await desk.add(name, role=role)
    hand = await browsers()
    await hand.sign_in(name)
    return hand


async def section(hand: Hand, name: str) -> dict[str, Any]:
    found: dict[str, Any] = await hand.get(f"/routing/{name}")
    return found


@pytest.mark.parametrize(("role", "status"), [("operator", 403), ("editor", 403), ("lead", 200)])
async def test_only_leads_see_and_change_distribution(
    desk: Desk, browsers: Browsers, role: str, status: int
) -> None:
    hand = await somebody(desk, browsers, "x", role)
    for path in LEADS_READ:
        assert (await hand.client.get(f"/desk/api{path}")).status == status
    for page in ("team", "settings/groups", "settings/hours"):
        assert (await hand.client.get(f"/desk/{page}")).status == status
    body = {"version": 0, "value": DISTRIBUTION.default.model_dump(mode="json")}
    assert (await hand.post("/routing/distribution", body)).status == status


async def test_editors_have_no_state_at_the_desk(desk: Desk, browsers: Browsers) -> None:
    hand = await somebody(desk, browsers, "x", "editor")
    assert (await hand.client.get("/desk/api/own")).status == 403
    assert (await hand.post("/own/status", {"status": "away"})).status == 403


async def test_a_change_without_its_token_is_refused(desk: Desk, browsers: Browsers) -> None:
    hand = await somebody(desk, browsers, "x", "lead")
    hand.csrf = ""
    assert await refused(await hand.post("/routing/sla", {"version": 0, "value": {}})) == (403, "csrf")


async def test_each_fault_is_named_with_its_place(desk: Desk, browsers: Browsers) -> None:
    hand = await somebody(desk, browsers, "x", "lead")
    hours = (await section(hand, "hours"))["value"]
    hours["week"][2] = "утром"
    hours["zone"] = "Mars"
    answer = await hand.post("/routing/hours", {"version": 0, "value": hours})
    error = (await answer.json())["error"]
    assert (answer.status, error["code"]) == (422, "settings_faulty")
    found = {(fault["at"], fault["code"]) for fault in error["faults"]}
    assert found == {("week.2", "hours_unreadable"), ("zone", "zone_unknown")}
    assert (await section(hand, "hours"))["version"] == 0


async def test_groups_and_rules_cannot_lose_each_other(desk: Desk, browsers: Browsers) -> None:
    hand = await somebody(desk, browsers, "x", "lead")
    groups = (await section(hand, "groups"))["value"]
    groups["groups"] = [group for group in groups["groups"] if group["id"] != "vip"]
    error = (await (await hand.post("/routing/groups", {"version": 0, "value": groups})).json())["error"]
    assert [(fault["code"], fault["group"]) for fault in error["faults"]] == [("group_in_use", "vip")]
    rules = (await section(hand, "rules"))["value"]
    rules["rules"][0]["group"] = "gone"
    error = (await (await hand.post("/routing/rules", {"version": 0, "value": rules})).json())["error"]
    assert [(fault["at"], fault["code"]) for fault in error["faults"]] == [("rules.0.group", "group_unknown")]


async def test_who_saves_second_is_told(desk: Desk, browsers: Browsers) -> None:
    hand = await somebody(desk, browsers, "x", "lead")
    body = {"version": 0, "value": Distribution(offer_s=10).model_dump(mode="json")}
    first = await hand.post("/routing/distribution", body)
    assert (await first.json())["version"] == 1
    assert await refused(await hand.post("/routing/distribution", body)) == (409, "settings_changed")


async def test_an_open_desk_makes_its_operator_online_and_offers_come_there(
    desk: Desk, browsers: Browsers, world: World, engine: AsyncEngine
) -> None:
    await put(engine, DISTRIBUTION, Distribution(mode="push", offer_s=60))
    anna = await somebody(desk, browsers, "anna")
    lead = await somebody(desk, browsers, "olga", "lead")
    before = {each["name"]: each["status"] for each in (await lead.get("/team"))["people"]}
    assert before == {"anna": "offline", "olga": "offline"}
    async with anna.client.ws_connect("/desk/api/live") as line, at_work(world, engine, desk):
        ticket = await arrives(world, engine, "c1", "Помогите", "Мария")
        while (await line.receive_json(timeout=10))["type"] != "own" or not (await anna.get("/own"))[
            "offers"
        ]:
            pass
        (offer,) = (await anna.get("/own"))["offers"]
        assert (offer["ticket"], offer["customer"], offer["group"]) == (ticket, "Мария", "general")
        assert {each["name"]: each["status"] for each in (await lead.get("/team"))["people"]}[
            "anna"
        ] == "online"
        boris = await somebody(desk, browsers, "boris")
        assert await refused(await boris.post(f"/tickets/{ticket}/take")) == (409, "ticket_offered")
        assert (await lead.post(f"/tickets/{ticket}/take")).status == 200
        assert await refused(await anna.post(f"/offers/{ticket}/decline")) == (409, "offer_over")


async def test_who_says_they_are_away_loses_their_offers(
    desk: Desk, browsers: Browsers, world: World, engine: AsyncEngine
) -> None:
    anna = await somebody(desk, browsers, "anna")
    me = next(each.id for each in await desk.operators.all() if each.name == "anna")
    async with anna.client.ws_connect("/desk/api/live") as line:
        await line.receive_json(timeout=10)
        ticket = await arrives(world, engine, "c1", "Помогите", "Мария")
        floor = Floor(scripts=world.scripts, keys=world.keys)
        assert await floor.offer(ticket, me, hold_s=60, capacity=4, on_channel=None, gone_s=45) == "offered"
        assert await refused(await anna.post("/own/status", {"status": "asleep"})) == (422, "invalid_body")
        assert (await anna.post("/own/status", {"status": "away"})).status == 200
        assert (await anna.get("/own"))["status"] == "away"
        assert (await anna.get("/own"))["offers"] == []
