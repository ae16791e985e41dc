"""Requests, compensation, presence, replies, the coach and past answers over HTTP and both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from core.auth import Operator
from core.settings import Settings
from core.tables import audit, conversations, operators, turns
from handoff.records import live_ticket
from handoff.tools.announce import Announcer
from handoff.tools.past import PastAnswers
from handoff.tools.presence import Here
from handoff.tools.promises import Decided, NotYours, Promise, Promises
from handoff.tools.requests import Settled, SideRequest, SideRequests
from handoff.tools.tables import past_answers, past_words
from handoff.types import Ticket
from knowledge_base.lemmas import content, lemmas
from tests.integration.handoff.handoff_desk import Desk, Hand, refused
from tests.integration.handoff.handoff_world import REF, World

Browsers = Callable[[], Awaitable[Hand]]

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ANNA = Operator("u1", "anna", "Анна", "operator", "ru")
OLGA = Operator("u2", "olga", "Ольга", "lead", "ru")
ADMIN = Operator("u3", "admin", "Админ", "administrator", "ru")


async def a_ticket(world: World) -> Ticket:
    number = await world.hand_over()
    fields = await world.redis.hgetall(world.keys("ticket", id=number))
    return live_ticket({str(name): str(value) for name, value in fields.items()})


def promises_of(world: World, engine: AsyncEngine) -> Promises:
    return Promises(
        engine,
        settings=Settings(engine, memory_s=0),
        announce=Announcer(scripts=world.scripts, keys=world.keys),
        zone=ZoneInfo("Europe/Moscow"),
    )


async def test_an_operator_promises_alone_up_to_the_limit_of_the_day(
    world: World, archive: AsyncEngine
) -> None:
    ticket, promises = await a_ticket(world), promises_of(world, archive)
    for _ in range(6):
        made = await promises.promise(ticket, operator=ANNA, kopecks=50_000, why="опоздали", now=NOW)
        assert made.status == "promised"
    assert await promises.left(ANNA, now=NOW) == 0
    above = await promises.promise(ticket, operator=ANNA, kopecks=1, why="ещё", now=NOW)
    assert above.status == "asked"
    tomorrow = NOW + timedelta(days=1)
    assert await promises.left(ANNA, now=tomorrow) == 50_000
    async with archive.connect() as connection:
        actions = (await connection.execute(select(audit.c.action))).scalars().all()
    assert actions == ["compensation.promised"] * 6 + ["compensation.asked"]


async def test_promises_at_once_do_not_pass_the_limit_together(world: World, archive: AsyncEngine) -> None:
    ticket, promises = await a_ticket(world), promises_of(world, archive)
    async with archive.begin() as connection:
        row = {
            "id": ANNA.id, "name": "anna", "display_name": "Анна", "role": "operator", "password_hash": "x",
            "active": True, "language": "ru", "created_ms": 0,
        }  # fmt: skip
        await connection.execute(insert(operators).values(**row))
    made = await asyncio.gather(
        *(promises.promise(ticket, operator=ANNA, kopecks=50_000, why="x", now=NOW) for _ in range(9))
    )
    assert [each.status for each in made].count("promised") == 6


async def test_above_the_limit_somebody_else_decides_once(world: World, archive: AsyncEngine) -> None:
    ticket, promises = await a_ticket(world), promises_of(world, archive)
    asked = await promises.promise(ticket, operator=ANNA, kopecks=60_000, why="торт", now=NOW)
    own = await promises.decide(asked.id, approve=True, by=replace(OLGA, id="u1"), words="", now=NOW)
    assert own == NotYours()
    done = await promises.decide(asked.id, approve=True, by=OLGA, words="хорошо", now=NOW)
    assert isinstance(done, Promise)
    assert (done.status, done.decided_by, done.decision_note) == ("approved", "u2", "хорошо")
    again = await promises.decide(asked.id, approve=False, by=ADMIN, words="нет", now=NOW)
    assert again == Decided(done)
    large = await promises.promise(ticket, operator=ANNA, kopecks=600_000, why="юбилей", now=NOW)
    assert await promises.decide(large.id, approve=True, by=OLGA, words="", now=NOW) == NotYours()
    assert isinstance(await promises.decide(large.id, approve=True, by=ADMIN, words="", now=NOW), Promise)
    assert await promises.decide("none", approve=True, by=ADMIN, words="", now=NOW) is None
    assert await promises.asked() == []


async def test_a_request_has_one_holder_and_one_end(world: World, archive: AsyncEngine) -> None:
    ticket = await a_ticket(world)
    requests = SideRequests(archive, announce=Announcer(scripts=world.scripts, keys=world.keys))
    made = await requests.ask(ticket, group="returns", text="Оформите", by="u1", now=NOW)
    taken = await asyncio.gather(*(requests.take(made, by=f"u{n}", now=NOW) for n in range(2, 7)))
    assert [type(each) for each in taken].count(SideRequest) == 1
    holder = next(each.holder for each in taken if isinstance(each, SideRequest))
    other = await requests.settle(made, done=True, answer="", by="u99", now=NOW)
    assert isinstance(other, Settled)
    done = await requests.settle(made, done=True, answer="Вернули", by=holder, now=NOW)
    assert isinstance(done, SideRequest)
    assert (done.status, done.answer) == ("done", "Вернули")
    assert isinstance(await requests.settle(made, done=False, answer="нет", by=holder, now=NOW), Settled)
    assert await requests.listed(settled=False) == []
    assert [each.id for each in await requests.listed(settled=True)] == [made]


async def past(engine: AsyncEngine, *lines: tuple[str, str, str, str]) -> None:
    """Turns of conversations: conversation, author, kind, text."""
    async with engine.begin() as connection:
        for name in dict.fromkeys(line[0] for line in lines):
            row = {
                "id": name, "ref": REF, "channel": "webchat", "customer": "webchat:1", "language": "ru",
                "started_ms": 1,
            }  # fmt: skip
            await connection.execute(insert(conversations).values(**row))
        for number, (name, author, kind, text) in enumerate(lines, 1):
            turn = {
                "event_id": number, "conversation": name, "ref": REF, "author": author, "kind": kind,
                "text": text, "payload": "{}", "at_ms": number,
            }  # fmt: skip
            await connection.execute(insert(turns).values(**turn))


ANSWER = "Самовывоз работает в каждом магазине с 10 до 22, паспорт не нужен."


async def test_what_was_answered_to_similar_words_is_found_again(archive: AsyncEngine) -> None:
    await past(
        archive,
        ("c1", "customer", "text", "Как забрать заказ самовывозом из магазина?"),
        ("c1", "operator", "note", "Клиент уже спрашивал о самовывозе на той неделе"),
        ("c1", "system", "text", "Анна на связи."),
        ("c1", "operator", "text", ANSWER),
        ("c1", "operator", "text", "И ещё одно сообщение без вопроса перед ним, длинное."),
        ("c2", "customer", "text", "Как забрать заказ самовывозом?"),
        ("c2", "operator", "text", "Ваш заказ 123456789 уже в магазине, заберите его сегодня."),
        ("c3", "customer", "text", "Не приходит код"),
        ("c3", "operator", "text", "Проверьте, пожалуйста, папку со спамом и запросите код ещё раз."),
    )
    answers = PastAnswers(archive, lemmas=lambda text: content(lemmas(text)))
    assert await answers.learn() == 9
    assert await answers.learn() == 0
    found = await answers.drafts("как забирать заказы самовывозом", "", "ru")
    assert [each.text for each in found] == [ANSWER]
    assert await answers.drafts("как забирать заказы самовывозом", "", "en") == []
    assert await answers.drafts("цветы на дом", "", "ru") == []
    assert await answers.drafts("", "", "ru") == []


async def test_only_the_latest_answers_are_remembered(archive: AsyncEngine) -> None:
    lines = [
        line
        for n in range(6)
        for line in (
            (f"c{n}", "customer", "text", "Как вернуть товар?"),
            (f"c{n}", "operator", "text", f"Принесите товар в магазин, вариант {n}."),
        )
    ]
    await past(archive, *lines)
    answers = PastAnswers(archive, lemmas=lambda text: content(lemmas(text)), kept=2)
    await answers.learn()
    async with archive.connect() as connection:
        kept = (await connection.execute(select(past_answers.c.answer))).scalars().all()
        words = set((await connection.execute(select(past_words.c.event_id))).scalars().all())
    assert sorted(kept) == [f"Принесите товар в магазин, вариант {n}." for n in (4, 5)]
    assert len(words) == 2


async def test_who_looks_and_types_is_told_and_forgotten(desk: Desk, world: World) -> None:
    anna, boris = await desk.add("anna", display_name="Анна"), await desk.add("boris")
    here = Here(scripts=world.scripts, keys=world.keys, operators=desk.operators)
    ticket = await world.hand_over()
    with desk.hub.watch(here.topic(ticket)) as told:
        await asyncio.sleep(0.1)
        told.clear()
        await here.looks(ticket, anna, typing=True)
        async with asyncio.timeout(5):
            await told.wait()
    company = await here.company(ticket, besides=boris)
    assert [(each.name, each.typing) for each in company.people] == [("Анна", True)]
    assert (await here.company(ticket, besides=anna)).people == ()
    await here.looks(ticket, anna, typing=False)
    assert [each.typing for each in (await here.company(ticket, besides=boris)).people] == [False]
    await world.redis.zadd(world.keys("looking", ticket=ticket), {anna: 1})
    assert (await here.company(ticket, besides=boris)).people == ()


async def test_the_customer_sees_only_their_own_operator_type(desk: Desk, world: World) -> None:
    here = Here(scripts=world.scripts, keys=world.keys, operators=desk.operators)
    ticket = await world.hand_over()
    await world.queue.take(ticket, operator="u1", name="Анна")
    await here.looks(ticket, "u2", typing=True)
    read = ("bot/lua/webchat_read.lua", REF, "0", 10)
    assert (await world.scripts.run(*read))[:2] == ["operator:u1", ""]
    await here.looks(ticket, "u1", typing=True)
    assert (await world.scripts.run(*read))[:2] == ["operator:u1", "1"]
    await here.looks(ticket, "u1", typing=False)
    assert (await world.scripts.run(*read))[:2] == ["operator:u1", ""]
    await world.scripts.run("bot/lua/webchat_typing.lua", REF, 6)
    assert (await here.company(ticket, besides="u1")).customer_types is True


async def test_a_page_hears_who_else_is_there(desk: Desk, world: World, browsers: Browsers) -> None:
    await desk.add("anna", display_name="Анна")
    await desk.add("boris", display_name="Борис")
    anna, boris = await browsers(), await browsers()
    await anna.sign_in("anna")
    await boris.sign_in("boris")
    ticket = await world.hand_over()
    async with (
        anna.client.ws_connect("/desk/api/live") as one,
        boris.client.ws_connect("/desk/api/live") as two,
    ):
        await one.send_json({"here": ticket, "typing": False})
        await two.send_json({"here": ticket, "typing": True})
        async with asyncio.timeout(10):
            while (heard := await one.receive_json())["type"] != "here" or not heard["people"]:
                pass
        assert [(each["name"], each["typing"]) for each in heard["people"]] == [("Борис", True)]
        await two.close()
        async with asyncio.timeout(10):
            while (heard := await one.receive_json())["type"] != "here":
                pass
        assert heard["people"] == []
    people = (await boris.get("/colleagues"))["people"]
    assert [(each["display_name"], each["here"]) for each in people] == [("Анна", True)]


async def test_settings_refuse_what_is_wrong_field_by_field_and_lose_nothing(
    desk: Desk, browsers: Browsers
) -> None:
    await desk.add("olga", role="lead")
    await desk.add("anna")
    olga, anna = await browsers(), await browsers()
    await olga.sign_in("olga")
    await anna.sign_in("anna")
    tools = await olga.get("/settings/tools")
    closing = tools["closing"]["value"]
    closing["reopen_h"] = 90
    closing["topics"][1]["ru"] = " "
    answer = await olga.post("/settings/tools/closing", {"value": closing, "version": 0})
    error = (await answer.json())["error"]
    assert (answer.status, error["code"]) == (422, "invalid_settings")
    assert {(each["at"], each["kind"]) for each in error["faults"]} == {
        ("topics.1.ru", "string_too_short"), ("reopen_h", "less_than_equal"),
    }  # fmt: skip
    closing["reopen_h"], closing["topics"][1]["ru"] = 2, "Заказ"
    assert (await olga.post("/settings/tools/closing", {"value": closing, "version": 0})).status == 200
    stale = await olga.post("/settings/tools/closing", {"value": closing, "version": 0})
    assert await refused(stale) == (409, "settings_changed")
    assert (await anna.get("/closing"))["reopen_h"] == 2


@pytest.mark.parametrize("role", ["operator", "lead", "administrator", "editor"])
async def test_each_route_is_for_its_roles(desk: Desk, world: World, browsers: Browsers, role: str) -> None:
    await desk.add("who", role=role)
    hand = await browsers()
    await hand.sign_in("who")
    ticket = await world.hand_over()
    leads, works = role in ("lead", "administrator"), role != "editor"
    pages = {"requests": works, "settings/replies": works, "settings/tools": leads}
    for page, allowed in pages.items():
        answer = await hand.client.get(f"/desk/{page}", allow_redirects=False)
        assert answer.status == (200 if allowed else 403), page
    reads = {
        "colleagues": works, "mentions": works, "closing": works, "requests": works,
        f"tickets/{ticket}/side": works, f"tickets/{ticket}/replies": works, "settings/replies": works,
        "settings/tools": leads, "coach/counts": leads,
    }  # fmt: skip
    for path, allowed in reads.items():
        answer = await hand.client.get(f"/desk/api/{path}")
        assert answer.status == (200 if allowed else 403), path
    shared = {"value": {"replies": [], "variables": []}, "version": 0}
    changes = {
        f"tickets/{ticket}/note": ({"text": "Заметка"}, works),
        f"tickets/{ticket}/requests": ({"group": "vip", "text": "Нужно"}, works),
        f"tickets/{ticket}/promises": ({"kopecks": 100, "why": "так"}, works),
        f"tickets/{ticket}/drafts": ({"question": "где"}, works),
        "coach": ({"text": "проблема"}, works),
        "coach/sent": ({"replaced": 1, "kept": 0}, works),
        "settings/replies/own": ({"value": {"replies": []}, "version": 0}, works),
        "settings/replies/shared": (shared, leads),
        "settings/tools/coach": ({"value": {"active": False}, "version": 0}, leads),
    }
    for path, (body, allowed) in changes.items():
        answer = await hand.post(f"/{path}", body)
        assert answer.status == (200 if allowed else 403), (path, await answer.text())
        without = await hand.client.post(f"/desk/api/{path}", json=body)
        assert without.status == 403, path
    decide = await hand.post("/promises/p1/decide", {"approve": True})
    assert decide.status == (404 if leads else 403)


async def test_articles_and_canned_replies_are_offered_as_drafts(
    desk: Desk, world: World, browsers: Browsers
) -> None:
    await desk.add("anna", display_name="Анна")
    anna = await browsers()
    await anna.sign_in("anna")
    ticket = await world.hand_over()
    answer = await anna.post(f"/tickets/{ticket}/drafts", {"question": "Посылка потерялась", "text": ""})
    drafts = (await answer.json())["drafts"]
    assert [each["kind"] for each in drafts][:1] == ["article"]
    typed = {"question": "", "text": "Подскажите, пож"}
    drafts = (await (await anna.post(f"/tickets/{ticket}/drafts", typed)).json())["drafts"]
    assert [(each["kind"], each["title"]) for each in drafts] == [("reply", "Номер заказа")]


async def test_a_note_names_nobody_outside_and_an_empty_one_is_refused(
    desk: Desk, world: World, browsers: Browsers
) -> None:
    await desk.add("anna")
    anna = await browsers()
    await anna.sign_in("anna")
    ticket = await world.hand_over()
    assert await refused(await anna.post(f"/tickets/{ticket}/note", {"text": "  "})) == (422, "text_empty")
    assert await refused(await anna.post("/tickets/none/note", {"text": "да"})) == (404, "unknown_ticket")
    turns = (await anna.get(f"/tickets/{ticket}"))["turns"]
    assert [each["kind"] for each in turns] == ["text"]
