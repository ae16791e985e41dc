"""Hand-overs and skills: what the customer is told, what the operator gets, what is still awaited."""

from __future__ import annotations

from bot.skills.contract import SkillResult
from bot.types import BotState, MessageKind, Reason, Reply
from nlu.types import Emotion, Entity
from tests.unit.bot.bot_fakes import (
    FakeCustomers,
    FakeKnowledge,
    FakeParser,
    FakeSkill,
    Seen,
    article,
    handler,
    hit,
    message,
    pending,
    understood,
)

TOLD = "<ru handoff.told wait=120s>"
WAITING = BotState(skill="balance", skill_state={"step": "code"})


def balance(*results: SkillResult) -> FakeSkill:
    return FakeSkill("balance", ("check_balance",), list(results))


async def test_a_hand_over_says_why_and_how_long_it_takes_in_one_message_of_the_desk() -> None:
    parser = FakeParser(understood("ask_human"))
    seen = Seen(await handler(parser=parser).handle(message("позовите человека"), pending()))
    assert seen.text == f"<ru handoff.reason.asked_for_person> {TOLD}"
    (reply,) = seen.effect.replies
    assert (reply["id"], reply["author"], reply["priority"]) == ("sc1-m1", "system", 0)


async def test_a_new_customer_who_goes_straight_to_a_person_is_greeted_in_the_same_message() -> None:
    parser = FakeParser(understood("ask_human"))
    seen = Seen(await handler(parser=parser, customers=FakeCustomers()).handle(message(), pending()))
    assert seen.text == f"<ru greeting.first company=Лавка>\n\n<ru handoff.reason.asked_for_person> {TOLD}"


async def test_the_ticket_tells_the_operator_all_that_is_known() -> None:
    parser = FakeParser(
        understood(
            "find_store", 0.4, emotion=Emotion(0.3, escalate=False),
            entities=(Entity("city", "Казань", 0, 6),),
        )
    )  # fmt: skip
    knowledge = FakeKnowledge(hits=(hit("store-hours", 0.3),), articles=(article("store-hours"),))
    before = BotState(said=("привет",), answered=("Здравствуйте!",))
    handles = handler(parser=parser, knowledge=knowledge)
    seen = Seen(await handles.handle(message("где вы в Казани"), pending(before)))
    ticket = seen.effect.ticket
    assert ticket is not None
    assert (ticket.reason, ticket.group, ticket.priority, ticket.due_ms) == (
        "low_confidence", "general", 1, 120_000,
    )  # fmt: skip
    assert (ticket.customer, ticket.language, ticket.last_line) == ("Анна", "ru", "где вы в Казани")
    assert seen.packet == {
        "reason": "low_confidence", "evidence": "", "intent": "find_store", "intent_confidence": 0.4,
        "entities": [["city", "Казань"]], "mood": "", "mood_score": 0.3, "language": "ru",
        "said": ["привет", "где вы в Казани"], "answered": ["Здравствуйте!"],
        "candidates": [
            {"article": "store-hours", "language": "ru", "title": "Title store-hours", "probability": 0.3}
        ],
    }  # fmt: skip
    assert seen.event("turn")["outcome"] == "handed_off"


async def test_an_upset_customer_is_due_sooner_and_comes_first() -> None:
    parser = FakeParser(understood(emotion=Emotion(0.97, escalate=True, kind="anger", evidence="ужас")))
    seen = Seen(await handler(parser=parser).handle(message("ужас!"), pending()))
    ticket = seen.effect.ticket
    assert ticket is not None
    assert (ticket.reason, ticket.priority, ticket.due_ms) == ("emotion", 0, 60_000)
    assert (seen.packet["mood"], seen.packet["evidence"]) == ("anger", "ужас")
    assert "<ru handoff.told_urgent wait=120s>" in seen.text


async def test_a_hand_over_forgets_what_a_skill_awaited() -> None:
    parser = FakeParser(understood("ask_human"))
    seen = Seen(await handler(parser=parser).handle(message(), pending(WAITING)))
    assert (seen.state["skill"], seen.state["skill_state"]) == ("", {})


async def test_an_article_that_vanished_meanwhile_goes_to_a_person() -> None:
    gone = FakeKnowledge(hits=(hit("delivery-cost", 0.99),), articles=())
    seen = Seen(await handler(knowledge=gone).handle(message(), pending()))
    assert seen.packet["reason"] == "knowledge_unavailable"


async def test_without_a_base_a_question_goes_to_a_person() -> None:
    seen = Seen(await handler(knowledge=FakeKnowledge(hits=None)).handle(message(), pending()))
    assert seen.packet["reason"] == "knowledge_unavailable"


async def test_giving_up_hands_over_as_an_error_of_the_bot_and_touches_no_customer() -> None:
    seen = Seen(await handler(customers=FakeCustomers()).give_up(message("что-то"), pending()))
    assert seen.packet["reason"] == "bot_error"
    assert seen.packet["said"] == ["что-то"]
    assert seen.event("decision")["reason"] == "bot_error"
    assert seen.text == f"<ru handoff.reason.bot_error> {TOLD}"
    assert seen.effect.customer is None
    assert seen.events("customer") == []


