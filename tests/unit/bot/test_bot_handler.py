"""What handling a message does: replies, greeting, memory, what is remembered of the customer."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.types import BotState, Contact, MessageKind, Sender
from tests.unit.bot.bot_fakes import (
    FakeCustomers,
    FakeKnowledge,
    FakeParser,
    Seen,
    article,
    handler,
    hit,
    message,
    pending,
    understood,
)

DELIVERY = FakeKnowledge(hits=(hit("delivery-cost", 0.95),), articles=(article("delivery-cost"),))
GREETING = "<ru greeting.first company=Лавка>"


async def test_an_answer_has_the_article_the_question_whether_it_helped_and_a_way_to_a_person() -> None:
    seen = Seen(await handler(knowledge=DELIVERY).handle(message(), pending()))
    assert seen.text == "Body of delivery-cost.\n\n<ru answer.helpful_question>"
    decision = seen.event("decision")["id"]
    assert seen.buttons == [f"helped:yes:{decision}", f"helped:no:{decision}", "person"]
    assert seen.effect.ticket is None
    assert not seen.effect.close


async def test_the_reply_is_the_bots_and_its_id_follows_from_the_message() -> None:
    seen = Seen(await handler(knowledge=DELIVERY).handle(message(), pending()))
    (reply,) = seen.effect.replies
    assert (reply["id"], reply["author"], reply["priority"]) == ("bc1-m1", "bot", 1)


async def test_a_turn_and_a_decision_are_written_and_point_at_each_other() -> None:
    seen = Seen(await handler(knowledge=DELIVERY).handle(message(), pending()))
    turn, decision = seen.event("turn"), seen.event("decision")
    assert seen.kinds == ["turn", "decision"]
    assert (turn["outcome"], turn["message_id"], turn["external_id"]) == ("answered", "m1", "x1")
    assert turn["decision_id"] == decision["id"] == seen.state["last_decision"]
    assert (decision["decision"], decision["article"]) == ("answer", "delivery-cost")
    assert (decision["revision"], decision["probability"]) == ("delivery-cost-ru", 0.95)
    assert decision["signals"]["base_version"] == 3
    assert decision["thresholds"]["article"] == 0.9


async def test_the_revision_stored_is_that_of_the_text_the_customer_reads() -> None:
    both = FakeKnowledge(
        hits=(hit("gift-cards", 0.99, "ru"),), articles=(article("gift-cards"), article("gift-cards", "en"))
    )
    parser = FakeParser(understood(language="en"))
    seen = Seen(await handler(parser=parser, knowledge=both).handle(message("gift cards?"), pending()))
    assert seen.event("decision")["revision"] == "gift-cards-en"
    assert seen.effect.language == "en"


async def test_the_governors_raise_counts() -> None:
    strict = replace(DELIVERY, raised=0.06)
    assert Seen(await handler(knowledge=strict).handle(message(), pending())).effect.ticket is not None


async def test_the_first_reply_carries_the_greeting_and_only_the_first() -> None:
    customers = FakeCustomers()
    handles = handler(knowledge=DELIVERY, customers=customers)
    first = Seen(await handles.handle(message(), pending()))
    assert first.text.startswith(f"{GREETING}\n\nBody of delivery-cost.")
    assert first.effect.customer is not None
    customers.record = dict(first.effect.customer[1])
    assert customers.record == {"name": "Анна", "language": "ru", "greeted": "1"}
    second = Seen(await handles.handle(message(), pending()))
    assert "greeting.first" not in second.text


async def test_a_greeting_is_not_answered_with_two() -> None:
    parser = FakeParser(understood("greet"))
    seen = Seen(await handler(parser=parser, customers=FakeCustomers()).handle(message("привет"), pending()))
    assert seen.text == GREETING


async def test_the_customer_is_written_down_only_when_something_changed() -> None:
    seen = Seen(await handler(knowledge=DELIVERY).handle(message(), pending()))
    assert seen.effect.customer is None
    assert seen.events("customer") == []


async def test_only_what_changed_of_the_customer_is_written_and_the_archive_gets_the_whole() -> None:
    known = FakeCustomers({"greeted": "1", "name": "Аня", "language": "ru", "phone": "+79000000000"})
    seen = Seen(await handler(knowledge=DELIVERY, customers=known).handle(message(), pending()))
    assert seen.effect.customer == ("42", {"name": "Анна"})
    event = seen.event("customer")
    assert (event["key"], event["name"], event["phone"]) == ("telegram:42", "Анна", "+79000000000")


async def test_a_name_the_channel_does_not_know_does_not_erase_one() -> None:
    nameless = message(sender=Sender("42", "", "ru"))
    assert Seen(await handler(knowledge=DELIVERY).handle(nameless, pending())).effect.customer is None


@pytest.mark.parametrize("owner", ["queue", "operator:olga"])
async def test_what_is_written_to_a_person_is_relayed_and_that_is_all(owner: str) -> None:
    parser, knowledge = FakeParser(), FakeKnowledge()
    seen = Seen(
        await handler(parser=parser, knowledge=knowledge).handle(message("алло?"), pending(owner=owner))
    )
    assert seen.effect.relay == "алло?"
    assert seen.kinds == ["turn"]
    assert seen.event("turn")["outcome"] == "relayed"
    assert (seen.effect.replies, seen.effect.state, seen.effect.ticket) == ((), None, None)
    assert parser.asked == []
    assert knowledge.searched == []


async def test_a_verdict_is_told_with_the_decision_it_is_about() -> None:
    pressed = message("Да, помогло", kind=MessageKind.BUTTON, button="helped:yes")
    seen = Seen(await handler().handle(pressed, pending(BotState(last_decision="d7"))))
    assert seen.event("feedback") == {"decision": "d7", "helpful": True}
    assert seen.state["last_decision"] == ""
    assert seen.text == "<ru answer.thanks_for_feedback>"


async def test_a_bad_verdict_is_told_and_a_person_takes_over() -> None:
    pressed = message("Нет", kind=MessageKind.BUTTON, button="helped:no")
    seen = Seen(await handler().handle(pressed, pending(BotState(last_decision="d7"))))
    assert seen.event("feedback") == {"decision": "d7", "helpful": False}
    assert seen.packet["reason"] == "answer_rejected"


async def test_a_late_verdict_is_about_the_answer_its_button_stood_under() -> None:
    pressed = message("Нет", kind=MessageKind.BUTTON, button="helped:no:d3")
    seen = Seen(await handler().handle(pressed, pending(BotState(last_decision="d7"))))
    assert seen.event("feedback") == {"decision": "d3", "helpful": False}


async def test_a_verdict_on_nothing_is_no_verdict() -> None:
    pressed = message("Да, помогло", kind=MessageKind.BUTTON, button="helped:yes")
    assert Seen(await handler().handle(pressed, pending())).events("feedback") == []


async def test_a_decision_event_holds_nobodys_words_phone_or_code() -> None:
    state = BotState(
        skill="balance", skill_state={"code": "483920"}, said=("моя карта 7777",), answered=("секрет",)
    )
    contact = message(
        "[номер] +79001234567", kind=MessageKind.CONTACT, contact=Contact("+79001234567", verified=True)
    )
    command = message("/operator позвоните +79001234567", kind=MessageKind.COMMAND)
    for sent in (contact, command, message("я отравился, 483920")):
        seen = Seen(await handler().handle(sent, pending(state)))
        stored = json.dumps(seen.event("decision"), ensure_ascii=False)
        for secret in ("79001234567", "483920", "7777", "секрет", "отравился", "позвоните"):
            assert secret not in stored


async def test_the_memory_keeps_the_last_ten_lines_of_either_side() -> None:
    state = BotState(said=tuple(f"s{n}" for n in range(10)), answered=tuple(f"a{n}" for n in range(10)))
    seen = Seen(await handler(knowledge=DELIVERY).handle(message("новое"), pending(state)))
    assert seen.state["said"] == [*(f"s{n}" for n in range(1, 10)), "новое"]
    assert seen.state["answered"][-1].startswith("Body of delivery-cost.")
    assert len(seen.state["answered"]) == 10


async def test_the_customer_may_end_the_conversation() -> None:
    seen = Seen(await handler().handle(message("/close", kind=MessageKind.COMMAND), pending()))
    assert seen.effect.close == "customer"
    (reply,) = seen.effect.replies
    assert reply["author"] == "system"  # the bot's own would be cancelled by the very close
    assert seen.text == "<ru conversation.closed_by_customer>"


async def test_the_language_changes_on_request() -> None:
    seen = Seen(await handler().handle(message("/language", kind=MessageKind.COMMAND), pending()))
    assert seen.effect.language == "en"
    assert seen.text == "<en language.changed>"


@pytest.mark.parametrize(
    ("conversation", "known", "sender", "expected"),
    [
        ("en", "ru", "ru", "en"),
        ("", "en", "ru", "en"),
        ("", "", "en-GB", "en"),
        ("de", "fr", "es", "ru"),
        ("", "", "", "ru"),
    ],
)
async def test_the_language_is_the_conversations_else_the_customers_else_the_channels(
    conversation: str, known: str, sender: str, expected: str
) -> None:
    parser = FakeParser(understood(language=""))
    handles = handler(parser=parser, customers=FakeCustomers({"language": known}))
    await handles.handle(message(sender=Sender("42", "", sender)), pending(language=conversation))
    assert parser.asked == [("сколько стоит доставка", expected)]


async def test_a_clarifying_question_offers_both_articles_and_neither() -> None:
    near = FakeKnowledge(
        hits=(hit("order-change", 0.6), hit("order-cancel", 0.5)),
        articles=(article("order-change"), article("order-cancel")),
    )
    seen = Seen(await handler(knowledge=near).handle(message(), pending()))
    assert seen.buttons == ["article:order-change", "article:order-cancel", "article:none"]
    assert seen.state["clarified"] is True
    chosen = message("Title order-cancel", kind=MessageKind.BUTTON, button="article:order-cancel")
    then = Seen(await handler(knowledge=near).handle(chosen, pending(BotState(clarified=True))))
    assert then.text.startswith("Body of order-cancel.")
    assert then.state["clarified"] is False


async def test_buttons_and_commands_are_not_given_to_the_parser() -> None:
    parser, knowledge = FakeParser(), FakeKnowledge()
    handles = handler(parser=parser, knowledge=knowledge)
    await handles.handle(message("Нет", kind=MessageKind.BUTTON, button="helped:no"), pending())
    await handles.handle(message("/help", kind=MessageKind.COMMAND), pending())
    assert parser.asked == []
    assert knowledge.searched == []
