"""Views of the list, filters, saved views, snoozing and labels, over real scripts and both archives."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from handoff.lists.ended import Ended
from handoff.lists.filters import Filter, filter_of, read_filter
from handoff.lists.lister import Lister
from handoff.lists.marking import Full, Labelled, Marking, Past, Snoozed, Woken
from handoff.lists.ports import NoMentions
from handoff.lists.saved import MOST_OWN, SavedViews, TooMany
from handoff.lists.tables import conversation_tags, snoozes
from handoff.outcomes import Busy, Over, Unknown
from handoff.types import Ticket
from tests.integration.handoff.handoff_desk import Desk, Hand, refused
from tests.integration.handoff.handoff_world import World
from tests.integration.handoff.lists_world import archive_all

ANNA: dict[str, Any] = {"operator": "u1", "name": "Анна"}
ALL = Filter()
Browsers = Callable[[], Awaitable[Hand]]


def now() -> datetime:
    return datetime.now(UTC)


def soon(**ahead: float) -> datetime:
    return now() + timedelta(**ahead)


def lister(world: World, mentions: Any = None) -> Lister:
    return Lister(scripts=world.scripts, keys=world.keys, mentions=mentions or NoMentions())


async def ids(world: World, view: Any, operator: str = "u1", wanted: Filter = ALL, **more: Any) -> list[str]:
    page = await lister(world).page(view, operator, wanted=wanted, now=now(), **more)
    return [ticket.id for ticket in page.tickets]


async def live(world: World, ticket: str) -> dict[str, str]:
    found: Any = await world.redis.hgetall(world.keys("ticket", id=ticket))
    return dict(found)


async def test_each_view_holds_what_its_name_says(world: World) -> None:
    late = await world.hand_over(ref="webchat:late", due_s=-5)
    calm = await world.hand_over(ref="telegram:calm", due_s=600)
    mine = await world.hand_over(ref="webchat:mine", due_s=600)
    await world.queue.take(mine, **ANNA)
    assert await ids(world, "waiting") == [late, calm]
    assert await ids(world, "mine") == [mine]
    assert await ids(world, "all") == [late, calm, mine]
    assert await ids(world, "overdue") == [late]
    counts = await lister(world).counts("u1", now=now())
    assert counts == {"waiting": 2, "mine": 1, "all": 3, "overdue": 1, "snoozed": 0, "mentions": 0}


async def test_what_was_answered_is_not_overdue(world: World) -> None:
    ticket = await world.hand_over(due_s=-5)
    await world.queue.take(ticket, **ANNA)
    assert await ids(world, "overdue") == [ticket]
    await world.queue.reply(ticket, **ANNA, text="Здравствуйте!")
    assert await ids(world, "overdue") == []


async def test_a_filter_takes_any_of_its_values_and_all_of_its_fields(world: World) -> None:
    web = await world.hand_over(ref="webchat:a")
    telegram = await world.hand_over(ref="telegram:b")
    await Marking(world.scripts).label(web, operator="u1", add=("курьер",))
    assert await ids(world, "all", wanted=read_filter({"channel": ["telegram"]})) == [telegram]
    assert await ids(world, "waiting", wanted=read_filter({"tag": ["курьер", "возврат"]})) == [web]
    both = read_filter({"channel": ["telegram"], "tag": ["курьер"]})
    assert await ids(world, "all", wanted=both) == []
    assert await ids(world, "waiting", wanted=read_filter({"channel": ["telegram", "webchat"]})) == [
        web,
        telegram,
    ]


async def test_a_page_is_a_part_of_the_view_and_says_how_much_there_is(world: World) -> None:
    made = [await world.hand_over(ref=f"webchat:{n}") for n in range(5)]
    for wanted in (ALL, read_filter({"language": ["ru"]})):
        page = await lister(world).page("all", "u1", wanted=wanted, now=now(), most=2)
        assert ([ticket.id for ticket in page.tickets], page.total, page.more) == (made[:2], 5, True)


async def test_the_view_of_mentions_shows_what_its_port_tells(world: World) -> None:
    first, second = [await world.hand_over(ref=f"webchat:{n}") for n in "ab"]

    class Named:
        async def tickets_of(self, operator: str) -> Sequence[str]:
            return (first, second, "gone") if operator == "u1" else ()

    page = await lister(world, Named()).page("mentions", "u1", wanted=ALL, now=now())
    assert [ticket.id for ticket in page.tickets] == [second, first]


async def test_what_is_put_aside_leaves_ones_list_and_comes_back_unread_in_time(world: World) -> None:
    marking = Marking(world.scripts)
    ticket = await world.hand_over()
    await world.queue.take(ticket, **ANNA)
    until = soon(seconds=0.3)
    assert await marking.snooze(ticket, operator="u1", until=until) == Snoozed(until)
    assert await ids(world, "mine") == []
    assert await ids(world, "snoozed") == [ticket]
    assert await ids(world, "snoozed", "u2") == []
    assert await ids(world, "snoozed", "u2", everyone=True) == [ticket]
    assert await marking.wake_due() == []
    await asyncio.sleep(0.35)
    assert await marking.wake_due() == [ticket]
    assert await marking.wake_due() == []
    assert await ids(world, "mine") == [ticket]
    assert (await live(world, ticket))["unread"] == "1"


async def test_the_customers_next_message_brings_it_back(world: World) -> None:
    ticket = await world.hand_over()
    await world.queue.take(ticket, **ANNA)
    await Marking(world.scripts).snooze(ticket, operator="u1", until=soon(days=1))
    await world.relay("Вы меня не забыли?")
    assert await ids(world, "mine") == [ticket]
    assert await ids(world, "snoozed") == []
    fields = await live(world, ticket)
    assert (fields["unread"], fields["last_line"], fields["snoozed_until"]) == ("1", "Вы меня не забыли?", "")


async def test_only_its_operator_puts_a_ticket_aside_and_only_into_the_future(world: World) -> None:
    marking = Marking(world.scripts)
    ticket = await world.hand_over()
    assert await marking.snooze(ticket, operator="u1", until=soon(hours=1)) == Over("waiting")
    await world.queue.take(ticket, **ANNA)
    assert await marking.snooze(ticket, operator="u2", until=soon(hours=1)) == Busy("u1")
    assert await marking.snooze(ticket, operator="u1", until=soon(hours=-1)) == Past()
    assert await marking.snooze("77", operator="u1", until=soon(hours=1)) == Unknown()
    assert await marking.wake(ticket, operator="u1") == Woken()
    assert await ids(world, "mine") == [ticket]


@pytest.mark.parametrize("to", ["colleague", "queue"])
async def test_what_was_put_aside_is_back_for_whoever_gets_it(world: World, to: str) -> None:
    marking = Marking(world.scripts)
    ticket = await world.hand_over()
    await world.queue.take(ticket, **ANNA)
    await marking.snooze(ticket, operator="u1", until=soon(seconds=0.1))
    if to == "colleague":
        arguments = (ticket, "u1", "u1", "person", "u2", "{}", "", "", "60000", "")
        assert await world.scripts.run("handoff/lua/transfer.lua", *arguments) == ["transferred"]
    else:
        assert await world.scripts.run("handoff/lua/give_back.lua", ticket, "u1", "offline", "", "1", "") == [
            "back"
        ]
    await asyncio.sleep(0.15)
    assert await marking.wake_due() == []
    assert (await ids(world, "snoozed"), await ids(world, "mine")) == ([], [])
    assert await ids(world, "mine", "u2") == ([ticket] if to == "colleague" else [])
    assert (await live(world, ticket))["snoozed_until"] == ""


async def test_the_topic_chosen_when_closing_is_the_topic_of_the_conversation(
    world: World, archive: AsyncEngine
) -> None:
    ticket = await world.hand_over()
    await world.queue.take(ticket, **ANNA)
    await Marking(world.scripts).label(ticket, operator="u1", add=("курьер",), topic="returns")
    await world.queue.close(ticket, operator="u1", reason="solved", topic="delivery")
    await archive_all(world, archive)
    (ended,) = (await Ended(archive).page(wanted=ALL)).tickets
    assert (ended.tags, ended.topic) == (("курьер",), "delivery")


async def test_closing_what_was_put_aside_leaves_nothing_to_come_back(world: World) -> None:
    marking = Marking(world.scripts)
    ticket = await world.hand_over()
    await world.queue.take(ticket, **ANNA)
    await marking.snooze(ticket, operator="u1", until=soon(seconds=0.1))
    await world.queue.close(ticket, operator="u1")
    await asyncio.sleep(0.15)
    assert await marking.wake_due() == []
    assert await ids(world, "mine") == []


async def test_labels_are_a_set_that_the_next_ticket_of_the_conversation_keeps(world: World) -> None:
    marking = Marking(world.scripts)
    first = await world.hand_over()
    labelled = await marking.label(
        first, operator="u1", add=("курьер", "возврат", "курьер"), topic="delivery"
    )
    assert labelled == Labelled(("курьер", "возврат"), "delivery")
    assert await marking.label(first, operator="u2", remove=("возврат",)) == Labelled(("курьер",), "delivery")
    await world.queue.take(first, **ANNA)
    await world.queue.return_to_bot(first, operator="u1")
    second = await world.hand_over()
    assert ((await live(world, second))["tags"], (await live(world, second))["topic"]) == (
        "курьер",
        "delivery",
    )
    await world.queue.close(second, operator="u1")
    third = await world.hand_over()
    assert (await live(world, third))["tags"] == ""
    assert await marking.label("77", operator="u1", add=("x",)) == Unknown()
    assert await marking.label(third, operator="u1", add=tuple(map(str, range(21)))) == Full()


async def test_labels_and_snoozes_reach_the_archive(world: World, archive: AsyncEngine) -> None:
    marking = Marking(world.scripts)
    ticket = await world.hand_over()
    await world.queue.take(ticket, **ANNA)
    await marking.label(ticket, operator="u1", add=("курьер", "возврат"), topic="delivery")
    await marking.label(ticket, operator="u1", remove=("возврат",))
    await marking.snooze(ticket, operator="u1", until=soon(hours=1))
    await marking.wake(ticket, operator="u1")
    for _ in range(2):  # copying twice changes nothing
        await archive_all(world, archive)
    async with archive.connect() as connection:
        tags = (await connection.execute(select(conversation_tags.c.tag))).scalars().all()
        slept = (await connection.execute(select(snoozes))).mappings().all()
    assert tags == ["курьер"]
    assert [(row["ticket"], row["operator"], row["ended_by"]) for row in slept] == [(ticket, "u1", "u1")]


async def test_what_ended_is_read_a_page_at_a_time_and_filtered(world: World, archive: AsyncEngine) -> None:
    made = []
    for n in range(5):
        ref = f"{'telegram' if n % 2 else 'webchat'}:{n}"
        made.append(await world.hand_over(ref=ref))
        await Marking(world.scripts).label(made[-1], operator="u1", add=(f"t{n}",), topic="returns")
        await world.queue.close(made[-1], operator="u1")
    open_one = await world.hand_over(ref="webchat:open")
    await archive_all(world, archive)
    ended, seen, after = Ended(archive), list[Ticket](), ""
    while True:
        page = await ended.page(wanted=ALL, after=after, most=2)
        seen += page.tickets
        after = page.after
        if not after:
            break
    assert [ticket.id for ticket in seen] == made[::-1]
    assert open_one not in {ticket.id for ticket in seen}
    assert (seen[0].tags, seen[0].topic, seen[0].channel) == (("t4",), "returns", "webchat")
    odd = await ended.page(wanted=read_filter({"channel": ["telegram"]}))
    assert [ticket.id for ticket in odd.tickets] == [made[3], made[1]]
    tagged = await ended.page(wanted=read_filter({"tag": ["t1", "t2"], "topic": ["returns"]}))
    assert [ticket.id for ticket in tagged.tickets] == [made[2], made[1]]
    assert len((await ended.page(wanted=ALL, after="nonsense")).tickets) == 5


async def test_views_are_saved_for_oneself_or_everybody(archive: AsyncEngine) -> None:
    saved = SavedViews(archive)
    wanted = read_filter({"channel": ["telegram"], "tag": ["курьер"]})
    mine = await saved.save("u1", name="Моё", base="waiting", wanted=wanted, shared=False, now=now())
    ours = await saved.save("u2", name="Общее", base="all", wanted=ALL, shared=True, now=now())
    assert not isinstance(mine, TooMany)
    assert not isinstance(ours, TooMany)
    assert await saved.of("u1") == [ours, mine]
    assert await saved.of("u3") == [ours]
    again = await saved.save("u1", name="Моё", base="all", wanted=ALL, shared=False, now=now())
    assert [view.base for view in await saved.of("u1")] == ["all", "all"]
    assert not isinstance(again, TooMany)
    assert not await saved.drop(again.id, operator="u3", any_shared=True, now=now())
    assert not await saved.drop(ours.id, operator="u1", any_shared=False, now=now())
    assert await saved.drop(ours.id, operator="u1", any_shared=True, now=now())
    assert await saved.of("u3") == []
    for n in range(MOST_OWN - 1):
        await saved.save("u1", name=f"n{n}", base="all", wanted=ALL, shared=False, now=now())
    assert await saved.save("u1", name="x", base="all", wanted=ALL, shared=False, now=now()) == TooMany(
        MOST_OWN
    )


@pytest.mark.parametrize("stored", [None, 7, [], {"channel": "x"}, {"odd": ["x"]}])
def test_a_stored_filter_that_is_none_takes_all(stored: Any) -> None:
    assert filter_of(stored).takes_all


async def test_the_list_over_http_tells_of_every_view(desk: Desk, browsers: Browsers, world: World) -> None:
    await desk.add("anna", display_name="Анна")
    await desk.add("lena", role="lead", display_name="Лена")
    anna, lena = await browsers(), await browsers()
    await anna.sign_in("anna")
    await lena.sign_in("lena")
    ticket = await world.hand_over()
    found = await anna.get("/list?view=waiting&channel=webchat&reason=complaint")
    assert [line["id"] for line in found["tickets"]] == [ticket]
    assert (found["total"], found["counts"]["waiting"]) == (1, 1)
    assert (await anna.get("/list?view=closed"))["tickets"] == []
    assert "complaint" in (await anna.get("/facets"))["reason"]

    await anna.post(f"/tickets/{ticket}/take")
    response = await anna.post(f"/tickets/{ticket}/labels", {"add": ["  Курьер  "], "topic": "delivery"})
    assert await response.json() == {"tags": ["курьер"], "topic": "delivery"}
    until = soon(hours=2).isoformat()
    assert await refused(await lena.post(f"/tickets/{ticket}/snooze", {"until": until})) == (403, "not_yours")
    assert (await anna.post(f"/tickets/{ticket}/snooze", {"until": until})).status == 200
    assert [line["id"] for line in (await lena.get("/list?view=snoozed"))["tickets"]] == [ticket]
    past = soon(hours=-2).isoformat()
    assert await refused(await anna.post(f"/tickets/{ticket}/snooze", {"until": past})) == (
        422,
        "snooze_past",
    )
    assert (await anna.post(f"/tickets/{ticket}/wake")).status == 200
    assert await refused(await anna.post(f"/tickets/{ticket}/labels", {"topic": "no"})) == (
        422,
        "unknown_topic",
    )

    view = {"name": "Курьеры", "base": "all", "filter": {"tag": ["курьер"]}}
    assert (await anna.post("/views", view)).status == 200
    assert await refused(await anna.post("/views", {**view, "shared": True})) == (403, "share_leads")
    shared = await (await lena.post("/views", {**view, "name": "Всем", "shared": True})).json()
    assert [each["name"] for each in (await anna.get("/views"))["views"]] == ["Всем", "Курьеры"]
    gone = f"/views/{shared['view']['id']}/delete"
    assert await refused(await anna.post(gone)) == (404, "unknown_view_id")
    assert (await lena.post(gone)).status == 200


async def test_leads_decide_which_tags_are_offered_and_topics_are_those_of_closing(
    desk: Desk, browsers: Browsers
) -> None:
    await desk.add("anna")
    await desk.add("lena", role="lead")
    anna, lena = await browsers(), await browsers()
    await anna.sign_in("anna")
    await lena.sign_in("lena")
    assert (await anna.client.get("/desk/settings/labels")).status == 403
    assert (await lena.client.get("/desk/settings/labels")).status == 200
    found = await lena.get("/settings/labels")
    body = {"version": found["version"], "tags": [" Курьер ", ""]}
    assert await refused(await anna.post("/settings/labels", body)) == (403, "wrong_role")
    saved = await (await lena.post("/settings/labels", body)).json()
    assert saved["tags"] == ["курьер"]
    closing = (await lena.get("/settings/tools"))["closing"]
    topics = [{"id": "news", "ru": "Новая", "en": "New"}]
    changed = {"version": closing["version"], "value": {**closing["value"], "topics": topics}}
    assert (await lena.post("/settings/tools/closing", changed)).status == 200
    facets = await anna.get("/facets")
    assert (facets["tag"], [each["id"] for each in facets["topic"]]) == (["курьер"], ["news"])
    assert await refused(await lena.post("/settings/labels", body)) == (409, "labels_changed")
    long = {"version": saved["version"], "tags": ["а" * 41]}
    answer = (await (await lena.post("/settings/labels", long)).json())["error"]
    assert answer["faults"] == [{"field": "tags", "code": "long"}]
