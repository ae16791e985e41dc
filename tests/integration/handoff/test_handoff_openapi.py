"""The desk's API is described as it is."""

from __future__ import annotations

from typing import Any

from handoff.web.openapi import desk_paths
from tests.integration.handoff.handoff_desk import Desk, Hand
from tests.integration.handoff.handoff_world import World


def test_every_route_of_the_api_is_described_and_no_other(desk: Desk) -> None:
    served = {
        (route.method.lower(), str(route.resource.canonical))
        for route in desk.app.router.routes()
        if route.resource is not None and "/api/" in route.resource.canonical and route.method != "HEAD"
    }
    described = {(method, path) for path, methods in desk_paths().items() for method in methods}
    assert served == described


async def test_a_ticket_has_exactly_the_fields_that_are_described(
    desk: Desk, browsers: Any, world: World
) -> None:
    await desk.add("anna")
    hand: Hand = await browsers()
    await hand.sign_in("anna")
    ticket = await world.hand_over()
    shown = await hand.get(f"/tickets/{ticket}")
    answer = desk_paths()["/desk/api/tickets/{id}"]["get"]["responses"]["200"]["content"]["application/json"]
    described = answer["schema"]["properties"]
    assert set(shown) == set(described)
    assert set(shown["ticket"]) == set(described["ticket"]["properties"])
    assert set(shown["turns"][0]) == set(described["turns"]["items"]["properties"])
