"""Looking back: irritation adds up, answers that fail are counted, and a calm customer starts afresh."""

from __future__ import annotations

from bot.decide import Candidate, Signals, Thresholds, decide
from bot.looking_back import Past, look_back, remembered
from bot.types import Answer, BotState, HandOff, MessageKind, Reason

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
