"""Webhooks: fed by what is archived, sent to a real receiver, kept on a page."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.projection import project
from core.secret_box import SecretBox, new_key
from handoff.webhooks.backoff import MOST_ATTEMPTS, MOST_FAILURES
from handoff.webhooks.sender import HookSender
from handoff.webhooks.signing import DELIVERY, EVENT, SIGNATURE, is_right
from handoff.webhooks.store import Webhooks
from handoff.webhooks.tables import webhook_deliveries
from handoff.webhooks.types import EVENTS, WebhookError
from tests.integration.handoff.handoff_desk import Desk, Hand, refused

Browsers = Callable[[], Awaitable[Hand]]
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CLOSED = {
    "kind": "conversation.closed", "conversation": "c1", "ref": "t:1", "at": "1772442000000",
    "payload": json.dumps({"reason": "solved", "by": "u1", "phone": "+79991112233"}),
}  # fmt: skip


@dataclass
class Receiver:
    """A CRM that answers as told and remembers what it heard."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.heard.append((dict(request.headers), await request.read()))
        status = self.answers.pop(0) if self.answers else 200
        headers = {"Location": "http://169.254.169.254/latest"} if status == 302 else {}
        return web.Response(status=status, headers=headers)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    app = web.Application()
    app.router.add_post("/hook", made.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield made
    await runner.cleanup()


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


def kept(engine: AsyncEngine) -> Webhooks:
    return Webhooks(engine, SecretBox(new_key()), allow_private=True)


async def closed(engine: AsyncEngine, *numbers: int) -> None:
    async with engine.begin() as connection:
        for number in numbers:
            await project(connection, f"1772442000000-{number}", CLOSED)


async def test_an_event_reaches_those_who_want_it_signed_and_once(
    archive: AsyncEngine, receiver: Receiver
) -> None:
    hooks, clock = kept(archive), Clock()
    _, secret = await hooks.add(receiver.url, ["conversation.closed"], by="root", now=NOW)
    await hooks.add(receiver.url, ["conversation.taken"], by="root", now=NOW)
    await closed(archive, 1, 1)  # the archiver may repeat itself
    async with HookSender(webhooks=hooks, allow_private=True, now=clock) as sender:
        assert await sender.step() == 1
        assert await sender.step() == 0

    ((headers, body),) = receiver.heard
    told = json.loads(body)
    assert told["event"] == headers[EVENT] == "conversation.closed"
    assert told["id"] == headers[DELIVERY]
    assert told["data"] == {"conversation": "c1", "reason": "solved", "by": "u1"}
    assert is_right(headers[SIGNATURE], secret, body, now_s=int(NOW.timestamp()))
    assert not is_right(headers[SIGNATURE], "another", body, now_s=int(NOW.timestamp()))
    assert not is_right(headers[SIGNATURE], secret, body, now_s=int(NOW.timestamp()) + 301)


async def test_a_receiver_that_fails_is_called_again_later_and_the_rest_waits_its_turn(
    archive: AsyncEngine, receiver: Receiver
) -> None:
    hooks, clock = kept(archive), Clock()
    hook, _ = await hooks.add(receiver.url, EVENTS, by="root", now=NOW)
    await closed(archive, 1, 2)
    receiver.answers = [500, 200, 302]
    sender = HookSender(webhooks=hooks, allow_private=True, now=clock, chance=lambda: 0.99)
    async with sender:
        await sender.step()
        assert len(receiver.heard) == 1
        await sender.step()
        assert len(receiver.heard) == 2
        assert await sender.step() == 0
        clock.now += timedelta(seconds=10)
        await sender.step()
        waiting = [each for each in await hooks.deliveries(hook.id) if each.status == "waiting"]
        assert [(each.attempts, each.response) for each in waiting] == [(2, 302)]
        clock.now += timedelta(seconds=25)
        await sender.step()
    assert {each.status for each in await hooks.deliveries(hook.id)} == {"delivered"}
    assert (await hooks.all())[0].failures == 0


async def test_a_receiver_that_stays_away_is_given_up_and_then_switched_off(archive: AsyncEngine) -> None:
    hooks, clock = kept(archive), Clock()
    hook, _ = await hooks.add("http://127.0.0.1:9/nobody", EVENTS, by="root", now=NOW)
    await closed(archive, 1)
    async with HookSender(webhooks=hooks, allow_private=True, now=clock) as sender:
        for _ in range(MOST_ATTEMPTS):
            clock.now += timedelta(hours=7)
            await sender.step()
        (given_up,) = await hooks.deliveries(hook.id)
        assert (given_up.status, given_up.attempts) == ("failed", MOST_ATTEMPTS)
        assert "Connect" in given_up.error

        await closed(archive, *range(2, 10))
        for _ in range(MOST_FAILURES - MOST_ATTEMPTS):
            assert (await hooks.all())[0].active
            clock.now += timedelta(hours=7)
            await sender.step()
        assert not (await hooks.all())[0].active
        clock.now += timedelta(hours=7)
        assert await sender.step() == 0

    await hooks.change(hook.id, url=hook.url, events=EVENTS, active=True, by="root", now=NOW)
    assert (await hooks.all())[0].failures == 0


async def test_what_was_sent_can_be_sent_again_under_the_same_id(
    archive: AsyncEngine, receiver: Receiver
) -> None:
    hooks, clock = kept(archive), Clock()
    hook, _ = await hooks.add(receiver.url, EVENTS, by="root", now=NOW)
    await closed(archive, 1)
    async with HookSender(webhooks=hooks, allow_private=True, now=clock) as sender:
        await sender.step()
        (delivery,) = await hooks.deliveries(hook.id)
        assert await hooks.send_again(delivery.id, now=clock.now)
        await sender.step()
    assert len({headers[DELIVERY] for headers, _ in receiver.heard}) == 1
    assert len(receiver.heard) == 2
    assert not await hooks.send_again("nothing", now=NOW)


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.example/hook", "ftp://crm.example", "https://", "https://u:p@crm.example/",
        "https://127.0.0.1/", "https://10.1.2.3/", "https://[::1]/", "https://169.254.169.254/latest",
        "https://[::ffff:10.0.0.1]/", "https://100.64.0.1/", "https://0.0.0.0/", "https://224.0.0.1/",
    ],
)  # fmt: skip
async def test_an_address_that_is_not_public_is_refused(archive: AsyncEngine, url: str) -> None:
    hooks = Webhooks(archive, SecretBox(new_key()), allow_private=False)
    with pytest.raises(WebhookError):
        await hooks.add(url, EVENTS, by="root", now=NOW)


