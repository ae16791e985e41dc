"""What operators teach while they work: labels and phrases, from the desk to SQL."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from core.sql import open_engine
from core.tables import pending_phrases, verdicts
from handoff.history import History
from tests.integration.handoff.handoff_desk import Desk, Hand, refused
from tests.integration.handoff.handoff_lessons import archive, bot_answers, hand_over, rows
from tests.integration.handoff.handoff_world import REF, World

Browsers = Callable[[], Awaitable[Hand]]
TEXT = "посылка не пришла, меня зовут Мария"


@pytest.fixture
async def anna(desk: Desk, browsers: Browsers) -> Hand:
    await desk.add("anna", display_name="Анна")
    hand = await browsers()
    await hand.sign_in("anna")
    return hand


async def taken(anna: Hand, ticket: str) -> list[dict[str, Any]]:
    """The turns of a ticket that is taken now."""
    await anna.post(f"/tickets/{ticket}/take")
    turns: list[dict[str, Any]] = (await anna.get(f"/tickets/{ticket}"))["turns"]
    return turns


async def test_a_reply_from_an_article_labels_the_message_and_leaves_a_phrase(
    anna: Hand, world: World, engine: AsyncEngine
) -> None:
    ticket = await hand_over(world, TEXT)
    asked = (await taken(anna, ticket))[0]
    body = {
        "text": "Нам жаль", "client_id": "c1", "answers": {"turn": asked["id"], "article": "delivery-times"},
    }  # fmt: skip
    for _ in range(2):  # the page repeats itself until it hears an answer
        assert (await anna.post(f"/tickets/{ticket}/reply", body)).status == 200
    await archive(world, engine)
    (label,) = await rows(engine, verdicts)
    assert (label["article"], label["right"], label["probability"]) == ("damaged-lost-parcel", False, 0.41)
    assert (label["base_version"], label["source"], label["decision_id"]) == (7, "operator", "d1")
    (phrase,) = await rows(engine, pending_phrases)
    assert (phrase["article"], phrase["text"], phrase["status"]) == (
        "delivery-times", "посылка не пришла", "pending",
    )  # fmt: skip


async def test_the_first_candidate_used_makes_a_right_label(
    anna: Hand, world: World, engine: AsyncEngine
) -> None:
    ticket = await hand_over(world, TEXT)
    asked = (await taken(anna, ticket))[0]
    answers = {"turn": asked["id"], "article": "damaged-lost-parcel"}
    await anna.post(f"/tickets/{ticket}/reply", {"text": "Нам жаль", "answers": answers})
    await archive(world, engine)
    (label,) = await rows(engine, verdicts)
    assert label["right"] is True


async def test_a_phrase_the_article_has_already_is_not_asked_about(
    anna: Hand, world: World, engine: AsyncEngine
) -> None:
    ticket = await hand_over(world, "посылка потерялась!")
    asked = (await taken(anna, ticket))[0]
    body = {"turn": asked["id"], "article": "damaged-lost-parcel"}
    assert (await anna.post(f"/tickets/{ticket}/verdict", body)).status == 200
    await archive(world, engine)
    assert len(await rows(engine, verdicts)) == 1
    assert await rows(engine, pending_phrases) == []


async def test_a_message_to_a_person_teaches_a_phrase_and_judges_nothing(
    anna: Hand, world: World, engine: AsyncEngine
) -> None:
    ticket = await hand_over(world, TEXT)
    await taken(anna, ticket)
    await world.relay("а сколько ещё ждать курьера")
    turns = (await anna.get(f"/tickets/{ticket}"))["turns"]
    answers = {"turn": turns[-1]["id"], "article": "delivery-times"}
    await anna.post(f"/tickets/{ticket}/reply", {"text": "Два дня", "answers": answers})
    await archive(world, engine)
    assert await rows(engine, verdicts) == []
    (phrase,) = await rows(engine, pending_phrases)
    assert (phrase["text"], phrase["decision_id"]) == ("а сколько ещё ждать курьера", None)


async def test_a_reply_goes_out_whatever_became_of_what_it_should_teach(
    anna: Hand, world: World, engine: AsyncEngine
) -> None:
    ticket = await hand_over(world, TEXT)
    await taken(anna, ticket)
    answers = {"turn": "12345", "article": "delivery-times"}
    assert (await anna.post(f"/tickets/{ticket}/reply", {"text": "Да", "answers": answers})).status == 200
    await archive(world, engine)
    assert await rows(engine, verdicts) == []


async def test_an_operator_judges_an_answer_of_a_conversation_the_bot_has(
    anna: Hand, world: World, engine: AsyncEngine
) -> None:
    await bot_answers(world, "посылка не пришла", "Нам жаль")
    talk = (await anna.get("/conversations"))["conversations"][0]["id"]
    answer = (await anna.get(f"/conversations/{talk}"))["turns"][-1]
    assert (answer["judged"], answer["verdicts"]) == ("d0", {})
    for right in (True, False):
        body = {"turn": answer["id"], "right": right}
        assert (await anna.post(f"/conversations/{talk}/verdict", body)).status == 200
    shown = (await anna.get(f"/conversations/{talk}"))["turns"][-1]
    assert shown["verdicts"] == {"operator": False}
    await archive(world, engine)
    (label,) = await rows(engine, verdicts)
    assert (label["right"], label["operator"] is not None) == (False, True)
    await world.redis.delete(world.keys("events"))
    shown = (await anna.get(f"/conversations/{talk}"))["turns"][-1]
    assert shown["verdicts"] == {"operator": False}, "the archive tells it too"


async def test_a_customers_yes_or_no_is_shown_beside_the_answer(anna: Hand, world: World) -> None:
    await bot_answers(world, "посылка не пришла", "Нам жаль")
    told = {"kind": "feedback", "payload": '{"decision":"d0","helpful":true}'}
    await world.message("Да", events=[told])
    talk = (await anna.get("/conversations"))["conversations"][0]["id"]
    answers = [turn for turn in (await anna.get(f"/conversations/{talk}"))["turns"] if turn["judged"]]
    assert [turn["verdicts"] for turn in answers] == [{"customer": True}]


async def test_what_cannot_be_judged_is_refused(anna: Hand, world: World) -> None:
    ticket = await hand_over(world, TEXT)
    turns = await taken(anna, ticket)
    path = f"/tickets/{ticket}/verdict"
    greeting = turns[-1]["id"]
    assert await refused(await anna.post(path, {"turn": greeting, "right": True})) == (
        422,
        "nothing_to_judge",
    )
    assert await refused(await anna.post(path, {"turn": "1", "right": True})) == (404, "unknown_turn")
    asked = {"turn": turns[0]["id"], "article": "nothing"}
    assert await refused(await anna.post(path, asked)) == (404, "unknown_article")
    gone = await anna.post("/tickets/9/verdict", asked)
    assert await refused(gone) == (404, "unknown_ticket")
    gone = await anna.post("/conversations/9/verdict", asked)
    assert await refused(gone) == (404, "unknown_conversation")


async def test_operators_find_internal_articles_and_see_that_they_are(anna: Hand) -> None:
    found = (await anna.get("/articles?text=сколько обещать&language=ru"))["articles"]
    assert [(each["article"], each["internal"]) for each in found] == [("internal-compensation-limit", True)]
    article = await anna.get("/articles/internal-compensation-limit?language=ru")
    assert article["text"] == "До 500 рублей."
    assert (await anna.get("/articles?text="))["articles"] == []


@pytest.mark.parametrize("path", ["/articles?text=a", "/articles/delivery-times"])
async def test_editors_have_no_desk_to_search_from(desk: Desk, browsers: Browsers, path: str) -> None:
    await desk.add("eva", role="editor")
    hand = await browsers()
    await hand.sign_in("eva")
    assert (await hand.client.get(f"/desk/api{path}")).status == 403


async def test_only_those_with_a_desk_and_its_token_may_teach(
    desk: Desk, anna: Hand, browsers: Browsers, world: World
) -> None:
    ticket = await hand_over(world, TEXT)
    asked = (await taken(anna, ticket))[0]
    body = {"turn": asked["id"], "article": "delivery-times"}
    path = f"/desk/api/tickets/{ticket}/verdict"
    assert (await anna.client.post(path, json=body)).status == 403
    await desk.add("eva", role="editor")
    eva = await browsers()
    await eva.sign_in("eva")
    assert (await eva.post(f"/tickets/{ticket}/verdict", body)).status == 403
    stranger = await browsers()
    assert (await stranger.client.post(path, json=body)).status == 401


async def test_without_the_database_a_message_can_still_be_answered_from_an_article(
    anna: Hand, world: World, tmp_path: Path
) -> None:
    ticket = await hand_over(world, TEXT)
    asked = (await taken(anna, ticket))[0]
    away = open_engine(f"sqlite:///{tmp_path}/no/such/folder.db")
    history = History(engine=away, scripts=world.scripts, keys=world.keys)
    turn = await history.turn(REF, (await world.conversation())["id"], asked["id"])
    await away.dispose()
    await asyncio.sleep(0.1)  # the driver's thread says a last word to this loop after a failed start
    assert turn is not None
    assert (turn.text, turn.decision_id) == (TEXT, "d1")
