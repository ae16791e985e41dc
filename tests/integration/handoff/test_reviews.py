"""Quality review: what is sampled, what is kept, and what the operator sees of it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from core.records import turn
from core.tables import conversations, decisions, tickets, turns
from handoff.ratings.given import GivenRatings
from handoff.ratings.tables import ratings
from handoff.reports.types import Rating
from handoff.reviews.figures import own_figures
from handoff.reviews.section import REVIEWS
from handoff.reviews.store import Reviews
from handoff.tasks.tables import tasks
from tests.integration.handoff.handoff_desk import Desk, Hand, refused
from tests.integration.handoff.handoff_world import World

NOW = datetime.now(UTC)
SINCE = NOW - timedelta(days=7)
_MS = int(NOW.timestamp() * 1000)


async def closed(
    engine: AsyncEngine, name: str, *, operator: str = "", score: int = 0, age_h: float = 1, bot: bool = False
) -> None:
    """A conversation that is over."""
    at_ms = _MS - int(age_h * 3_600_000)
    async with engine.begin() as connection:
        await connection.execute(
            insert(conversations).values(
                id=name, ref=f"webchat:{name}", channel="webchat", customer=f"webchat:{name}", language="ru",
                started_ms=at_ms - 600_000, closed_ms=at_ms, close_reason="solved", closed_by="x",
            )
        )  # fmt: skip
        if operator:
            await connection.execute(
                insert(tickets).values(
                    id=f"t{name}", conversation=name, ref=f"webchat:{name}", status="closed",
                    reason="emotion", group="general", priority=1, customer="Мария",
                    language="ru", operator=operator, packet="{}", created_ms=at_ms - 500_000, due_ms=at_ms,
                    taken_ms=at_ms - 480_000, replied_ms=at_ms - 470_000, ended_ms=at_ms,
                )
            )  # fmt: skip
        if score:
            await connection.execute(
                insert(ratings).values(
                    conversation=name, event_id=1, score=score, comment="так себе", operator=operator or None,
                    customer="webchat:1", channel="webchat", at_ms=at_ms,
                )
            )  # fmt: skip
        if bot:
            await _bot_answer(connection, name, at_ms)


async def _bot_answer(connection: Any, name: str, at_ms: int) -> None:
    await connection.execute(
        insert(decisions).values(
            id=f"d{name}", event_id=1, conversation=name, message_id="m1", decision="answer",
            article="delivery-cost", probability=0.9, payload="{}", at_ms=at_ms,
        )
    )  # fmt: skip
    for number, author, text in (
        (1, "customer", "Сколько стоит доставка?"),
        (2, "bot", "Бесплатно от 999 ₽."),
    ):
        outcome = "answered" if author == "customer" else ""
        payload = turn(author, text, decision_id=f"d{name}", outcome=outcome)  # type: ignore[arg-type]  # one of two
        await connection.execute(
            insert(turns).values(
                event_id=number, conversation=name, ref=f"webchat:{name}", author=author, kind="text",
                text=text, outcome=outcome, decision_id=f"d{name}", payload=payload, at_ms=at_ms + number,
            )
        )  # fmt: skip


async def sampled(reviews: Reviews, way: Any = "random", by: Any = "person", operator: str = "") -> list[str]:
    found = await reviews.sample(way, by=by, operator=operator, reviewer="lead", since=SINCE)
    return [each.conversation for each in found]


async def test_a_sample_holds_what_is_closed_recent_and_not_reviewed(archive: AsyncEngine) -> None:
    await closed(archive, "c1", operator="olga", score=5)
    await closed(archive, "c2", operator="petr", score=1)
    await closed(archive, "c3", operator="olga", score=3)
    await closed(archive, "old", operator="olga", age_h=24 * 8)
    await closed(archive, "bots", bot=True)
    reviews = Reviews(archive)
    assert sorted(await sampled(reviews)) == ["c1", "c2", "c3"]
    assert await sampled(reviews, "low") == ["c2", "c3", "c1"]
    assert sorted(await sampled(reviews, operator="olga")) == ["c1", "c3"]
    assert await sampled(reviews, by="bot") == ["bots"]
    found = await reviews.conversation("c2", reviewer="lead")
    assert found is not None
    assert (found.operator, found.rating, found.comment) == ("petr", 1, "так себе")
    await reviews.put(found, [], "", reviewer="lead", now=NOW)
    assert sorted(await sampled(reviews)) == ["c1", "c3"]


async def test_own_figures_are_of_one_operator_and_the_period(archive: AsyncEngine) -> None:
    await closed(archive, "c1", operator="olga", score=5)
    await closed(archive, "c2", operator="olga", score=4)
    await closed(archive, "c3", operator="petr", score=1)
    await closed(archive, "old", operator="olga", age_h=24 * 40)
    row = {"kind": "todo", "reason": "", "audience": "desk", "note": "", "customer": "", "status": "done",
           "created_ms": 1, "created_by": "x", "done_by": "olga", "result": ""}  # fmt: skip
    async with archive.begin() as connection:
        for number, late_ms in enumerate((-1, 1)):
            times = {"due_ms": _MS, "done_ms": _MS + late_ms}
            await connection.execute(insert(tasks).values(id=f"k{number}", **times, **row))
    figures = await own_figures(archive, "olga", since=NOW - timedelta(days=30))
    assert (figures.taken, figures.first_answer_s, figures.work_s) == (2, 30, 480)
    assert figures.ratings == (0, 0, 0, 1, 1)
    assert (figures.tasks_done, figures.in_time) == (2, 1)


async def test_reports_get_each_rating_with_its_channel_group_and_operator(archive: AsyncEngine) -> None:
    await closed(archive, "c1", operator="olga", score=5, age_h=2)
    await closed(archive, "c2", score=2, age_h=1)
    await closed(archive, "c3", operator="petr", score=1, age_h=30)
    given = await GivenRatings(archive).between(_MS - 86_400_000, _MS)
    assert given == [Rating(5, "webchat", "general", "olga"), Rating(2, "webchat", "", "")]


@pytest.fixture
async def lead(desk: Desk, browsers: Callable[[], Awaitable[Hand]]) -> Hand:
    await desk.add("lena", role="lead", display_name="Елена")
    hand = await browsers()
    await hand.sign_in("lena")
    return hand


async def test_a_lead_reviews_and_the_operator_sees_it(
    desk: Desk, lead: Hand, engine: AsyncEngine, browsers: Callable[[], Awaitable[Hand]]
) -> None:
    olga = await desk.add("olga", display_name="Ольга")
    await closed(engine, "c1", operator=olga)
    (found,) = (await lead.get("/reviews"))["found"]
    assert found["operator"] == "Ольга"
    criteria = (await lead.get("/reviews/c1"))["criteria"]
    scores = {each["id"]: 1 for each in criteria}
    assert await refused(await lead.post("/reviews/c1", {"scores": {}})) == (422, "score_missing")
    assert await refused(await lead.post("/reviews/c1", {"scores": {**scores, "right": 0.7}})) == (
        422, "bad_score",
    )  # fmt: skip
    assert await refused(await lead.post("/reviews/c9", {"scores": scores})) == (404, "not_over")
    body = {"scores": {**scores, "clear": 0, "waiting": None}, "comment": "Хорошо, но с опечатками"}
    made = await (await lead.post("/reviews/c1", body)).json()
    assert made["review"]["total"] == round(100 * 80 / 90, 1)

    hand = await browsers()
    await hand.sign_in("olga")
    (seen,) = (await hand.get("/my"))["reviews"]
    assert (seen["comment"], seen["reviewer"], seen["failed"]) == ("Хорошо, но с опечатками", "Елена", False)
    assert (await lead.get("/my"))["reviews"] == []


async def test_an_answer_of_the_bot_gets_a_reviewers_verdict(
    desk: Desk, lead: Hand, engine: AsyncEngine, world: World
) -> None:
    await closed(engine, "c1", bot=True)
    shown = (await lead.get("/reviews/c1"))["turns"]
    assert [each["judged"] for each in shown] == [None, "dc1"]
    wrong = await lead.post("/reviews/c1/verdict", {"turn": shown[0]["id"], "right": False})
    assert await refused(wrong) == (422, "nothing_to_judge")
    done = await lead.post("/reviews/c1/verdict", {"turn": shown[1]["id"], "right": False})
    assert done.status == 200
    found: Any = await world.redis.xrange(world.keys("events"))
    (told,) = [json.loads(fields["payload"]) for _, fields in found if fields["kind"] == "verdict"]
    assert (told["decision"], told["right"], told["source"]) == ("dc1", False, "review")


async def test_the_list_is_changed_and_older_reviews_keep_theirs(
    desk: Desk, lead: Hand, engine: AsyncEngine
) -> None:
    await closed(engine, "c1", operator="olga")
    scores = {each.id: 1 for each in REVIEWS.default.criteria}
    await lead.post("/reviews/c1", {"scores": scores})
    held = await lead.get("/settings/reviews")
    one = {"id": "kind", "ru": "Добр", "en": "Kind", "weight": 5, "critical": False}
    saved = await lead.post("/settings/reviews", {"value": {"criteria": [one]}, "version": held["version"]})
    assert saved.status == 200
    again = await lead.post("/settings/reviews", {"value": {"criteria": [one]}, "version": held["version"]})
    assert await refused(again) == (409, "settings_changed")
    shown = await lead.get("/reviews/c1")
    assert [each["id"] for each in shown["criteria"]] == ["kind"]
    assert len(shown["review"]["scores"]) == 8
