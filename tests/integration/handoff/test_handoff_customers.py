"""Customers as people: recognising, merging and undoing it, the card, tickets answered together."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.projection import project
from core.records import dump
from core.tables import audit, customers
from handoff.customers.card import Cards
from handoff.customers.linking import Linked, Linking, SameChat, Unlinked
from handoff.customers.people import People
from handoff.customers.persons import Already, Merged, Stale, Undone, own_person
from handoff.customers.profiles import Profile
from handoff.outcomes import Busy, Over, Queued, Unknown
from tests.integration.handoff.handoff_desk import Desk, Hand, refused
from tests.integration.handoff.handoff_world import World
from tests.integration.handoff.lists_world import archive_all

ANNA: dict[str, Any] = {"operator": "u1", "name": "Анна"}
WEB, TELEGRAM, OTHER = "webchat:1", "telegram:2", "telegram:3"
Browsers = Callable[[], Awaitable[Hand]]


def now() -> datetime:
    return datetime.now(UTC)


def cards(world: World, engine: AsyncEngine) -> Cards:
    return Cards(engine=engine, redis=world.redis, keys=world.keys)


async def keys_of(world: World, engine: AsyncEngine, customer: str) -> list[str]:
    return list((await cards(world, engine).card(customer)).customers)


async def proved(engine: AsyncEngine, key: str, phone: str, *, at_ms: int) -> None:
    """The event of a customer who proved a phone, as the archiver projects it."""
    payload = dump({"key": key, "name": "Мария", "language": "ru", "phone": phone})
    fields = {"kind": "customer", "conversation": "c1", "ref": key, "at": str(at_ms), "payload": payload}
    async with engine.begin() as connection:
        await project(connection, f"{at_ms}-0", fields)


async def merged(people: People, one: str, other: str) -> int:
    done = await people.merge(one, other, who="u1", now=now())
    assert isinstance(done, Merged)
    return done.history


async def test_a_customer_is_a_person_alone_until_somebody_says_otherwise(
    world: World, archive: AsyncEngine
) -> None:
    people = People(archive)
    assert await keys_of(world, archive, WEB) == [WEB]
    history = await merged(people, WEB, TELEGRAM)
    assert await keys_of(world, archive, WEB) == await keys_of(world, archive, TELEGRAM) == [TELEGRAM, WEB]
    assert await people.merge(TELEGRAM, WEB, who="u1", now=now()) == Already()
    assert await people.undo(history, who="u2", now=now()) == Undone((TELEGRAM, WEB))
    assert await keys_of(world, archive, WEB) == [WEB]
    assert await people.undo(history, who="u2", now=now()) == Stale()
    async with archive.connect() as connection:
        done = (await connection.execute(select(audit.c.action).order_by(audit.c.id))).scalars().all()
    assert done == ["customer.merged", "customer.parted"]


async def test_merging_loses_nothing_and_undoing_it_gives_everything_back(
    world: World, archive: AsyncEngine
) -> None:
    people, read = People(archive), cards(world, archive)
    await people.change(WEB, who="u1", now=now(), tags=("постоянный",))
    await people.change(TELEGRAM, who="u1", now=now(), tags=("опт",), vip=True, manager="u9")
    await people.add_note(TELEGRAM, "Звонить после обеда", who="u1", now=now())
    history = await merged(people, WEB, TELEGRAM)
    both = await read.card(WEB)
    assert both.profile == Profile(("постоянный", "опт"), True, "u9")
    assert [note.text for note in both.notes] == ["Звонить после обеда"]
    assert [(joining.id, joining.how, joining.customers) for joining in both.joined] == [
        (history, "operator", (TELEGRAM,))
    ]
    await people.add_note(WEB, "Уже вместе", who="u1", now=now())
    await people.undo(history, who="u1", now=now())
    assert (await read.card(WEB)).profile == Profile(("постоянный",))
    assert (await read.card(TELEGRAM)).profile == Profile(("опт",), True, "u9")
    assert [note.text for note in (await read.card(TELEGRAM)).notes] == ["Звонить после обеда"]
    assert [note.text for note in (await read.card(WEB)).notes] == ["Уже вместе"]


async def test_what_was_changed_after_a_merge_survives_undoing_it(archive: AsyncEngine) -> None:
    people = People(archive)
    await people.change(TELEGRAM, who="u1", now=datetime(2026, 1, 1, tzinfo=UTC), vip=True)
    history = await merged(people, WEB, TELEGRAM)
    await people.change(WEB, who="u1", now=datetime(2036, 1, 1, tzinfo=UTC), tags=("новое",))
    await people.undo(history, who="u1", now=now())
    assert await people.profile_of(WEB) == Profile(("новое",), True)


async def test_two_who_merge_the_same_two_at_once_make_no_circle(world: World, archive: AsyncEngine) -> None:
    people = People(archive)
    pairs = [(WEB, TELEGRAM), (TELEGRAM, WEB), (WEB, OTHER), (OTHER, TELEGRAM)] * 3
    for one, other in pairs[:4]:
        await people.change(one, who="u1", now=now(), tags=("x",))
        await people.change(other, who="u1", now=now(), tags=("x",))
    done = await asyncio.gather(*(people.merge(one, other, who="u1", now=now()) for one, other in pairs))
    assert sum(isinstance(each, Merged) for each in done) == 2
    assert {tuple(await keys_of(world, archive, key)) for key in (WEB, TELEGRAM, OTHER)} == {
        (TELEGRAM, OTHER, WEB)
    }


async def test_merges_may_be_undone_in_any_order(world: World, archive: AsyncEngine) -> None:
    people = People(archive)
    first = await merged(people, WEB, TELEGRAM)
    second = await merged(people, OTHER, TELEGRAM)
    assert await keys_of(world, archive, WEB) == [TELEGRAM, OTHER, WEB]
    await people.undo(first, who="u1", now=now())
    assert await keys_of(world, archive, WEB) == [OTHER, WEB]
    assert await keys_of(world, archive, TELEGRAM) == [TELEGRAM]
    await people.undo(second, who="u1", now=now())
    assert await keys_of(world, archive, WEB) == [WEB]


async def test_who_proves_the_same_phone_is_recognised_once(world: World, archive: AsyncEngine) -> None:
    people = People(archive)
    await proved(archive, TELEGRAM, "+79160000001", at_ms=1000)
    await proved(archive, OTHER, "+79160000002", at_ms=2000)
    await proved(archive, WEB, "+79160000001", at_ms=3000)
    card = await cards(world, archive).card(WEB)
    assert card.customers == (TELEGRAM, WEB)
    assert card.person == own_person(TELEGRAM), "the one known for longer takes the other in"
    [joining] = card.joined
    assert (joining.who, joining.how) == ("system", "phone")
    await people.undo(joining.id, who="u1", now=now())
    await proved(archive, WEB, "+79160000001", at_ms=4000)
    assert await keys_of(world, archive, WEB) == [WEB], "people told them apart"


async def test_the_card_shows_the_conversations_of_all_channels(world: World, archive: AsyncEngine) -> None:
    ticket = await world.hand_over("Где посылка?", ref=WEB)
    await world.queue.close(ticket, operator="u1")
    await world.bot_says("Баланс 5", to="Сколько баллов?", ref=TELEGRAM)
    await archive_all(world, archive)
    await merged(People(archive), WEB, TELEGRAM)
    card = await cards(world, archive).card(WEB)
    assert [(past.channel, past.first_line, past.reason) for past in card.past] == [
        ("telegram", "Сколько баллов?", ""),
        ("webchat", "Где посылка?", "complaint"),
    ]
    assert await cards(world, archive).customer_of(ticket=ticket) == WEB
    assert await cards(world, archive).customer_of(conversation=card.past[0].id) == TELEGRAM
    assert await cards(world, archive).customer_of(ticket="77") == ""


async def two_tickets(world: World) -> tuple[str, str]:
    first = await world.hand_over("Где мой заказ?", ref=WEB)
    second = await world.hand_over("Где мой заказ?", ref=TELEGRAM)
    await world.queue.take(first, **ANNA)
    return first, second


async def outgoing_texts(world: World, ref: str) -> list[str]:
    ids: Any = await world.redis.lrange(world.keys("out_chat", ref=ref), 0, -1)
    return [json.loads((await world.outbox(each))["payload"])["reply"]["text"] for each in ids]


async def test_what_is_written_to_one_of_two_linked_tickets_reaches_both_channels_once(world: World) -> None:
    first, second = await two_tickets(world)
    linking = Linking(world.scripts, world.keys)
    assert await linking.link(first, second, operator="u1") == Linked()
    assert await linking.linked(second) == [first]
    assert (await world.conversation(TELEGRAM))["owner"] == "operator:u1"
    for _ in range(2):
        sent = await world.queue.reply(first, **ANNA, text="Едет!", client_id="k1")
        assert isinstance(sent, Queued)
    assert await outgoing_texts(world, WEB) == ["Анна на связи.", "Едет!"]
    assert await outgoing_texts(world, TELEGRAM) == ["Едет!"]
    await world.queue.reply(second, **ANNA, text="Завтра")
    assert await outgoing_texts(world, WEB) == ["Анна на связи.", "Едет!", "Завтра"]
    events: Any = await world.redis.xrange(world.keys("events"))
    turns = [json.loads(fields["payload"]) for _, fields in events if fields["kind"] == "turn"]
    ids = [turn["out_id"] for turn in turns if turn.get("out_id")]
    assert len(ids) == len(set(ids))

    assert await linking.unlink(second, operator="u1") == Unlinked()
    await world.queue.reply(first, **ANNA, text="Только вам")
    assert "Только вам" not in await outgoing_texts(world, TELEGRAM)


async def test_only_ones_own_ticket_is_linked_and_only_with_one_that_is_open(world: World) -> None:
    first, second = await two_tickets(world)
    linking = Linking(world.scripts, world.keys)
    assert await linking.link(first, second, operator="u2") == Busy("u1")
    assert await linking.link(second, first, operator="u1") == Over("waiting")
    assert await linking.link(first, "77", operator="u1") == Unknown()
    assert await linking.link(first, first, operator="u1") == SameChat()
    await world.queue.take(second, operator="u2", name="Борис")
    assert await linking.link(first, second, operator="u1") == Busy("u2")
    await world.queue.close(second, operator="u2")
    assert await linking.link(first, second, operator="u1") == Over("closed")


async def test_linking_stops_the_deadlines_of_both_as_taking_and_answering_would(world: World) -> None:
    first, second = await two_tickets(world)
    await Linking(world.scripts, world.keys).link(first, second, operator="u1")
    await world.queue.reply(first, **ANNA, text="Едет!")
    for ticket in (first, second):
        fields: Any = await world.redis.hgetall(world.keys("ticket", id=ticket))
        assert (fields["asked_at"], fields["due_clock"]) == ("", "")
    assert (await world.conversation(TELEGRAM))["last_operator"] == "u1"


async def test_what_a_colleague_is_offered_is_not_linked_over_their_head(world: World) -> None:
    first, second = await two_tickets(world)
    offer: dict[Any, Any] = {"offered_to": "u2", "offer_ends_at": str(9 * 10**15)}
    await world.redis.hset(world.keys("ticket", id=second), mapping=offer)
    linking = Linking(world.scripts, world.keys)
    assert await linking.link(first, second, operator="u1") == Busy("u2")


async def test_what_leads_say_of_a_customer_reaches_every_channel_where_distribution_reads_it(
    desk: Desk, browsers: Browsers, world: World, engine: AsyncEngine
) -> None:
    await desk.add("lena", role="lead")
    boris = await desk.add("boris")
    lena = await browsers()
    await lena.sign_in("lena")

    async def known(customer: str) -> tuple[str, str]:
        account, user_id = customer.split(":")
        found: Any = await world.redis.hgetall(world.keys("customer", account=account, user_id=user_id))
        return found["tags"], found["manager"]

    await lena.post(
        "/customer/profile", {"customer": WEB, "vip": True, "manager": boris, "tags": ["опт, юг"]}
    )
    assert await known(WEB) == ("опт  юг,vip", boris)
    done = await (await lena.post("/customer/merge", {"customer": WEB, "other": TELEGRAM})).json()
    assert await known(TELEGRAM) == ("опт  юг,vip", boris)
    assert (await lena.post(f"/customer/joinings/{done['joining']}/undo")).status == 200
    assert await known(TELEGRAM) == ("", "")
    assert await known(WEB) == ("опт  юг,vip", boris)


async def test_a_ticket_that_ends_leaves_the_others_it_was_linked_with(world: World) -> None:
    first, second = await two_tickets(world)
    linking = Linking(world.scripts, world.keys)
    await linking.link(first, second, operator="u1")
    await world.queue.close(second, operator="u1")
    assert await linking.linked(first) == []
    assert isinstance(await world.queue.reply(first, **ANNA, text="Ещё здесь"), Queued)


async def test_the_card_and_linking_over_http(
    desk: Desk, browsers: Browsers, world: World, engine: AsyncEngine
) -> None:
    anna_id = await desk.add("anna", display_name="Анна")
    await desk.add("lena", role="lead", display_name="Лена")
    anna, lena = await browsers(), await browsers()
    await anna.sign_in("anna")
    await lena.sign_in("lena")
    first = await world.hand_over("Где мой заказ?", ref=WEB)
    second = await world.hand_over("Где мой заказ?", ref=TELEGRAM)
    await archive_all(world, engine)
    await anna.post(f"/tickets/{first}/take")
    row = {"key": WEB, "name": "Мария", "language": "ru", "phone": "+79161234567", "first_seen_ms": 1,
           "last_seen_ms": 1}  # fmt: skip
    async with engine.begin() as connection:
        await connection.execute(insert(customers).values(**row))
    assert (await anna.get(f"/customer?ticket={first}"))["phone"] == "•••4567"
    assert (await lena.get(f"/customer?ticket={first}"))["phone"] == "+79161234567"
    assert (await anna.get(f"/customer/loyalty?key={TELEGRAM}"))["state"] == "unverified"

    assert await refused(await anna.post(f"/tickets/{first}/link", {"other": second})) == (
        409,
        "other_person",
    )
    made = await (await anna.post("/customer/merge", {"customer": WEB, "other": TELEGRAM})).json()
    same = await anna.get(f"/tickets/{first}/same")
    assert [line["id"] for line in same["suggested"]] == [second]
    assert (await anna.post(f"/tickets/{first}/link", {"other": second})).status == 200
    assert [line["id"] for line in (await anna.get(f"/tickets/{first}/same"))["linked"]] == [second]

    vip = {"customer": WEB, "vip": True, "manager": anna_id}
    assert await refused(await anna.post("/customer/profile", vip)) == (403, "vip_leads")
    assert (await lena.post("/customer/profile", vip)).status == 200
    assert (await anna.post("/customer/profile", {"customer": WEB, "tags": [" Опт "]})).status == 200
    noted = await (await lena.post("/customer/notes", {"customer": TELEGRAM, "text": "Важно"})).json()
    card = await anna.get(f"/customer?key={TELEGRAM}")
    assert (card["vip"], card["manager"]["display_name"], card["tags"]) == (True, "Анна", ["опт"])
    assert [note["text"] for note in card["notes"]] == ["Важно"]
    gone = f"/customer/notes/{noted['id']}/delete"
    assert await refused(await anna.post(gone)) == (404, "unknown_note")
    assert (await lena.post(gone)).status == 200
    assert (await anna.post(f"/customer/joinings/{made['joining']}/undo")).status == 200
    assert await refused(await anna.post(f"/customer/joinings/{made['joining']}/undo")) == (
        409,
        "card_changed",
    )
    assert await refused(await anna.client.get("/desk/api/customer?ticket=77")) == (404, "unknown_customer")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/customer/profile", {"customer": WEB, "tags": ["x"]}),
        ("/customer/notes", {"customer": WEB, "text": "x"}),
        ("/customer/merge", {"customer": WEB, "other": TELEGRAM}),
        ("/customer/joinings/1/undo", None),
        ("/tickets/1/link", {"other": "2"}),
        ("/tickets/1/labels", {"add": ["x"]}),
        ("/views", {"name": "x"}),
    ],
)
async def test_editors_change_nothing_of_customers(
    desk: Desk, browsers: Browsers, path: str, body: Any
) -> None:
    await desk.add("edda", role="editor")
    edda = await browsers()
    await edda.sign_in("edda")
    assert await refused(await edda.post(path, body)) == (403, "wrong_role")
