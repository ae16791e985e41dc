"""Keys for other programs, and the tickets they open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import pytest
from aiohttp import ClientResponse

from handoff.tokens.store import SCOPES
from tests.integration.handoff.handoff_desk import Desk, Hand, refused
from tests.integration.handoff.handoff_world import World

Browsers = Callable[[], Awaitable[Hand]]


class Program:
    """A CRM with a token."""

    def __init__(self, hand: Hand, token: str) -> None:
        self._hand = hand
        self._headers = {"Authorization": f"Bearer {token}"}

    async def get(self, path: str) -> ClientResponse:
        return await self._hand.client.get(f"/api/v1{path}", headers=self._headers)

    async def post(self, path: str, body: object = None) -> ClientResponse:
        return await self._hand.client.post(f"/api/v1{path}", json=body or {}, headers=self._headers)


@pytest.fixture
async def admin(desk: Desk, browsers: Browsers) -> Hand:
    await desk.add("root", role="administrator")
    hand = await browsers()
    await hand.sign_in("root")
    return hand


async def program(
    admin: Hand, browsers: Browsers, operator: str, scopes: Sequence[str] = SCOPES
) -> tuple[Program, str]:
    answer = await admin.post("/tokens", {"name": "CRM", "scopes": list(scopes), "operator": operator})
    made = await answer.json()
    assert answer.status == 200, made
    return Program(await browsers(), made["token"]), made["id"]


async def test_a_program_takes_answers_and_closes_in_the_name_of_its_operator(
    admin: Hand, browsers: Browsers, desk: Desk, world: World
) -> None:
    anna = await desk.add("anna", display_name="Анна")
    crm, _ = await program(admin, browsers, anna)
    ticket = await world.hand_over("Где мой заказ?")

    listed = await (await crm.get("/tickets?view=waiting")).json()
    assert [each["id"] for each in listed["tickets"]] == [ticket]
    assert await refused(await crm.post(f"/tickets/{ticket}/reply", {"text": "рано"})) == (409, "not_taken")
    assert (await crm.post(f"/tickets/{ticket}/take")).status == 200
    assert (await crm.post(f"/tickets/{ticket}/reply", {"text": "Едет", "client_id": "1"})).status == 200
    shown = await (await crm.get(f"/tickets/{ticket}")).json()
    assert shown["ticket"]["operator"]["display_name"] == "Анна"
    assert shown["turns"][-1]["text"] == "Едет"
    assert (await crm.post(f"/tickets/{ticket}/close")).status == 200


async def test_without_the_scope_to_write_a_program_only_reads(
    admin: Hand, browsers: Browsers, desk: Desk, world: World
) -> None:
    anna = await desk.add("anna")
    crm, _ = await program(admin, browsers, anna, ["conversations:read"])
    ticket = await world.hand_over("Где мой заказ?")
    assert (await crm.get(f"/tickets/{ticket}")).status == 200
    assert await refused(await crm.post(f"/tickets/{ticket}/take")) == (403, "missing_scope")


async def test_no_token_a_wrong_one_and_a_session_open_nothing(admin: Hand, browsers: Browsers) -> None:
    bare = await admin.client.get("/api/v1/tickets")
    assert await refused(bare) == (401, "bad_token")
    for token in ("", "duet_", "duet_wrong", "nonsense", "duet_\udcff".encode("utf-8", "replace").decode()):
        wrong = await Program(await browsers(), token).get("/tickets")
        assert await refused(wrong) == (401, "bad_token")


async def test_a_revoked_token_and_that_of_somebody_deactivated_open_nothing(
    admin: Hand, browsers: Browsers, desk: Desk
) -> None:
    anna = await desk.add("anna")
    first, first_id = await program(admin, browsers, anna)
    second, _ = await program(admin, browsers, anna)
    assert (await admin.post(f"/tokens/{first_id}/revoke")).status == 200
    assert await refused(await first.get("/tickets")) == (401, "bad_token")
    await admin.post(f"/people/{anna}", {"active": False})
    assert await refused(await second.get("/tickets")) == (403, "no_operator")


async def test_too_many_calls_are_told_how_long_to_wait(admin: Hand, browsers: Browsers, desk: Desk) -> None:
    crm, _ = await program(admin, browsers, await desk.add("anna"))
    answers = [await crm.get("/tickets") for _ in range(21)]
    assert [answer.status for answer in answers].count(200) == 20
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60


async def test_what_is_told_of_a_token_never_holds_its_text(
    admin: Hand, browsers: Browsers, desk: Desk
) -> None:
    crm, _ = await program(admin, browsers, await desk.add("anna"))
    await crm.get("/tickets")
    (listed,) = (await admin.get("/tokens"))["tokens"]
    assert listed["used_at"]
    assert not [value for value in listed.values() if isinstance(value, str) and value.startswith("duet_")]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"scopes": []}, "bad_token_body"),
        ({"scopes": ["everything"]}, "bad_token_body"),
        ({"name": "  "}, "bad_token_body"),
        ({"operator": "u404"}, "bad_token_operator"),
    ],
)
async def test_a_token_that_makes_no_sense_is_refused(
    admin: Hand, desk: Desk, change: dict[str, object], code: str
) -> None:
    body = {"name": "CRM", "scopes": list(SCOPES), "operator": await desk.add("anna")}
    assert await refused(await admin.post("/tokens", {**body, **change})) == (422, code)