async def test_giving_up_in_a_persons_conversation_relays() -> None:
    seen = Seen(await handler().give_up(message("что-то"), pending(owner="operator:olga")))
    assert seen.effect.relay == "что-то"
    assert seen.effect.ticket is None


async def test_a_skill_gets_its_own_memory_and_the_verified_phone() -> None:
    skill = balance(SkillResult(Reply("120 баллов")))
    known = FakeCustomers({"greeted": "1", "name": "Анна", "language": "ru", "phone": "+79000000000"})
    seen = Seen(await handler(skills=(skill,), customers=known).handle(message("1234"), pending(WAITING)))
    (asked,) = skill.asked
    assert (asked.state, asked.customer.phone) == ({"step": "code"}, "+79000000000")
    assert asked.customer.key == "telegram:42"
    assert seen.text == "120 баллов"
    assert (seen.state["skill"], seen.state["skill_state"]) == ("", {})
    assert (seen.event("decision")["decision"], seen.event("decision")["skill"]) == ("skill", "balance")


async def test_a_skill_does_not_get_the_memory_of_another() -> None:
    stores = FakeSkill("nearest_store", ("find_store",), [SkillResult(Reply("рядом"))])
    await handler(skills=(stores,)).handle(message(kind=MessageKind.LOCATION), pending(WAITING))
    assert stores.asked[0].state == {}


async def test_a_skill_that_keeps_a_memory_awaits_the_next_message() -> None:
    skill = balance(SkillResult(Reply("ваш номер?"), {"step": "phone"}))
    parser = FakeParser(understood("check_balance"))
    seen = Seen(await handler(parser=parser, skills=(skill,)).handle(message("баланс"), pending()))
    assert (seen.state["skill"], seen.state["skill_state"]) == ("balance", {"step": "phone"})


async def test_a_phone_a_skill_verified_is_remembered() -> None:
    skill = balance(SkillResult(Reply("спасибо"), verified_phone="+79000000000"))
    seen = Seen(await handler(skills=(skill,)).handle(message("1234"), pending(WAITING)))
    assert seen.effect.customer == ("42", {"phone": "+79000000000"})
    assert seen.event("customer")["phone"] == "+79000000000"


async def test_what_a_skill_does_not_handle_is_decided_afresh_and_the_skill_keeps_waiting() -> None:
    skill = balance(SkillResult(state={"step": "code"}, unhandled=True))
    knowledge = FakeKnowledge(hits=(hit("delivery-cost", 0.95),), articles=(article("delivery-cost"),))
    seen = Seen(await handler(knowledge=knowledge, skills=(skill,)).handle(message(), pending(WAITING)))
    assert seen.text.startswith("Body of delivery-cost.")
    assert (seen.state["skill"], seen.state["skill_state"]) == ("balance", {"step": "code"})
    assert seen.event("decision")["decision"] == "answer"


async def test_a_skill_that_lets_go_stops_waiting() -> None:
    skill = balance(SkillResult(unhandled=True))
    parser = FakeParser(understood("thanks"))
    seen = Seen(await handler(parser=parser, skills=(skill,)).handle(message("спасибо"), pending(WAITING)))
    assert seen.text == "<ru smalltalk.thanks>"
    assert seen.state["skill"] == ""


async def test_a_message_may_move_on_to_another_skill() -> None:
    first = balance(SkillResult(state={"step": "code"}, unhandled=True))
    second = FakeSkill("nearest_store", ("find_store",), [SkillResult(Reply("рядом"))])
    parser = FakeParser(understood("find_store"))
    handles = handler(parser=parser, skills=(first, second))
    seen = Seen(await handles.handle(message("где магазин"), pending(WAITING)))
    assert seen.text == "рядом"
    assert seen.event("decision")["skill"] == "nearest_store"


async def test_a_message_no_skill_wants_goes_to_a_person() -> None:
    skill = balance(SkillResult(unhandled=True), SkillResult(unhandled=True))
    parser = FakeParser(understood("check_balance"))
    seen = Seen(await handler(parser=parser, skills=(skill,)).handle(message(), pending(WAITING)))
    assert seen.packet["reason"] == "skill_failed"


async def test_a_skill_may_say_something_and_hand_over_in_one_message() -> None:
    skill = balance(SkillResult(Reply("Сервис не отвечает."), hand_off=Reason.SKILL_FAILED))
    parser = FakeParser(understood("check_balance"))
    seen = Seen(await handler(parser=parser, skills=(skill,)).handle(message("баланс"), pending()))
    assert seen.text == f"Сервис не отвечает.\n\n<ru handoff.reason.skill_failed> {TOLD}"
    assert seen.effect.ticket is not None


async def test_a_skill_nobody_installed_goes_to_a_person() -> None:
    seen = Seen(await handler().handle(message("/balance", kind=MessageKind.COMMAND), pending()))
    assert seen.packet["reason"] == "skill_failed"
