"""The desk over HTTP: signing in, lists, changes, errors."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from core.auth_operators import Operators
from tests.integration.handoff.handoff_desk import PASSWORD, Desk, Hand, refused
from tests.integration.handoff.handoff_world import World

Browsers = Callable[[], Awaitable[Hand]]


@pytest.fixture
async def anna(desk: Desk, browsers: Browsers) -> Hand:
    await desk.add("anna", display_name="Анна")
    hand = await browsers()
    assert (await hand.sign_in("anna")).status == 200
    return hand


@pytest.fixture
async def boris(desk: Desk, browsers: Browsers) -> Hand:
    await desk.add("boris", display_name="Борис")
    hand = await browsers()
    assert (await hand.sign_in("boris")).status == 200
    return hand


async def test_signing_in_sets_a_cookie_that_scripts_cannot_read(desk: Desk, browsers: Browsers) -> None:
    await desk.add("anna")
    hand = await browsers()
    response = await hand.sign_in("Anna")
    cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    me = await hand.get("/me")
    assert me["csrf"] == hand.csrf
    assert me["operator"]["role"] == "operator"
    assert (await hand.client.get("/desk")).status == 200


async def test_the_stored_session_does_not_hold_the_token(
    desk: Desk, browsers: Browsers, world: World
) -> None:
    await desk.add("anna")
    hand = await browsers()
    response = await hand.sign_in("anna")
    token = response.cookies["duet_session"].value
    found = [str(key) async for key in world.redis.scan_iter(match=f"{world.keys.prefix}:desk:*")]
    assert len(found) == 1
    assert token not in found[0]
    assert 3500 < await world.redis.ttl(found[0]) <= 3600


async def test_behind_tls_the_cookie_is_secure(
    world: World, engine: AsyncEngine, aiohttp_desk: Callable[[Desk], Awaitable[Hand]]
) -> None:
    desk = Desk.on(world, engine, behind_tls=True)
    await desk.add("anna")
    hand = await aiohttp_desk(desk)
    assert "Secure" in (await hand.sign_in("anna")).headers["Set-Cookie"]


async def test_a_wrong_name_and_a_wrong_password_are_told_alike(desk: Desk, browsers: Browsers) -> None:
    await desk.add("anna")
    hand = await browsers()
    wrong = await hand.sign_in("anna", "wrong password")
    nobody = await hand.sign_in("nobody", "wrong password")
    assert await refused(wrong) == (401, "wrong_password")
    assert await wrong.json() == await nobody.json()


async def test_guessing_is_stopped_by_name_even_with_the_right_password(
    desk: Desk, browsers: Browsers
) -> None:
    await desk.add("anna")
    hand = await browsers()
    for _ in range(3):
        await hand.sign_in("anna", "guess")
    limited = await hand.sign_in("anna")
    assert await refused(limited) == (429, "too_many_attempts")
    assert 0 < int(limited.headers["Retry-After"]) <= 60


async def test_guessing_is_stopped_by_address_over_many_names(desk: Desk, browsers: Browsers) -> None:
    hand = await browsers()
    tries = [await hand.sign_in(f"name{n}", "guess") for n in range(7)]
    assert [each.status for each in tries] == [401] * 6 + [429]


async def test_a_right_password_forgives_what_went_before(desk: Desk, browsers: Browsers) -> None:
    await desk.add("anna")
    hand = await browsers()
    passwords = ("guess", "guess", PASSWORD) * 2
    statuses = [(await hand.sign_in("anna", password)).status for password in passwords]
    assert statuses == [401, 401, 200] * 2


async def test_signing_out_ends_the_session_everywhere(anna: Hand) -> None:
    assert (await anna.post("/logout")).status == 200
    assert (await anna.client.get("/desk/api/me")).status == 401


async def test_a_new_password_ends_older_sessions(anna: Hand, desk: Desk) -> None:
    await desk.operators.set_password("anna", password="another password", by="test", now=datetime.now(UTC))
    assert await refused(await anna.client.get("/desk/api/me")) == (401, "not_signed_in")


async def test_an_account_made_by_another_process_can_be_used_at_once(
    world: World, engine: AsyncEngine, aiohttp_desk: Callable[[Desk], Awaitable[Hand]]
) -> None:
    desk = Desk.on(world, engine, memory_s=3600)
    assert await desk.operators.all() == []
    elsewhere = Operators(engine)
    await elsewhere.add(
        "anna", password="first password", role="lead", language="ru", by="test", now=datetime.now(UTC)
    )
    hand = await aiohttp_desk(desk)
    await hand.sign_in("anna", "first password")
    assert (await hand.get("/me"))["operator"]["name"] == "anna"
    await elsewhere.set_password("anna", password="second password", by="test", now=datetime.now(UTC))
    await hand.sign_in("anna", "second password")
    assert (await hand.get("/me"))["operator"]["name"] == "anna"


async def test_without_a_session_nothing_is_shown_or_changed(browsers: Browsers, world: World) -> None:
    ticket = await world.hand_over()
    stranger = await browsers()
    assert (await stranger.client.get("/desk/api/tickets")).status == 401
    assert (await stranger.client.get(f"/desk/api/tickets/{ticket}")).status == 401
    assert (await stranger.client.get("/desk/api/conversations")).status == 401
    for change in ("take", "return", "close", "reply", "resend", "read"):
        assert (await stranger.post(f"/tickets/{ticket}/{change}", {})).status == 401
    page = await stranger.client.get("/desk", allow_redirects=False)
    assert (page.status, page.headers["Location"]) == (302, "/desk/login")


@pytest.mark.parametrize("token", ["", "wrong", "прáво"])
async def test_a_change_without_the_sessions_own_token_is_refused(
    anna: Hand, world: World, token: str
) -> None:
    ticket = await world.hand_over()
    anna.csrf = token
    assert await refused(await anna.post(f"/tickets/{ticket}/take")) == (403, "csrf")
    assert (await world.conversation())["owner"] == "queue"


async def test_a_page_of_another_site_can_neither_sign_in_nor_listen(anna: Hand) -> None:
    foreign = {"Origin": "https://evil.example"}
    login = await anna.client.post(
        "/desk/api/login", json={"name": "anna", "password": PASSWORD}, headers=foreign
    )
    assert await refused(login) == (403, "wrong_origin")
    assert await refused(await anna.client.get("/desk/api/live", headers=foreign)) == (403, "wrong_origin")


async def test_an_editor_has_no_desk(desk: Desk, browsers: Browsers) -> None:
    await desk.add("elena", role="editor")
    hand = await browsers()
    await hand.sign_in("elena")
    assert await refused(await hand.client.get("/desk/api/tickets")) == (403, "wrong_role")
    assert await refused(await hand.post("/tickets/1/take")) == (403, "wrong_role")


async def test_a_ticket_goes_from_waiting_to_mine_to_closed(anna: Hand, world: World) -> None:
    ticket = await world.hand_over("Курьер нахамил!", due_s=120)
    [line] = (await anna.get("/tickets?view=waiting"))["tickets"]
    assert (line["id"], line["status"], line["reason"]) == (ticket, "waiting", "complaint")
    assert (line["channel"], line["customer"], line["operator"]) == ("webchat", "Мария", None)
    assert (line["last_line"], line["priority"], line["group"]) == ("Курьер нахамил!", 0, "general")
    due = datetime.fromisoformat(line["due_at"])
    assert due.utcoffset() is not None
    assert 100 < (due - datetime.now(UTC)).total_seconds() < 130

    assert (await anna.post(f"/tickets/{ticket}/take")).status == 200
    [line] = (await anna.get("/tickets?view=mine"))["tickets"]
    assert (line["status"], line["operator"]["display_name"]) == ("taken", "Анна")
    assert (await anna.get("/tickets?view=waiting"))["counts"] == {"waiting": 0, "mine": 1, "all": 1}

    assert (await anna.post(f"/tickets/{ticket}/close")).status == 200
    assert (await anna.get("/tickets?view=all"))["tickets"] == []
    assert (await anna.get(f"/tickets/{ticket}"))["ticket"]["status"] == "closed"


async def test_taking_a_taken_ticket_names_who_has_it(anna: Hand, boris: Hand, world: World) -> None:
    ticket = await world.hand_over()
    await anna.post(f"/tickets/{ticket}/take")
    late = await boris.post(f"/tickets/{ticket}/take")
    assert await refused(late) == (409, "ticket_taken")
    error = (await late.json())["error"]
    assert (error["operator"]["name"], error["operator"]["display_name"]) == ("anna", "Анна")


async def test_only_its_operator_works_on_a_ticket(anna: Hand, boris: Hand, world: World) -> None:
    ticket = await world.hand_over()
    assert await refused(await boris.post(f"/tickets/{ticket}/reply", {"text": "Да?"})) == (409, "not_taken")
    await anna.post(f"/tickets/{ticket}/take")
    for change, body in (("reply", {"text": "Да?"}), ("return", None), ("close", None), ("read", None)):
        assert await refused(await boris.post(f"/tickets/{ticket}/{change}", body)) == (403, "not_yours")
    await anna.post(f"/tickets/{ticket}/return")
    assert await refused(await anna.post(f"/tickets/{ticket}/close")) == (409, "ticket_over")


async def test_a_reply_reaches_the_outbox_once_and_its_delivery_is_shown(anna: Hand, world: World) -> None:
    ticket = await world.hand_over()
    await anna.post(f"/tickets/{ticket}/take")
    body = {"text": "  Уже разбираемся  ", "client_id": "k1"}
    first = await (await anna.post(f"/tickets/{ticket}/reply", body)).json()
    second = await (await anna.post(f"/tickets/{ticket}/reply", body)).json()
    assert first == {"id": first["id"], "repeated": False}
    assert second == {"id": first["id"], "repeated": True}
    assert (await world.outbox(first["id"]))["author"] == "operator"

    shown = (await anna.get(f"/tickets/{ticket}"))["turns"][-1]
    assert (shown["text"], shown["author"], shown["name"]) == ("Уже разбираемся", "operator", "Анна")
    assert shown["delivery"]["status"] == "queued"
    await world.send_all("failed")
    shown = (await anna.get(f"/tickets/{ticket}"))["turns"][-1]
    assert shown["delivery"] == {"status": "failed", "attempt": 1, "error": "the chat was not found"}

    again = await (await anna.post(f"/tickets/{ticket}/resend", {"out_id": first["id"]})).json()
    turns = (await anna.get(f"/tickets/{ticket}"))["turns"]
    assert turns[-2]["resent_as"] == again["id"] == turns[-1]["out_id"]
    settled = await anna.post(f"/tickets/{ticket}/resend", {"out_id": again["id"]})
    assert await refused(settled) == (409, "reply_settled")


async def test_a_ticket_shows_its_packet_first_and_what_was_said(anna: Hand, world: World) -> None:
    await world.bot_says("Обычно доставляем за два часа.", to="Где мой заказ?")
    ticket = await world.hand_over("Курьер нахамил!")
    shown = await anna.get(f"/tickets/{ticket}")
    assert shown["packet"]["evidence"] == "курьер нахамил"
    assert shown["packet"]["candidates"][0]["probability"] == 0.41
    texts = [(turn["author"], turn["text"]) for turn in shown["turns"]]
    assert texts == [
        ("customer", "Где мой заказ?"),
        ("bot", "Обычно доставляем за два часа."),
        ("customer", "Курьер нахамил!"),
    ]
    assert shown["turns"][1]["delivery"]["status"] == "cancelled"
    assert shown["turns"][0]["delivery"] is None


async def test_an_operator_joins_a_conversation_the_bot_has(anna: Hand, boris: Hand, world: World) -> None:
    await world.bot_says("Здравствуйте!", to="Привет")
    [talk] = (await anna.get("/conversations"))["conversations"]
    shown = await anna.get(f"/conversations/{talk['id']}")
    assert [turn["text"] for turn in shown["turns"]] == ["Привет", "Здравствуйте!"]
    joined = await (await anna.post(f"/conversations/{talk['id']}/take")).json()
    assert (await anna.get(f"/tickets/{joined['ticket']}"))["ticket"]["status"] == "taken"
    assert (await anna.get("/conversations"))["conversations"] == []
    late = await boris.post(f"/conversations/{talk['id']}/take")
    assert await refused(late) == (404, "unknown_conversation")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"text": "' + b"x" * 4097 + b'"}', (422, "text_too_long")),
        (b'{"text": "   "}', (422, "text_empty")),
        (b'{"text": "\\u0000"}', (422, "text_empty")),
        (b"{}", (422, "invalid_body")),
        (b'{"text": 5}', (422, "invalid_body")),
        (b"[]", (422, "invalid_body")),
        (b"{", (400, "bad_json")),
        (b"\xff", (400, "bad_json")),
        (b"[" * 50_000, (400, "bad_json")),
        (b'{"text": "' + b"x" * 70_000 + b'"}', (413, "body_too_large")),
    ],
)
async def test_a_bad_reply_is_refused_with_what_to_change(
    anna: Hand, world: World, body: bytes, expected: tuple[int, str]
) -> None:
    ticket = await world.hand_over()
    await anna.post(f"/tickets/{ticket}/take")
    response = await anna.client.post(
        f"/desk/api/tickets/{ticket}/reply", data=body, headers={"X-CSRF-Token": anna.csrf}
    )
    assert await refused(response) == expected


async def test_half_a_character_is_not_json(anna: Hand, world: World) -> None:
    ticket = await world.hand_over()
    await anna.post(f"/tickets/{ticket}/take")
    response = await anna.client.post(
        f"/desk/api/tickets/{ticket}/reply",
        data=b'{"text": "ok \\ud83d"}',
        headers={"X-CSRF-Token": anna.csrf},
    )
    assert await refused(response) == (400, "bad_json")


async def test_what_is_not_there_is_said_in_json(anna: Hand) -> None:
    assert await refused(await anna.client.get("/desk/api/tickets/77")) == (404, "unknown_ticket")
    assert await refused(await anna.post("/tickets/77/take")) == (404, "unknown_ticket")
    assert await refused(await anna.client.get("/desk/api/nothing")) == (404, "not_found")
    assert await refused(await anna.client.get("/desk/api/tickets/%00")) == (404, "not_found")
    assert await refused(await anna.client.delete("/desk/api/tickets")) == (405, "method_not_allowed")
    assert await refused(await anna.client.get("/desk/api/tickets?view=none")) == (422, "unknown_view")


async def test_fifty_presses_of_take_have_one_winner(anna: Hand, boris: Hand, world: World) -> None:
    ticket = await world.hand_over()
    presses = [hand.post(f"/tickets/{ticket}/take") for _ in range(25) for hand in (anna, boris)]
    statuses = [response.status for response in await asyncio.gather(*presses)]
    assert statuses.count(200) == 25
    assert statuses.count(409) == 25


async def test_pages_load_nothing_from_elsewhere(anna: Hand) -> None:
    page = await anna.client.get("/desk")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"
    text = await page.text()
    # Words may speak of addresses; nothing may be loaded from one.
    assert re.search(r'(?:src|href)="https?://', text) is None
    script = await anna.client.get("/desk/static/app.js")
    assert script.status == 200
    assert script.headers["X-Content-Type-Options"] == "nosniff"
