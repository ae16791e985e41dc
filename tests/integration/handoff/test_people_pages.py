"""Accounts, one's own account and the audit over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.integration.handoff.handoff_desk import PASSWORD, Desk, Hand, refused

Browsers = Callable[[], Awaitable[Hand]]


@pytest.fixture
async def admin(desk: Desk, browsers: Browsers) -> Hand:
    await desk.add("root", role="administrator", display_name="Ирина")
    hand = await browsers()
    await hand.sign_in("root")
    return hand


async def account(hand: Hand, name: str) -> dict[str, str]:
    people = (await hand.get("/people"))["people"]
    found: dict[str, str] = next(each for each in people if each["name"] == name)
    return found


async def test_a_person_added_signs_in_with_the_password_that_was_shown(
    admin: Hand, browsers: Browsers
) -> None:
    made = await admin.post(
        "/people", {"name": "Anna", "display_name": " Анна  Л. ", "role": "lead", "language": "en"}
    )
    told = await made.json()
    assert told["person"]["display_name"] == "Анна Л."

    anna = await browsers()
    assert (await anna.sign_in("anna", told["password"])).status == 200
    assert (await anna.get("/me"))["operator"]["role"] == "lead"
    lines = (await admin.get("/audit?action=operator"))["lines"]
    assert (lines[0]["who"], lines[0]["action"]) == ("root", "operator.added")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": "root", "role": "lead"}, "bad_person"),
        ({"name": "a b", "role": "lead"}, "bad_person"),
        ({"name": "anna", "role": "boss"}, "bad_person"),
        ({"name": "anna"}, "invalid_body"),
    ],
)
async def test_an_account_that_cannot_be_made_is_refused(admin: Hand, body: object, code: str) -> None:
    assert await refused(await admin.post("/people", body)) == (422, code)


async def test_somebody_deactivated_is_out_at_once_and_cannot_come_back(
    admin: Hand, desk: Desk, browsers: Browsers
) -> None:
    anna_id = await desk.add("anna")
    anna = await browsers()
    await anna.sign_in("anna")
    assert (await admin.post(f"/people/{anna_id}", {"active": False})).status == 200

    assert (await anna.client.get("/desk/api/me")).status == 401
    assert await refused(await anna.sign_in("anna")) == (401, "wrong_password")
    assert (await admin.post(f"/people/{anna_id}", {"active": True})).status == 200
    assert (await anna.sign_in("anna")).status == 200


async def test_a_change_of_role_holds_for_those_who_are_signed_in(
    admin: Hand, desk: Desk, browsers: Browsers
) -> None:
    anna_id = await desk.add("anna")
    anna = await browsers()
    await anna.sign_in("anna")
    assert (await anna.client.get("/desk/api/people")).status == 403
    await admin.post(f"/people/{anna_id}", {"role": "administrator", "display_name": "Анна"})
    assert (await anna.client.get("/desk/api/people")).status == 200
    detail = (await admin.get("/audit?who=root"))["lines"][0]["detail"]
    assert detail["role"] == {"was": "operator", "now": "administrator"}


@pytest.mark.parametrize("change", [{"role": "lead"}, {"active": False}])
async def test_the_last_administrator_stays_one(admin: Hand, desk: Desk, change: object) -> None:
    own = await account(admin, "root")
    assert await refused(await admin.post(f"/people/{own['id']}", change)) == (409, "last_administrator")
    await desk.add("second", role="administrator")
    assert (await admin.post(f"/people/{own['id']}", change)).status == 200


async def test_of_two_administrators_who_demote_each_other_one_is_left(
    admin: Hand, desk: Desk, browsers: Browsers
) -> None:
    second_id = await desk.add("second", role="administrator")
    second = await browsers()
    await second.sign_in("second")
    own = await account(admin, "root")
    answers = await asyncio.gather(
        admin.post(f"/people/{second_id}", {"role": "lead"}),
        second.post(f"/people/{own['id']}", {"role": "lead"}),
    )
    assert sorted(answer.status for answer in answers) in ([200, 403], [200, 409])
    left = [each for each in await desk.operators.all() if each.role == "administrator"]
    assert len(left) == 1


async def test_a_new_password_ends_the_old_one_and_its_sessions(
    admin: Hand, desk: Desk, browsers: Browsers
) -> None:
    anna_id = await desk.add("anna")
    anna = await browsers()
    await anna.sign_in("anna")
    password = (await (await admin.post(f"/people/{anna_id}/password")).json())["password"]
    assert (await anna.client.get("/desk/api/me")).status == 401
    assert (await anna.sign_in("anna")).status == 401
    assert (await anna.sign_in("anna", password)).status == 200


async def test_unknown_accounts_are_told_as_such(admin: Hand) -> None:
    assert await refused(await admin.post("/people/u404", {"role": "lead"})) == (404, "unknown_person")
    assert await refused(await admin.post("/people/u404/password")) == (404, "unknown_person")


async def test_one_sees_ones_own_sign_ins_and_ends_the_others(desk: Desk, browsers: Browsers) -> None:
    await desk.add("anna")
    here, there, third = [await browsers() for _ in range(3)]
    for hand in (here, there, third):
        await hand.sign_in("anna")
    sessions = (await here.get("/account/sessions"))["sessions"]
    assert [each["this"] for each in sessions].count(True) == 1
    assert all(each["agent"].startswith("Python") and each["address"] for each in sessions)

    other = next(each for each in sessions if not each["this"])
    assert (await here.post(f"/account/sessions/{other['id']}/end")).status == 200
    assert await refused(await here.post(f"/account/sessions/{other['id']}/end")) == (404, "unknown_session")
    assert len((await here.get("/account/sessions"))["sessions"]) == 2
    assert (await (await here.post("/account/sessions/end")).json())["ended"] == 1
    statuses = [(await hand.client.get("/desk/api/me")).status for hand in (here, there, third)]
    assert statuses == [200, 401, 401]


async def test_nobody_ends_a_session_of_somebody_else(desk: Desk, browsers: Browsers, admin: Hand) -> None:
    await desk.add("anna")
    anna = await browsers()
    await anna.sign_in("anna")
    own = (await admin.get("/account/sessions"))["sessions"][0]["id"]
    assert (await anna.post(f"/account/sessions/{own}/end")).status == 404
    assert (await admin.client.get("/desk/api/me")).status == 200


async def test_ones_own_password_needs_the_present_one_and_signs_out_elsewhere(
    desk: Desk, browsers: Browsers
) -> None:
    await desk.add("anna")
    here, there = await browsers(), await browsers()
    await here.sign_in("anna")
    await there.sign_in("anna")
    wrong = await here.post("/account/password", {"old": "not this", "new": "another long one"})
    assert await refused(wrong) == (403, "wrong_old_password")
    short = await here.post("/account/password", {"old": PASSWORD, "new": "short"})
    assert await refused(short) == (422, "bad_password")

    done = await here.post("/account/password", {"old": PASSWORD, "new": "another long one"})
    here.csrf = (await done.json())["csrf"]
    assert (await there.client.get("/desk/api/me")).status == 401
    assert (await here.post("/account", {"display_name": "Анна", "language": "en"})).status == 200
    assert (await here.get("/me"))["operator"]["language"] == "en"


async def test_guessing_the_present_password_is_slowed_like_signing_in(
    desk: Desk, browsers: Browsers
) -> None:
    await desk.add("anna")
    hand = await browsers()
    await hand.sign_in("anna")
    codes = [
        (await hand.post("/account/password", {"old": f"guess {n}", "new": "another long one"})).status
        for n in range(4)
    ]
    assert codes == [403, 403, 403, 429]


async def test_the_audit_comes_in_pages_and_refuses_odd_filters(admin: Hand, desk: Desk) -> None:
    for n in range(104):
        await desk.add(f"person{n}")
    first = await admin.get("/audit")
    rest = await admin.get(f"/audit?before={first['before']}")
    assert (len(first["lines"]), len(rest["lines"]), rest["before"]) == (100, 5, None)
    assert (await admin.get("/audit?action=settings"))["lines"] == []
    assert (await admin.get("/audit?until=2020-01-01T00:00Z"))["lines"] == []
    for query in ("before=x", "since=monday", "since=2026-03-01T00:00"):
        assert (await admin.client.get(f"/desk/api/audit?{query}")).status == 422
