"""Looking back: irritation adds up, answers that fail are counted, and a calm customer starts afresh."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from bot.decide import Candidate, Signals, Thresholds, decide
from bot.looking_back import RISING, Past, look_back, remembered
from bot.signals import gather
from bot.types import Answer, BotState, HandOff, MessageKind, Reason
from knowledge_base.types import SearchResult
from nlu.types import Emotion
from tests.unit.bot.bot_fakes import NOW, FakeKnowledge, FakeParser, message

if TYPE_CHECKING:
    from nlu.emotion_weights import Floats

LIMITS = Thresholds(
    article=0.9, skill=0.7, person=0.6, smalltalk=0.8, clarify_margin=0.15, clarify_least=0.35, emotion=0.5
)


def moods(*emotions: float) -> list[float]:
    """The mood after each of these messages."""
    state, heard = BotState(), []
    for number, emotion in enumerate(emotions):
        past = look_back(state, text=f"message {number}", emotion=emotion, intent="", article="")
        state = remembered(state, past)
        heard.append(past.mood)
    return heard


def failures(*turns: tuple[str, str, str]) -> list[int]:
    """Failed answers after each of these messages (text, intent, article), each answered with its article."""
    state, counted = BotState(), []
    for text, intent, article in turns:
        past = look_back(state, text=text, emotion=0.1, intent=intent, article=article)
        counted.append(past.failed)
        state = BotState(last_article=article, failed=past.failed, said=(*state.said, text))
    return counted


def test_irritation_that_rises_reaches_what_no_message_reaches_alone() -> None:
    first, second, third = moods(0.4, 0.4, 0.45)
    assert first == 0.4
    assert first < 0.5 <= second < third


def test_the_first_message_counts_as_it_is() -> None:
    assert moods(0.3) == [0.3]


def test_a_calm_message_stays_calm_after_an_irritated_one() -> None:
    assert moods(0.49, 0.05)[-1] == 0.05


def test_irritation_fades_over_calm_messages() -> None:
    at_once, later = moods(0.45, 0.3)[-1], moods(0.45, 0.05, 0.05, 0.05, 0.3)[-1]
    assert later < at_once


def test_the_same_question_in_other_words_is_an_answer_that_failed() -> None:
    assert failures(
        ("где бонусы", "", "a"), ("я про бонусы спрашиваю", "", "a"), ("бонусы где", "", "a")
    ) == [
        0,
        1,
        2,
    ]


def test_a_no_and_the_same_words_again_are_two_failed_answers() -> None:
    assert failures(("Где бонусы?", "", "a"), ("нет", "deny", "b"), ("где бонусы", "", "c")) == [0, 1, 2]


def test_another_question_or_a_thank_you_starts_afresh() -> None:
    assert failures(("q", "", "a"), ("q two", "", "a"), ("about a shop", "", "b")) == [0, 1, 0]
    assert failures(("q", "", "a"), ("q two", "", "a"), ("thanks", "thanks", "a")) == [0, 1, 0]


def test_a_person_takes_over_after_two_failed_answers() -> None:
    found = (Candidate("a", "ru", "A", "r", 0.97),)
    once = Signals(kind=MessageKind.TEXT, candidates=found, past=Past(mood=0.1, failed=1))
    twice = Signals(kind=MessageKind.TEXT, candidates=found, past=Past(mood=0.1, failed=2))
    assert isinstance(decide(once, LIMITS, {}), Answer)
    assert decide(twice, LIMITS, {}) == HandOff(Reason.ANSWER_REJECTED)


async def test_the_vector_of_the_search_is_listened_to_and_the_past_is_stored() -> None:
    heard: list[int] = []

    class Listening(FakeParser):
        def mood(self, text: str, vector: Floats) -> Emotion:
            heard.append(len(vector))
            return Emotion(0.45, escalate=False)

    class Vectors(FakeKnowledge):
        async def search(self, text: str, *, language: str, now: datetime, limit: int = 5) -> SearchResult:
            return SearchResult((), 0.9, 3, vector=np.ones(512, dtype=np.float32))

    reading = await gather(
        message("опять не то"), BotState(tension=0.4), language="ru", understander=Listening(),
        knowledge=Vectors(), now=NOW, emotion_threshold=0.5,
    )  # fmt: skip
    signals = reading.signals
    assert heard == [512]
    assert (signals.emotion, signals.escalate, signals.emotion_kind) == (0.45, True, RISING)
    assert decide(signals, LIMITS, {}) == HandOff(Reason.EMOTION, urgent=True)
