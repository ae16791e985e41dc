"""Second factors over HTTP, and what a role that must use one may do before it has one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from core.auth_second import STEP_S, SecondFactor
from core.secret_box import SecretBox, UnreadableSecretError, new_key
from tests.integration.handoff.handoff_desk import PASSWORD, Desk, Hand, refused

Browsers = Callable[[], Awaitable[Hand]]
NOW = datetime(2026, 3, 2, 9, 0, 10, tzinfo=UTC)


async def enrolled(hand: Hand) -> tuple[pyotp.TOTP, list[str]]:
    """Set it up as a person would; the app and the recovery codes."""
    made = await (await hand.post("/account/second/begin")).json()
    assert made["picture"].startswith("data:image/svg+xml")
    app = pyotp.parse_uri(made["uri"])
    assert isinstance(app, pyotp.TOTP)
    # The code of the step before, which holds too: the present one is left for signing in.
    earlier = app.at(datetime.now(UTC) - timedelta(seconds=STEP_S))
    answer = await hand.post("/account/second/confirm", {"code": earlier})
    assert answer.status == 200, await answer.text()
    return app, (await answer.json())["recovery"]


async def sign_in(hand: Hand, code: str) -> tuple[int, str]:
    body = {"name": "anna", "password": PASSWORD, "code": code}
    response = await hand.client.post("/desk/api/login", json=body)
    if response.status == 200:
        hand.csrf = (await response.json())["csrf"]
        return 200, ""
    return await refused(response)


async def test_who_has_a_second_factor_signs_in_with_its_code_and_each_code_once(
    desk: Desk, browsers: Browsers
) -> None:
    await desk.add("anna")
    hand, other = await browsers(), await browsers()
    await hand.sign_in("anna")
    app, recovery = await enrolled(hand)
    assert len(set(recovery)) == 10

    assert await sign_in(other, "") == (401, "code_needed")
    assert await sign_in(other, "000000") == (401, "wrong_code")
    code = app.now()
    assert await sign_in(other, f"{code[:3]} {code[3:]}") == (200, "")
    assert await sign_in(await browsers(), code) == (401, "wrong_code")
    assert await sign_in(await browsers(), recovery[0].upper()) == (200, "")
    assert await sign_in(await browsers(), recovery[0]) == (401, "wrong_code")


async def test_a_wrong_password_says_nothing_about_a_second_factor(desk: Desk, browsers: Browsers) -> None:
    await desk.add("anna")
    hand = await browsers()
    await hand.sign_in("anna")
    await enrolled(hand)
    other = await browsers()
    assert await refused(await other.sign_in("anna", "not the password")) == (401, "wrong_password")


async def test_guessing_codes_is_slowed_like_guessing_passwords(desk: Desk, browsers: Browsers) -> None:
    await desk.add("anna")
    hand, other = await browsers(), await browsers()
    await hand.sign_in("anna")
    await enrolled(hand)
    statuses = [(await sign_in(other, f"{n:06d}"))[0] for n in range(5)]
    assert statuses == [401, 401, 401, 429, 429]


async def test_it_is_turned_off_with_a_code_only(desk: Desk, browsers: Browsers) -> None:
    await desk.add("anna")
    hand, other = await browsers(), await browsers()
    await hand.sign_in("anna")
    _, recovery = await enrolled(hand)
    assert await refused(await hand.post("/account/second/off", {"code": "123456"})) == (403, "wrong_code")
    assert (await hand.post("/account/second/off", {"code": recovery[3]})).status == 200
    assert await sign_in(other, "") == (200, "")


async def test_a_role_that_must_use_one_can_do_nothing_else_before(desk: Desk, browsers: Browsers) -> None:
    await desk.add("root", role="administrator")
    await desk.add("anna")
    admin, anna = await browsers(), await browsers()
    await admin.sign_in("root")
    await anna.sign_in("anna")
    asked = {"second_factor": ["operator"], "version": 0}
    assert (await admin.post("/settings/sign-in", asked)).status == 200
    assert await refused(await admin.post("/settings/sign-in", asked)) == (409, "settings_changed")

    tickets = await anna.client.get("/desk/api/tickets")
    assert await refused(tickets) == (403, "second_factor_needed")
    desk_page = await anna.client.get("/desk", allow_redirects=False)
    assert desk_page.headers["Location"] == "/desk/account"
    await enrolled(anna)
    assert (await anna.client.get("/desk/api/tickets")).status == 200


async def test_an_administrator_resets_it_for_somebody_who_lost_the_phone(
    desk: Desk, browsers: Browsers
) -> None:
    await desk.add("root", role="administrator")
    anna_id = await desk.add("anna")
    admin, anna = await browsers(), await browsers()
    await admin.sign_in("root")
    await anna.sign_in("anna")
    await enrolled(anna)
    assert (await admin.get(f"/people/{anna_id}/sessions"))["second"] is True
    assert (await admin.post(f"/people/{anna_id}/second/off")).status == 200
    assert (await anna.client.get("/desk/api/me")).status == 401
    assert await sign_in(anna, "") == (200, "")


@pytest.mark.parametrize(("late_s", "right"), [(-65, False), (-29, True), (0, True), (29, True), (75, False)])
async def test_a_clock_may_be_one_step_off(archive: AsyncEngine, late_s: int, right: bool) -> None:
    second = SecondFactor(archive, SecretBox(new_key()))
    app = pyotp.TOTP((await second.begin("u1", "anna")).secret)
    long_ago = NOW - timedelta(hours=1)
    assert await second.confirm("u1", app.at(long_ago), by="anna", now=long_ago)
    proof = await second.check("u1", app.at(NOW - timedelta(seconds=late_s)), now=NOW)
    assert (proof == "code") is right


async def test_setting_it_up_again_keeps_the_old_one_until_the_new_one_is_confirmed(
    archive: AsyncEngine,
) -> None:
    second = SecondFactor(archive, SecretBox(new_key()))
    old = pyotp.TOTP((await second.begin("u1", "anna")).secret)
    assert not await second.on("u1")
    await second.confirm("u1", old.at(NOW), by="anna", now=NOW)
    new = pyotp.TOTP((await second.begin("u1", "anna")).secret)
    later = NOW + timedelta(minutes=5)
    assert await second.confirm("u1", "not a code", by="anna", now=later) is None
    assert await second.check("u1", old.at(later), now=later) == "code"
    assert await second.confirm("u1", new.at(later), by="anna", now=later)
    assert await second.check("u1", old.at(NOW + timedelta(hours=1)), now=NOW + timedelta(hours=1)) is None


async def test_a_changed_key_is_told_as_such(archive: AsyncEngine) -> None:
    second = SecondFactor(archive, SecretBox(new_key()))
    app = pyotp.TOTP((await second.begin("u1", "anna")).secret)
    await second.confirm("u1", app.at(NOW), by="anna", now=NOW)
    with pytest.raises(UnreadableSecretError, match="DUET_SECRET_KEY"):
        await SecondFactor(archive, SecretBox(new_key())).check("u1", "123456", now=NOW)
