"""Offers, capacity, giving back and deadlines over a real store."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncEngine

from core.auth_operators import Operators
from core.records import PRIORITY_BOT, outgoing
from core.settings import Section, Settings
from handoff.outcomes import Busy, Offered, Taken
from handoff.packets import new_ticket
from handoff.routing.deadlines import Deadlines
from handoff.routing.distribute import Distributor
from handoff.routing.distribution import DISTRIBUTION, TEAM, Distribution, Member, Team
from handoff.routing.floor import Floor
from handoff.routing.groups import GROUPS, Facts, Group, GroupName, Groups
from handoff.routing.presence import Presence
from handoff.routing.reception import Reception
from handoff.routing.schedule import HOURS, Hours
from handoff.routing.sla import SLA, Sla, TargetRule
from tests.integration.handoff.handoff_world import PACKET, World

PUSH = Distribution(mode="push")
ALWAYS = Hours(week=["00:00-24:00"] * 7)


@dataclass(slots=True)
class Routing:
    """The parts of distribution over one world."""

    world: World
    settings: Settings
    operators: Operators
    floor: Floor
    presence: Presence
    reception: Reception
    distributor: Distributor
    deadlines: Deadlines

    async def person(self, name: str, *, here: bool = True) -> str:
        made = await self.operators.add(
            name, password="a long password", role="operator", language="ru", by="test",
            now=datetime.now(UTC), display_name=name,
        )  # fmt: skip
        if here:
            await self.presence.beat(made.id)
        return made.id

    async def set(self, section: Section[Any], value: BaseModel) -> None:
        stored = await self.settings.stored(section, fresh=True)
        now = datetime.now(UTC)
        await self.settings.put(section, value, version=stored.version, by="test", now=now)

    async def waiting(self, chat: str = "chat1", **facts: Any) -> str:
        """A conversation handed over as the bot does it."""
        place = await self.reception.place(Facts(channel="webchat", **facts), datetime.now(UTC))
        ticket = new_ticket(PACKET, customer="Мария", last_line="?", due_s=(place.due_ms or 0) / 1000)
        ticket |= {
            "group": place.group, "priority": place.priority, "why": place.why,
            "targets": dict(place.targets), "raised_ms": place.raised_ms,
        }  # fmt: skip
        return await self.world.message("?", f"webchat:{chat}", ticket=ticket)

    async def field(self, ticket: str, name: str) -> str:
        return str(await self.world.redis.hget(self.world.keys("ticket", id=ticket), name) or "")

    async def shift(self, ticket: str, name: str, seconds: float) -> None:
        """As if a moment of the ticket had been earlier."""
        was = int(await self.field(ticket, name))
        await self.world.redis.hset(
            self.world.keys("ticket", id=ticket), name, str(was - int(seconds * 1000))
        )

    async def gone(self, operator: str, seconds: float) -> None:
        """As if their last desk had closed that long ago."""
        await self.world.redis.zincrby(self.world.keys("desks"), -seconds * 1000, operator)

    async def events(self, kind: str) -> list[dict[str, Any]]:
        found: Any = await self.world.redis.xrange(self.world.keys("events"))
        return [json.loads(fields["payload"]) for _, fields in found if fields["kind"] == kind]


@pytest.fixture
async def routing(world: World, engine: AsyncEngine) -> Routing:
    settings = Settings(engine, memory_s=0)
    floor = Floor(scripts=world.scripts, keys=world.keys)
    presence = Presence(scripts=world.scripts, keys=world.keys)
    reception = Reception(settings, company_zone="Europe/Moscow")
    operators = Operators(engine, memory_s=0)
    distributor = Distributor(floor=floor, presence=presence, operators=operators, reception=reception)
    deadlines = Deadlines(floor=floor, reception=reception)
    made = Routing(world, settings, operators, floor, presence, reception, distributor, deadlines)
    await made.set(DISTRIBUTION, PUSH)
    await made.set(HOURS, ALWAYS)
    return made


async def test_fifty_operators_press_take_and_exactly_one_has_it(routing: Routing) -> None:
    ticket = await routing.waiting()
    everybody = [f"operator{n}" for n in range(50)]
    outcomes = await asyncio.gather(
        *(routing.world.queue.take(ticket, operator=each, name=each) for each in everybody)
    )
    won = [name for name, outcome in zip(everybody, outcomes, strict=True) if isinstance(outcome, Taken)]
    assert len(won) == 1
    assert outcomes.count(Busy(won[0])) == 49
    assert len(await routing.events("ticket.taken")) == 1


async def test_fifty_offers_at_once_are_one_offer(routing: Routing) -> None:
    people = [await routing.person(f"o{n}") for n in range(3)]
    ticket = await routing.waiting()
    answers = await asyncio.gather(
        *(
            routing.floor.offer(ticket, people[n % 3], hold_s=8, capacity=4, on_channel=None, gone_s=45)
            for n in range(50)
        )
    )
    assert answers.count("offered") == 1
    assert answers.count("held") == 49


async def test_in_pull_mode_nothing_is_offered(routing: Routing) -> None:
    await routing.set(DISTRIBUTION, Distribution())
    anna, ticket = await routing.person("anna"), await routing.waiting()
    await routing.distributor.step()
    assert await routing.floor.offers_to(anna) == []
    assert await routing.field(ticket, "offered_to") == ""


async def test_an_offer_goes_to_the_longest_idle_and_then_to_the_next(routing: Routing) -> None:
    anna, boris = await routing.person("anna"), await routing.person("boris")
    ticket = await routing.waiting()
    await routing.distributor.step()
    first = await routing.field(ticket, "offered_to")
    assert first == anna
    await routing.distributor.step()
    assert await routing.field(ticket, "offered_to") == anna
    await routing.shift(ticket, "offer_ends_at", 10)
    await routing.distributor.step()
    assert await routing.field(ticket, "offered_to") == boris
    assert await routing.floor.pass_on(ticket, boris, "declined")
    await routing.distributor.step()
    assert await routing.field(ticket, "offered_to") == ""
    assert [each["why"] for each in await routing.events("ticket.passed")] == ["expired", "declined"]


async def test_the_one_it_is_offered_to_takes_it_and_another_must_wait(routing: Routing) -> None:
    anna, ticket = await routing.person("anna"), await routing.waiting()
    await routing.distributor.step()
    queue = routing.world.queue
    assert await queue.take(ticket, operator="boris", name="Борис") == Offered(anna)
    assert await queue.take(ticket, operator=anna, name="Анна") == Taken(ticket)
    assert await routing.floor.offers_to(anna) == []
    assert not await routing.floor.pass_on(ticket, anna, "declined")


async def test_a_lead_may_take_over_an_offer_and_it_vanishes(routing: Routing) -> None:
    anna, ticket = await routing.person("anna"), await routing.waiting()
    await routing.distributor.step()
    taken = await routing.world.queue.take_over(ticket, operator="lead", name="Л")
    assert taken == Taken(ticket)
    assert await routing.floor.offers_to(anna) == []


async def test_nobody_gets_more_than_they_can_have(routing: Routing) -> None:
    anna = await routing.person("anna")
    await routing.set(TEAM, Team(people={anna: Member(capacity=2)}))
    for n in range(4):
        await routing.waiting(f"c{n}")
    await routing.distributor.step()
    assert len(await routing.floor.offers_to(anna)) == 2
    other = await routing.waiting("c9")
    refused = await routing.floor.offer(other, anna, hold_s=8, capacity=2, on_channel=None, gone_s=45)
    assert refused == "full"


async def test_nothing_is_offered_to_who_is_elsewhere_busy_or_in_another_group(routing: Routing) -> None:
    mailer, busy, away, other = [await routing.person(name) for name in ("mia", "ben", "ada", "otto")]
    gone = await routing.person("gone", here=False)
    await routing.presence.choose(busy, "busy")
    await routing.gone(away, 60)
    await routing.set(TEAM, Team(people={mailer: Member(channels=["email"])}))
    team = Group(id="general", name=GroupName(ru="О", en="G"), members=[mailer, busy, away, gone])
    await routing.set(GROUPS, Groups(groups=[team]))
    ticket = await routing.waiting()
    await routing.distributor.step()
    assert await routing.field(ticket, "offered_to") == ""
    assert (
        await routing.floor.offer(ticket, busy, hold_s=8, capacity=4, on_channel=None, gone_s=45)
    ) == "away"
    team.members.append(other)
    await routing.set(GROUPS, Groups(groups=[team]))
    await routing.distributor.step()
    assert await routing.field(ticket, "offered_to") == other


async def test_a_returning_customer_comes_to_the_same_person(routing: Routing) -> None:
    await routing.person("anna")
    boris = await routing.person("boris")
    queue = routing.world.queue
    first = await routing.waiting()
    await queue.take_over(first, operator=boris, name="Борис")
    await queue.close(first, operator=boris)
    second = await routing.waiting()
    await routing.distributor.step()
    assert await routing.field(second, "offered_to") == boris


async def test_who_goes_offline_gives_back_first_offers_then_conversations(routing: Routing) -> None:
    anna = await routing.person("anna")
    mine, offered = await routing.waiting("c1"), await routing.waiting("c2")
    await routing.world.queue.take(mine, operator=anna, name="Анна")
    await routing.distributor.step()
    assert await routing.field(offered, "offered_to") == anna
    await routing.gone(anna, 60)
    await routing.distributor.step()
    assert await routing.field(offered, "offered_to") == ""
    assert await routing.field(mine, "status") == "taken"
    await routing.gone(anna, 300)
    await routing.distributor.step()
    assert await routing.field(mine, "status") == "waiting"
    assert (await routing.world.conversation("webchat:c1"))["owner"] == "queue"
    assert (await routing.events("ticket.given_back"))[0]["why"] == "offline"


async def test_who_leaves_a_customer_waiting_gives_back(routing: Routing) -> None:
    anna, ticket = await routing.person("anna"), await routing.waiting()
    await routing.world.queue.take(ticket, operator=anna, name="Анна")
    await routing.world.queue.reply(ticket, operator=anna, name="Анна", text="Смотрю")
    await routing.world.relay("Ну что?")
    for name in ("asked_at", "taken_at"):
        await routing.shift(ticket, name, 14 * 60)
    await routing.distributor.step()
    assert await routing.field(ticket, "status") == "taken"
    for name in ("asked_at", "taken_at"):
        await routing.shift(ticket, name, 2 * 60)
    await routing.distributor.step()
    assert await routing.field(ticket, "status") == "waiting"


async def test_deadlines_warn_escalate_and_end_once(routing: Routing) -> None:
    anna, ticket = await routing.person("anna"), await routing.waiting()
    await routing.deadlines.step()
    assert await routing.events("ticket.clock") == []
    assert await routing.field(ticket, "due_clock") == "first"
    for seconds in (100, 30):
        await routing.shift(ticket, "created_at", seconds)
        await routing.deadlines.step()
        await routing.deadlines.step()
    assert await routing.field(ticket, "late") == "breached"
    await routing.world.queue.take(ticket, operator=anna, name="Анна")
    await routing.world.queue.reply(ticket, operator=anna, name="Анна", text="Простите")
    assert await routing.field(ticket, "late") == ""
    told = [(each["clock"], each["what"], each.get("met")) for each in await routing.events("ticket.clock")]
    assert told == [
        ("first", "warned", None), ("first", "breached", None), ("take", "stopped", False),
        ("first", "stopped", False),
    ]  # fmt: skip


async def test_the_next_answer_has_a_clock_and_waiting_for_the_customer_has_none(routing: Routing) -> None:
    anna, ticket = await routing.person("anna"), await routing.waiting()
    await routing.world.queue.take(ticket, operator=anna, name="Анна")
    await routing.world.queue.reply(ticket, operator=anna, name="Анна", text="Смотрю")
    await routing.deadlines.step()
    assert await routing.field(ticket, "due_clock") == ""
    await routing.shift(ticket, "held_since", 3600)
    await routing.world.relay("Спасибо, а ещё?")
    await routing.deadlines.step()
    asked = int(await routing.field(ticket, "asked_at"))
    assert await routing.field(ticket, "due_clock") == "next"
    assert int(await routing.field(ticket, "due_at")) == asked + 300_000
    created = int(await routing.field(ticket, "created_at"))
    waited = int(await routing.field(ticket, "due_resolve")) - created - 4 * 3600_000
    assert 3_600_000 <= waited < 3_660_000
    await routing.world.queue.reply(ticket, operator=anna, name="Анна", text="Вот")
    await routing.world.queue.close(ticket, operator=anna)
    ends = [(each["clock"], each.get("met")) for each in await routing.events("ticket.clock")]
    assert ends == [("take", True), ("first", True), ("next", True), ("resolve", True)]


async def test_the_queue_goes_by_deadline_window_and_what_is_raised(routing: Routing) -> None:
    plain = await routing.waiting("c1")
    vip = await routing.waiting("c2", tags=("vip",))
    windowed = await routing.waiting("c3")
    soon = int(await routing.field(windowed, "due_at")) - 3600_000
    await routing.world.redis.hset(
        routing.world.keys("ticket", id=windowed), mapping={"window_ends_at": soon, "due_first": ""}
    )
    await routing.deadlines.step()
    assert [each.id for each in await routing.floor.tickets()] == [windowed, vip, plain]
    assert await routing.field(vip, "group") == "vip"
    assert await routing.field(vip, "why") == "tags=vip"


async def test_what_an_operator_joined_has_no_deadlines(routing: Routing) -> None:
    await routing.world.message("Вопрос", "webchat:chat1", replies=[])
    conversation = (await routing.world.conversation())["id"]
    joined = await routing.world.queue.step_in(
        "webchat:chat1", conversation, operator="anna", name="Анна", customer="Мария", language="ru", line=""
    )
    assert isinstance(joined, Taken)
    await routing.deadlines.step()
    assert await routing.events("ticket.clock") == []


async def test_a_conversation_without_any_deadline_keeps_its_place(routing: Routing) -> None:
    await routing.set(SLA, Sla(rules=[TargetRule(take=20)]))
    first, second = await routing.waiting("c1"), await routing.waiting("c2")
    await routing.deadlines.step()
    assert [each.id for each in await routing.floor.tickets()] == [first, second]
    assert await routing.field(first, "due_clock") == ""


async def test_what_the_bot_says_beside_the_queue_is_sent_until_somebody_takes_over(world: World) -> None:
    ticket = await world.hand_over()

    async def beside(number: int) -> str:
        said = outgoing(f"b{number}", "bot", {"text": "Ответ"}, language="ru", priority=PRIORITY_BOT)
        await world.message("А доставка?", relay="А доставка?", replies=[said])
        return f"b{number}"

    first = await beside(1)
    assert await world.send_all() == [first]
    second = await beside(2)
    await world.queue.take(ticket, operator="anna", name="Анна")
    assert second not in await world.send_all()
    assert (await world.outbox(second))["status"] == "cancelled"
    assert await world.redis.hget(world.keys("ticket", id=ticket), "unread") == "0"
