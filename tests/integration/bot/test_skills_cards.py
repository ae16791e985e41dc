"""Balance and card activation through the real demo service, in both channels."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.skills.activate_card import ActivateCard
from bot.skills.balance import Balance
from bot.skills.loyalty_client import LoyaltyClient
from bot.skills.phone_check import PhoneCheck
from bot.types import MessageKind
from tests.integration.bot.skills_world import (
    COMPANY,
    NOON,
    TEXTS,
    DemoServer,
    Talk,
    buttons,
    client_of,
    demo_server,
)

PHONE = "+79000000001"


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[DemoServer]:
    async with demo_server(tmp_path / "demo") as running:
        yield running


@pytest.fixture
async def client(demo: DemoServer) -> AsyncIterator[LoyaltyClient]:
    client = client_of(demo.url)
    yield client
    await client.close()


def phone_check(client: LoyaltyClient) -> PhoneCheck:
    return PhoneCheck(client=client, texts=TEXTS, code_attempts=3)


@pytest.fixture
def balance(client: LoyaltyClient) -> Balance:
    return Balance(client=client, phone_check=phone_check(client), texts=TEXTS, company=COMPANY)


@pytest.fixture
def activate(client: LoyaltyClient) -> ActivateCard:
    return ActivateCard(client=client, phone_check=phone_check(client), texts=TEXTS, company=COMPANY)


def wrong_code(demo: DemoServer, phone: str = PHONE) -> str:
    return "111111" if demo.last_code(phone) != "111111" else "222222"


async def test_a_code_in_the_web_chat_leads_to_the_balance(balance: Balance, demo: DemoServer) -> None:
    talk = Talk(balance)
    asked = await talk.say("сколько у меня баллов")
    assert asked.ask_contact
    sent = await talk.say("8 (900) 000-00-01")
    assert "00-01" in sent.text
    assert PHONE not in sent.text
    told = await talk.say(f"код {demo.last_code(PHONE)}")
    assert talk.last.verified_phone == PHONE
    assert talk.last.state == {}
    expires = TEXTS.day("ru", (datetime.now(UTC) + timedelta(days=12)).date())
    assert (
        told.text == f"На вашей карте **1\u00a0250 баллов**, это 1\u00a0250 ₽. {expires} сгорит 300 баллов."
    )


async def test_a_verified_customer_is_answered_at_once_in_english(balance: Balance) -> None:
    talk = Talk(balance, language="en", phone="+79000000005")
    told = await talk.say("my balance")
    assert "You have **1 point** on your card, worth ₽1." in told.text
    assert talk.last.verified_phone == ""


async def test_a_telegram_contact_of_the_sender_is_enough(balance: Balance) -> None:
    talk = Talk(balance, channel="telegram")
    assert (await talk.say("баланс")).ask_contact
    told = await talk.share_contact("79000000004", verified=True)
    assert talk.last.verified_phone == "+79000000004"
    assert "пока нет баллов" in told.text


async def test_somebody_elses_telegram_contact_is_refused(balance: Balance) -> None:
    talk = Talk(balance, channel="telegram")
    await talk.say("баланс")
    refused = await talk.share_contact("+79000000001", verified=False)
    assert "чужой контакт" in refused.text
    assert refused.ask_contact
    assert talk.last.verified_phone == ""
    typed = await talk.say("+79000000001")
    assert "кнопкой" in typed.text
    assert typed.ask_contact


async def test_a_contact_in_the_web_chat_still_needs_the_code(balance: Balance, demo: DemoServer) -> None:
    talk = Talk(balance)
    await talk.say("баланс")
    await talk.share_contact("+79000000001", verified=False)
    assert talk.last.verified_phone == ""
    await talk.say(demo.last_code(PHONE))
    assert talk.last.verified_phone == PHONE


async def test_wrong_codes_run_out_even_for_the_right_one(balance: Balance, demo: DemoServer) -> None:
    talk = Talk(balance)
    await talk.say("баланс")
    await talk.say(PHONE)
    assert "Ещё 2 попытки" in (await talk.say(wrong_code(demo))).text
    assert "Ещё 1 попытка" in (await talk.say(wrong_code(demo))).text
    spent = await talk.say(wrong_code(demo))
    assert "больше не действует" in spent.text
    assert "skill:balance:resend_code" in buttons(spent)
    assert "больше не действует" in (await talk.say(demo.last_code(PHONE))).text
    assert talk.phone == ""


async def test_asking_again_at_once_keeps_the_first_code_and_the_count(
    balance: Balance, demo: DemoServer
) -> None:
    talk = Talk(balance)
    await talk.say("баланс")
    await talk.say(PHONE)
    first = demo.last_code(PHONE)
    await talk.say(wrong_code(demo))
    again = await talk.press("skill:balance:resend_code")
    assert "уже отправлен" in again.text
    assert talk.state["wrong"] == "1"
    await talk.say(first)
    assert talk.phone == PHONE


async def test_an_old_code_is_told_from_a_wrong_one(balance: Balance, demo: DemoServer) -> None:
    talk = Talk(balance)
    await talk.say("баланс")
    await talk.say(PHONE)
    demo.ahead = timedelta(minutes=11)
    told = await talk.say(demo.last_code(PHONE))
    assert "Срок действия кода вышел" in told.text
    await talk.press("skill:balance:resend_code")
    await talk.say(demo.last_code(PHONE))
    assert talk.phone == PHONE


async def test_nobody_is_flooded_with_codes(balance: Balance, demo: DemoServer) -> None:
    talk = Talk(balance)
    await talk.say("баланс")
    await talk.say(PHONE)
    for _ in range(9):
        demo.ahead += timedelta(seconds=31)
        assert "Отправил код" in (await talk.press("skill:balance:resend_code")).text
    demo.ahead += timedelta(seconds=31)
    told = await talk.press("skill:balance:resend_code")
    assert "слишком много кодов" in told.text
    assert buttons(told) == ["person"]


async def test_another_phone_gets_another_code(balance: Balance, demo: DemoServer) -> None:
    talk = Talk(balance)
    await talk.say("баланс")
    await talk.say("+79000000007")
    await talk.press("skill:balance:other_phone")
    await talk.say(PHONE)
    await talk.say(demo.last_code("+79000000007") + " ")
    assert talk.phone == "" or demo.last_code("+79000000007") == demo.last_code(PHONE)
    await talk.say(demo.last_code(PHONE))
    assert talk.phone == PHONE


@pytest.mark.parametrize("words", ["отмена", "Не надо.", "cancel"])
async def test_the_customer_can_give_up(balance: Balance, words: str) -> None:
    talk = Talk(balance)
    await talk.say("баланс")
    await talk.say(words)
    assert talk.last.state == {}
    assert talk.last.reply is not None


@pytest.mark.parametrize(
    "question", ["где мой заказ 123456", "а сколько стоит доставка?", "ближайший магазин"]
)
async def test_another_question_meanwhile_is_left_to_the_bot(balance: Balance, question: str) -> None:
    talk = Talk(balance)
    await talk.say("баланс")
    await talk.say(PHONE)
    await talk.say(question)
    assert talk.last.unhandled
    assert talk.last.state["step"] == "code"


async def test_a_question_about_the_code_is_answered(balance: Balance) -> None:
    talk = Talk(balance)
    await talk.say("баланс")
    await talk.say(PHONE)
    told = await talk.say("код не приходит")
    assert "Могу прислать его ещё раз" in told.text


async def test_half_a_phone_number_is_asked_for_again(balance: Balance) -> None:
    talk = Talk(balance)
    await talk.say("баланс")
    assert "Не похоже на номер" in (await talk.say("8 900 000")).text


async def test_an_answer_that_comes_after_an_hour_is_no_answer(balance: Balance) -> None:
    talk = Talk(balance)
    await talk.say("баланс")
    talk.now = NOON + timedelta(hours=1)
    await talk.say("да")
    assert talk.last.unhandled
    assert talk.last.state == {}


async def test_an_unknown_customer_is_told_so_and_offered_a_person(balance: Balance) -> None:
    talk = Talk(balance, phone="+79009999999")
    told = await talk.say("баланс")
    assert "карта «Лавка» не оформлена" in told.text
    assert buttons(told) == ["person"]


async def test_a_blocked_card_is_told_with_its_points(balance: Balance) -> None:
    told = await Talk(balance, phone="+79000000003").say("баланс")
    assert "840 баллов" in told.text
    assert "заблокирована" in told.text
    assert buttons(told) == ["person"]


async def test_every_skill_says_plainly_that_its_service_is_down(
    balance: Balance, activate: ActivateCard, demo: DemoServer
) -> None:
    await demo.stop()
    for skill in (balance, activate):
        told = await Talk(skill, phone=PHONE).say("баланс")
        assert "не отвечает" in told.text
        assert buttons(told) == ["person"]
        asked = Talk(skill)
        await asked.say("баланс")
        told = await asked.say(PHONE)
        assert "не отвечает" in told.text
        assert buttons(told) == ["person"]


async def test_a_code_is_checked_after_the_service_came_back(balance: Balance, demo: DemoServer) -> None:
    talk = Talk(balance)
    await talk.say("баланс")
    await talk.say(PHONE)
    code = demo.last_code(PHONE)
    await demo.stop()
    told = await talk.say(code)
    assert "Не получается проверить" in told.text
    await demo.start()
    await talk.say(code)
    assert talk.phone == PHONE


async def test_a_card_is_activated_after_the_code(activate: ActivateCard, demo: DemoServer) -> None:
    talk = Talk(activate)
    await talk.say("активируй карту 2200 1000 0000 0025", ("card_number", "2200 1000 0000 0025"))
    await talk.say("+79000000002")
    done = await talk.say(demo.last_code("+79000000002"))
    assert "карта **2200 1000 0000 0025** активна" in done.text
    assert talk.phone == "+79000000002"
    assert "уже активна" in (await talk.say("активируй карту")).text


async def test_the_same_message_handled_twice_activates_once_and_says_the_same(
    activate: ActivateCard,
) -> None:
    talk = Talk(activate, phone="+79000000006")
    message = talk.message(MessageKind.TEXT, "активируй карту")
    first, second = await talk.again(message), await talk.again(message)
    assert first.reply is not None
    assert "активна" in first.reply.text
    assert first == second


async def test_the_same_code_message_handled_twice_proves_the_phone_twice(
    balance: Balance, demo: DemoServer
) -> None:
    talk = Talk(balance)
    await talk.say("баланс")
    await talk.say(PHONE)
    message = talk.message(MessageKind.TEXT, demo.last_code(PHONE))
    first, second = await talk.again(message), await talk.again(message)
    assert first.verified_phone == second.verified_phone == PHONE


async def test_a_wrong_card_number_can_be_typed_again(activate: ActivateCard) -> None:
    talk = Talk(activate, phone="+79000000008")
    refused = await talk.say("активируй карту 1234567812345678", ("card_number", "1234567812345678"))
    assert buttons(refused) == ["skill:activate_card:card_of_phone", "skill:activate_card:cancel", "person"]
    assert "Не похоже на номер карты" in (await talk.say("2200")).text
    assert "активна" in (await talk.say("2200 1000 0000 0082")).text


async def test_a_wrong_card_number_can_give_way_to_the_card_of_the_phone(activate: ActivateCard) -> None:
    talk = Talk(activate, phone="+79000000008")
    await talk.say("активируй карту 1234567812345678", ("card_number", "1234567812345678"))
    done = await talk.press("skill:activate_card:card_of_phone")
    assert "2200 1000 0000 0082" in done.text


async def test_after_a_wrong_card_number_another_question_is_left_to_the_bot(activate: ActivateCard) -> None:
    talk = Talk(activate, phone="+79000000008")
    await talk.say("активируй карту 1234567812345678", ("card_number", "1234567812345678"))
    await talk.say("а доставка есть?")
    assert talk.last.unhandled


@pytest.mark.parametrize(
    ("phone", "words"),
    [
        ("+79000000001", "already active"),
        ("+79000000003", "blocked"),
        ("+79009999999", "no Lavka card under this number"),
    ],
)
async def test_each_activation_that_fails_says_why(activate: ActivateCard, phone: str, words: str) -> None:
    assert words in (await Talk(activate, language="en", phone=phone).say("activate my card")).text