async def test_a_name_that_leads_into_the_private_network_is_not_called(
    engine: AsyncEngine, receiver: Receiver
) -> None:
    box = SecretBox(new_key())
    private, public = Webhooks(engine, box, allow_private=True), Webhooks(engine, box, allow_private=False)
    url = receiver.url.replace("http://127.0.0.1", "https://localhost")
    hook, _ = await private.add(url, EVENTS, by="root", now=NOW)
    await closed(engine, 1)
    async with HookSender(webhooks=public, allow_private=False, now=Clock()) as sender:
        await sender.step()
    (delivery,) = await public.deliveries(hook.id)
    assert "not a public address" in delivery.error
    assert receiver.heard == []


async def test_removing_a_webhook_forgets_what_it_was_not_told(archive: AsyncEngine) -> None:
    hooks = kept(archive)
    hook, _ = await hooks.add("https://crm.example/hook", EVENTS, by="root", now=NOW)
    await closed(archive, 1, 2)
    await hooks.remove(hook.id, by="root", now=NOW)
    await hooks.remove(hook.id, by="root", now=NOW)
    async with archive.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(webhook_deliveries)) == 0


async def test_administrators_keep_webhooks_and_nobody_else_sees_them(desk: Desk, browsers: Browsers) -> None:
    await desk.add("root", role="administrator")
    await desk.add("anna", role="lead")
    admin, anna = await browsers(), await browsers()
    await admin.sign_in("root")
    await anna.sign_in("anna")
    body = {"url": "http://127.0.0.1:9/hook", "events": list(EVENTS)}
    assert (await anna.client.get("/desk/api/webhooks")).status == 403
    assert await refused(await anna.post("/webhooks", body)) == (403, "wrong_role")
    for wrong in ({"url": "nonsense", "events": ["conversation.closed"]}, {**body, "events": []}):
        assert await refused(await admin.post("/webhooks", wrong)) == (422, "bad_webhook")

    made = await (await admin.post("/webhooks", body)).json()
    assert made["secret"].startswith("whsec_")
    hook = made["webhook"]["id"]
    assert (await admin.post(f"/webhooks/{hook}/test")).status == 200
    (delivery,) = (await admin.get(f"/webhooks/{hook}/deliveries"))["deliveries"]
    assert (delivery["event"], delivery["status"]) == ("test", "waiting")
    assert (await admin.post(f"/webhooks/deliveries/{delivery['id']}/again")).status == 200
    changed = {**body, "events": ["conversation.rated"], "active": False}
    assert (await admin.post(f"/webhooks/{hook}", changed)).status == 200
    assert (await admin.get("/webhooks"))["webhooks"][0]["active"] is False
    assert (await admin.post(f"/webhooks/{hook}/remove")).status == 200
    assert await refused(await admin.post(f"/webhooks/{hook}/test")) == (422, "bad_webhook")
    actions = [line["action"] for line in (await admin.get("/audit?action=webhook"))["lines"]]
    assert actions == ["webhook.removed", "webhook.changed", "webhook.added"]
