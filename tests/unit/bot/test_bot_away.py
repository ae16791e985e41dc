"""Handing over with settings: the group it goes to, and what is said when nobody is there."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.away import when_words
from bot.handler import Handler
from bot.texts import load_texts
from core.config import ROOT
from handoff.routing.groups import Facts
from handoff.routing.reception import Absence, Place
from nlu.types import Emotion
from tests.unit.bot.bot_fakes import (
    LIMITS,
    NOW,
    FakeCustomers,
    FakeKnowledge,
    FakeParser,
    FakeTexts,
    article,
    hit,
    message,
    pending,
    two_minutes,
    understood,
)

MOSCOW = ZoneInfo("Europe/Moscow")
TEXTS = load_texts(ROOT / "bot" / "wording")
PLACE = Place("returns", 1, "articles=warranty", 60_000, {"first": 60}, 300_000)


@dataclass
class FakeReception:
    """Says the same of everything; keeps what it was asked."""

    away: Absence | None = None
    asked: list[Facts] = field(default_factory=list)

    async def place(self, facts: Facts, now: datetime) -> Place:
        self.asked.append(facts)
        return PLACE

    async def absence(self, now: datetime) -> Absence | None:
        return self.away


def handler(reception: FakeReception, *, intent: str = "ask_human", probability: float = 0.4) -> Handler:
    return Handler(
        understander=FakeParser(understood(intent, 0.95, emotion=Emotion(0.1, escalate=False))),
        knowledge=FakeKnowledge((hit("warranty", probability),), (article("warranty"),)),
        skills=(),
        texts=FakeTexts(),
        customers=FakeCustomers(
            {"greeted": "1", "name": "Анна", "language": "ru", "tags": "vip, опт", "manager": "u7"}
        ),
        expected_wait=two_minutes,
        clock=lambda: NOW,
        limits=LIMITS,
        greeting={"ru": {"company": "Лавка"}, "en": {"company": "Lavka"}},
        default_language="ru",
        due_s=120,
        urgent_due_s=60,
        reception=reception,
    )


async def test_a_hand_over_goes_where_the_settings_say() -> None:
    reception = FakeReception()
    effect = await handler(reception).handle(message("позовите человека"), pending())
    assert reception.asked == [
        Facts(
            intent="ask_human", article="warranty", language="ru", channel="telegram",
            reason="asked_for_person", tags=("vip", "опт"),
        )
    ]  # fmt: skip
    ticket = json.loads(effect.dump())["ticket"]
    assert ticket["group"] == "returns"
    assert ticket["why"] == "articles=warranty"
    assert ticket["targets"] == {"first": 60}
    assert (ticket["due_ms"], ticket["raised_ms"], ticket["manager"]) == (60_000, 300_000, "u7")
    assert "<ru handoff.told wait=120s>" in effect.replies[0]["line"]
    assert "promise" not in [kind for kind, _ in effect.events]


async def test_an_article_that_hardly_fits_chooses_no_group() -> None:
    reception = FakeReception()
    await handler(reception, probability=0.3).handle(message("позовите человека"), pending())
    assert reception.asked[0].article == ""


async def test_when_nobody_is_there_the_customer_hears_when_and_a_contact_is_promised() -> None:
    back = datetime(2026, 3, 2, 9, tzinfo=MOSCOW)
    reception = FakeReception(Absence(back, back.replace(hour=10)))
    effect = await handler(reception).handle(message("позовите человека"), pending())
    assert "handoff.away" in effect.replies[0]["line"]
    assert "handoff.told" not in effect.replies[0]["line"]
    promised = [json.loads(payload) for kind, payload in effect.events if kind == "promise"]
    assert promised == [{"kind": "contact", "due_at": back.replace(hour=10).timestamp() * 1000}]


AWAY = Absence(datetime(2026, 3, 2, 9, tzinfo=MOSCOW), datetime(2026, 3, 2, 10, tzinfo=MOSCOW))


async def test_who_waits_outside_hours_still_gets_what_the_bot_is_sure_of() -> None:
    bot = handler(FakeReception(AWAY), intent="", probability=0.99)
    data = json.loads((await bot.handle(message("какая гарантия"), pending(owner="queue"))).dump())
    assert "Body of warranty" in data["replies"][0]["line"]
    assert data["relay"] == "какая гарантия"
    assert "ticket" not in data
    assert [event["kind"] for event in data["events"]] == ["turn", "decision"]


@pytest.mark.parametrize(
    ("away", "owner", "probability"),
    [(AWAY, "queue", 0.4), (None, "queue", 0.99), (AWAY, "operator:anna", 0.99)],
)
async def test_the_bot_is_silent_where_it_is_unsure_or_people_are_there(
    away: Absence | None, owner: str, probability: float
) -> None:
    bot = handler(FakeReception(away), intent="", probability=probability)
    data = json.loads((await bot.handle(message("какая гарантия"), pending(owner=owner))).dump())
    assert (data["replies"], data["relay"]) == ([], "какая гарантия")
    assert "ticket" not in data


@pytest.mark.parametrize(
    ("now", "ru", "en"),
    [
        ("2026-03-02 05:00", "сегодня в 09:00 (UTC+3)", "today at 09:00 (UTC+3)"),
        ("2026-03-01 20:00", "завтра в 09:00 (UTC+3)", "tomorrow at 09:00 (UTC+3)"),
        (
            "2026-02-27 20:00",
            "в понедельник, 2 марта, в 09:00 (UTC+3)",
            "on Monday, 2 March, at 09:00 (UTC+3)",
        ),
    ],
)
def test_the_moment_people_are_back_is_said_as_people_say_it(now: str, ru: str, en: str) -> None:
    back = datetime(2026, 3, 2, 9, tzinfo=MOSCOW)
    moment = datetime.fromisoformat(now).replace(tzinfo=MOSCOW).astimezone(UTC)
    assert when_words(TEXTS, "ru", back, moment) == ru
    assert when_words(TEXTS, "en", back, moment) == en
    assert ru.split(",")[0] in TEXTS.say("handoff.away", "ru", when=ru)


def test_half_hours_of_a_zone_are_said() -> None:
    back = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Kolkata"))
    assert when_words(TEXTS, "en", back, back) == "today at 09:00 (UTC+5:30)"
