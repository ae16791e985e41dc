"""Web Push: fed by what is archived, encrypted for one browser, signed, and sent with the desk closed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.projection import project
from core.auth import Role
from core.auth_accounts import Accounts, Change
from core.auth_operators import Operators
from core.clock import utc_now
from core.secret_box import SecretBox, new_key
from core.settings import Settings
from handoff.push.keys import PushKeys, contact_of
from handoff.push.sender import PushSender
from handoff.push.store import MOST_BROWSERS, MOST_REFUSALS, Outbox, Subscriptions
from handoff.push.tables import push_outbox, push_subscriptions
from handoff.push.types import KINDS, MANNERS, PushError
from handoff.routing.groups import GROUPS
from handoff.routing.presence import Presence
from tests.integration.handoff.handoff_desk import Desk, Hand, refused
from tests.integration.handoff.handoff_world import World
from tests.integration.handoff.push_world import Browser, PushService, claims_of, serving

Browsers = Callable[[], Awaitable[Hand]]
CONTACT = "https://lavka.example/privacy"


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    async with serving() as made:
        yield made


@dataclass
class Scene:
    """One archive, one live record, and a clock that only tests move."""

    engine: AsyncEngine
    world: World
    service: PushService
    now: datetime
    box: SecretBox
    event: int = 0

    @property
    def subscriptions(self) -> Subscriptions:
        return Subscriptions(self.engine, allow_private=True)

    @property
    def keys(self) -> PushKeys:
        return PushKeys(self.engine, self.box, contact=CONTACT)

    async def operator(self, name: str, role: Role = "operator") -> str:
        made = await Operators(self.engine).add(
            name,
            password="a long password",
            role=role,
            language="en",
            display_name=name,
            by="root",
            now=self.now,
        )
        return made.id

    async def browser(self, operator: str, *kinds: str) -> Browser:
        made = Browser(f"{self.service.url}/{operator}")
        await self.subscriptions.put(
            operator, endpoint=made.endpoint, **made.keys(), kinds=kinds or KINDS, now=self.now
        )
        return made

    async def happens(self, event: str, /, *, times: int = 1, **payload: Any) -> None:
        """An event is archived; several times, as after a crash."""
        self.event += 1
        at_ms = round(self.now.timestamp() * 1000)
        fields = {
            "kind": event, "conversation": "c1", "ref": "t:1", "at": str(at_ms),
            "payload": json.dumps(payload),
        }  # fmt: skip
        async with self.engine.begin() as connection:
            for _ in range(times):
                await project(connection, f"{at_ms}-{self.event}", fields)

    async def ticket(self, group: str = "general", ticket: str = "t1") -> None:
        await self.happens(
            "ticket.created", ticket=ticket, reason="asked", group=group, priority=1, customer="t:1",
            language="ru", packet="{}", due_at=0,
        )  # fmt: skip

    async def step(self, *, allow_private: bool = True) -> int:
        sender = PushSender(
            outbox=Outbox(self.engine),
            keys=self.keys,
            presence=Presence(scripts=self.world.scripts, keys=self.world.keys),
            settings=Settings(self.engine, memory_s=0),
            allow_private=allow_private,
            now=lambda: self.now,
            chance=lambda: 0.99,
        )
        async with sender:
            return await sender.step()

    async def rows(self, table: Any) -> int:
        async with self.engine.connect() as connection:
            return int(await connection.scalar(select(func.count()).select_from(table)) or 0)


def scene_on(engine: AsyncEngine, world: World, service: PushService) -> Scene:
    return Scene(engine, world, service, utc_now().replace(microsecond=0), SecretBox(new_key()))


@pytest.fixture
def scene(engine: AsyncEngine, world: World, service: PushService) -> Scene:
    return scene_on(engine, world, service)


async def test_a_customer_who_waits_is_told_once_signed_and_for_this_browser_alone(
    archive: AsyncEngine, world: World, service: PushService
) -> None:
    scene = scene_on(archive, world, service)
    browser = await scene.browser(await scene.operator("anna"))
    await scene.browser(await scene.operator("boris"), "mention")
    await scene.ticket()
    assert await scene.step() == 1
    await scene.happens("ticket.given_back", times=2, ticket="t1", operator="u9")
    assert await scene.step() == 1
    assert await scene.step() == 0

    path, headers, body = service.heard[0]
    assert len(service.heard) == 2
    assert browser.endpoint.endswith(path)
    assert browser.read(body) == {"kind": "waiting", "ticket": "t1", "language": "en"}
    assert (headers["TTL"], headers["Urgency"]) == (str(MANNERS["waiting"].ttl_s), "high")
    assert len(headers["Topic"]) == 32
    signer = await scene.keys.signer(now=scene.now)
    assert signer is not None
    claims = claims_of(headers["Authorization"], signer.public)
    assert (claims["aud"], claims["sub"]) == (service.url, CONTACT)
    assert 0 < claims["exp"] - scene.now.timestamp() <= 24 * 3600
    token, _, key = headers["Authorization"].partition(",")
    with pytest.raises(InvalidSignature):
        claims_of(f"{token[:-8]}AAAAAAAA,{key}", signer.public)
    with pytest.raises(Exception, match=r"."):
        Browser(browser.endpoint).read(body)


async def test_each_event_is_told_to_whom_it_concerns(scene: Scene, service: PushService) -> None:
    anna = await scene.operator("anna")
    lead = await scene.operator("lena", "lead")
    hers, leads = await scene.browser(anna), await scene.browser(lead, "overdue", "task")
    await scene.ticket()
    await scene.happens("ticket.transferred", ticket="t1", by=lead, holder="", operator=anna, group="general")
    await scene.happens("turn", author="customer", kind="text", text="Где заказ? +79991112233")
    await scene.happens("turn", author="operator", kind="text", text="Ищу", operator=anna)
    await scene.happens("mention", id="m1", ticket="t1", operator=anna, by=lead)
    await scene.happens("mention", id="m2", ticket="t1", operator=anna, by=anna)
    clock: dict[str, Any] = {
        "clock": "next",
        "since": 1,
        "group": "general",
        "priority": 1,
        "channel": "t",
        "target": 9,
    }
    await scene.happens("ticket.clock", ticket="t1", what="warned", **clock)
    await scene.happens("ticket.clock", ticket="t1", what="breached", **clock)
    await scene.happens("task.due", task="k1", kind="promise", owner=anna, audience="desk", due_at=0)
    await scene.happens("task.due", task="k2", kind="rating", owner=None, audience="lead", due_at=0)
    await scene.step()

    told = [hers.read(each)["kind"] for each in service.of(hers)]
    assert sorted(told) == ["assigned", "mention", "message", "task"]
    assert [leads.read(each)["kind"] for each in service.of(leads)] == ["overdue", "task"]


async def test_who_waits_in_a_group_is_told_to_its_members(scene: Scene, service: PushService) -> None:
    anna, boris = await scene.operator("anna"), await scene.operator("boris")
    hers, his = await scene.browser(anna), await scene.browser(boris)
    settings = Settings(scene.engine, memory_s=0)
    groups = (await settings.get(GROUPS)).model_copy(deep=True)
    next(each for each in groups.groups if each.id == "vip").members = [boris]
    await settings.put(GROUPS, groups, version=0, by="root", now=scene.now)
    await scene.ticket("vip")
    await scene.step()
    assert (len(service.of(hers)), len(service.of(his))) == (0, 1)


async def test_what_an_open_desk_tells_and_what_is_over_is_not_pushed(
    scene: Scene, service: PushService
) -> None:
    anna, boris = await scene.operator("anna"), await scene.operator("boris")
    hers, his = await scene.browser(anna), await scene.browser(boris)
    presence = Presence(scripts=scene.world.scripts, keys=scene.world.keys)
    await presence.beat(anna)
    scene.now = utc_now() + timedelta(seconds=5)
    await scene.ticket()
    await scene.step()  # her desk beat a moment ago: it may be open still
    assert (len(service.of(hers)), len(service.of(his))) == (0, 1)
    scene.now += timedelta(seconds=20)
    await scene.step()
    assert len(service.of(hers)) == 1

    scene.now = utc_now() - timedelta(seconds=5)
    await scene.ticket(ticket="t2")
    await presence.beat(anna)
    scene.now += timedelta(seconds=60)
    await scene.happens("ticket.taken", ticket="t2", operator="u9")
    await scene.step()
    assert (len(service.of(hers)), len(service.of(his))) == (1, 1)

    await scene.happens("mention", id="m1", ticket="t2", operator=boris, by=anna)
    scene.now += timedelta(seconds=MANNERS["mention"].ttl_s + 1)
    await scene.step()
    assert len(service.of(his)) == 1


@pytest.mark.parametrize("status", [404, 410])
async def test_a_subscription_that_has_ended_is_forgotten(
    scene: Scene, service: PushService, status: int
) -> None:
    await scene.browser(await scene.operator("anna"))
    await scene.ticket()
    service.answers = [status]
    await scene.step()
    assert (await scene.rows(push_subscriptions), await scene.rows(push_outbox)) == (0, 0)


@pytest.mark.parametrize(("status", "wait_s"), [(500, 10), (503, 10), (429, 100)])
async def test_a_push_service_that_fails_is_asked_again_later(
    scene: Scene, service: PushService, status: int, wait_s: int
) -> None:
    browser = await scene.browser(await scene.operator("anna"))
    await scene.ticket()
    service.answers = [status]
    await scene.step()
    scene.now += timedelta(seconds=wait_s - 1)
    assert await scene.step() == 0
    scene.now += timedelta(seconds=1)
    assert await scene.step() == 1
    assert [browser.read(each)["kind"] for each in service.of(browser)] == ["waiting", "waiting"]
    assert await scene.step() == 0


async def test_a_browser_that_is_refused_again_and_again_is_forgotten(
    scene: Scene, service: PushService
) -> None:
    await scene.browser(await scene.operator("anna"))
    service.answers = [403] * MOST_REFUSALS
    await scene.ticket()
    for number in range(MOST_REFUSALS):
        assert await scene.rows(push_subscriptions) == 1
        if number:
            await scene.happens("ticket.given_back", ticket="t1", operator="u9")
        await scene.step()
    assert await scene.rows(push_subscriptions) == 0


async def test_a_push_service_in_the_private_network_is_not_called(
    scene: Scene, service: PushService
) -> None:
    await scene.browser(await scene.operator("anna"))
    await scene.ticket()
    assert await scene.step(allow_private=False) == 1
    assert service.heard == []
    public = Subscriptions(scene.engine, allow_private=False)
    keys = Browser("").keys()
    for endpoint in ("http://push.example/1", "https://10.0.0.1/1", "https://127.0.0.1/1"):
        with pytest.raises(PushError):
            await public.put("u1", endpoint=endpoint, **keys, kinds=KINDS, now=scene.now)


async def test_who_may_not_sign_in_any_more_is_not_told(scene: Scene, service: PushService) -> None:
    await scene.operator("root", "administrator")
    anna = await scene.operator("anna")
    await scene.browser(anna)
    accounts = Accounts(scene.engine, Operators(scene.engine))
    await accounts.change(anna, Change(active=False), by="root", now=scene.now)
    await scene.ticket()
    assert await scene.step() == 0


async def test_the_key_is_kept_encrypted_and_made_anew_with_another_secret(
    archive: AsyncEngine, world: World, service: PushService
) -> None:
    scene = scene_on(archive, world, service)
    await scene.browser(await scene.operator("anna"))
    first, again = await scene.keys.signer(now=scene.now), await scene.keys.signer(now=scene.now)
    assert first is not None
    assert again is not None
    assert first.public == again.public
    assert await scene.rows(push_subscriptions) == 1

    scene.box = SecretBox(new_key())
    other = await scene.keys.signer(now=scene.now)
    assert other is not None
    assert other.public != first.public
    assert await scene.rows(push_subscriptions) == 0
    assert await PushKeys(archive, scene.box, contact="").signer(now=scene.now) is None


def test_push_services_may_write_to_an_address_or_to_the_companys_page() -> None:
    assert contact_of("desk@lavka.example", CONTACT) == "mailto:desk@lavka.example"
    assert contact_of("mailto:a@b.example", CONTACT) == "mailto:a@b.example"
    assert contact_of("", CONTACT) == CONTACT
    assert contact_of("", "") == ""


async def test_an_operator_turns_it_on_and_off_for_a_browser(desk: Desk, browsers: Browsers) -> None:
    await desk.add("anna")
    await desk.add("boris")
    anna, boris = await browsers(), await browsers()
    await anna.sign_in("anna")
    await boris.sign_in("boris")
    found = await anna.get("/push")
    assert (found["kinds"], found["subscriptions"]) == ([each for each in KINDS if each != "overdue"], [])
    assert len(found["key"]) == 87

    body = {"endpoint": "https://push.example/1", "keys": Browser("").keys(), "kinds": ["overdue", "task"]}
    made = await (await anna.post("/push", body)).json()
    assert (await anna.get("/push"))["subscriptions"] == [{"id": made["id"], "kinds": ["task"]}]
    for wrong in (
        {**body, "endpoint": "http://push.example/1"},
        {**body, "keys": {"p256dh": "AAAA", "auth": "AAAA"}},
        {**body, "keys": {**Browser("").keys(), "auth": "ééé"}},
    ):
        assert await refused(await anna.post("/push", wrong)) == (422, "bad_subscription")

    assert (await boris.post(f"/push/{made['id']}/remove")).status == 200
    assert (await anna.get("/push"))["subscriptions"] != []
    await boris.post("/push", body)  # he signs in at her browser: it is his now
    assert (await anna.get("/push"))["subscriptions"] == []
    assert (await boris.post(f"/push/{made['id']}/remove")).status == 200
    assert (await boris.get("/push"))["subscriptions"] == []

    for number in range(MOST_BROWSERS):
        answer = await anna.post("/push", {**body, "endpoint": f"https://push.example/{number + 2}"})
        assert answer.status == 200
    assert await refused(await anna.post("/push", body)) == (422, "bad_subscription")


async def test_the_worker_is_served_for_the_whole_desk_with_its_words(browsers: Browsers) -> None:
    answer = await (await browsers()).client.get("/desk/sw.js")
    text = await answer.text()
    assert answer.status == 200
    assert answer.headers["Service-Worker-Allowed"] == "/desk"
    assert answer.content_type == "text/javascript"
    assert "worker-src 'self'" in answer.headers["Content-Security-Policy"]
    words = json.loads(text.splitlines()[0].removeprefix("const WORDS = ").removesuffix(";"))
    assert set(words) == {"ru", "en"}
    assert all(set(KINDS) < set(own) for own in words.values())
