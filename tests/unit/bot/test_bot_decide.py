"""What is decided, branch by branch and in which order; names of the cases are the sentences."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.decide import Candidate, Signals, Thresholds, decide
from bot.types import (
    Answer,
    BotState,
    Clarify,
    Decision,
    HandOff,
    MessageKind,
    Reason,
    RunSkill,
    SmallTalk,
)

LIMITS = Thresholds(
    article=0.9,
    skill=0.7,
    person=0.6,
    smalltalk=0.8,
    clarify_margin=0.15,
    clarify_least=0.75,
    skill_with_entity=0.5,
)
SKILLS = {"check_balance": "balance", "find_store": "nearest_store"}
SURE = Candidate("delivery-cost", "ru", "Доставка", "r1", 0.95)
LIKELY = Candidate("order-cancel", "ru", "Отмена", "r2", 0.6)
NEAR = Candidate("order-change", "ru", "Изменение", "r3", 0.5)
FAR = Candidate("gift-cards", "ru", "Подарки", "r4", 0.4)
FAINT = Candidate("warranty", "ru", "Гарантия", "r5", 0.3)

BALANCE = RunSkill("balance")
STORES = RunSkill("nearest_store")
PERSON = HandOff(Reason.ASKED_FOR_PERSON)
ANSWER = Answer("delivery-cost", "ru", "r1", 0.95)
UNSURE = HandOff(Reason.LOW_CONFIDENCE)

ANSWERED = BotState(last_decision="d1")
CLARIFIED = BotState(clarified=True)
WAITING = BotState(skill="balance", skill_state={"step": "code"})


def words(intent: str = "", confidence: float = 0.9, **fields: Any) -> Signals:
    """A message of words with this intent."""
    signals = Signals(kind=MessageKind.TEXT, intent=intent, intent_confidence=confidence, words=3)
    return replace(signals, **fields)


def command(text: str, **fields: Any) -> Signals:
    return replace(Signals(kind=MessageKind.COMMAND, text=text), **fields)


def button(pressed: str, **fields: Any) -> Signals:
    return replace(Signals(kind=MessageKind.BUTTON, button=pressed), **fields)


CASES: dict[str, tuple[Signals, Decision]] = {
    "a person asked for gets a person": (words("ask_human", 0.6), PERSON),
    "a person asked for faintly is not heard": (words("ask_human", 0.59), UNSURE),
    "a person asked for beats mood": (words("ask_human", escalate=True, emotion_kind="anger"), PERSON),
    "a person asked for beats a waiting skill": (words("ask_human", state=WAITING), PERSON),
    "a person asked for beats a sure article": (words("ask_human", candidates=(SURE,)), PERSON),
    "a faint intent with its entity starts the skill": (
        words("find_store", 0.5, entities=("metro",)), STORES,
    ),
    "a faint intent with another's entity does not": (words("find_store", 0.6, entities=("phone",)), UNSURE),
    "a fainter intent does not, entity or not": (words("find_store", 0.49, entities=("metro",)), UNSURE),
    "a number for a waiting skill is not a wish for a person": (
        words("ask_human", number=True, state=WAITING),
        BALANCE,
    ),
    "a person asked for faintly does not take a waiting skill's answer": (
        words("ask_human", 0.69, state=WAITING),
        BALANCE,
    ),
    "a place for a waiting skill is not a wish for a person": (
        words("ask_human", entities=("city",), state=WAITING),
        BALANCE,
    ),
    "a number nobody waits for changes nothing": (words("ask_human", number=True), PERSON),
    "mood beats a number for a waiting skill": (
        words("ask_human", number=True, escalate=True, state=WAITING),
        PERSON,
    ),
    "mood is urgent and says by which words": (
        words(escalate=True, emotion_kind="anger", evidence="сколько можно"),
        HandOff(Reason.EMOTION, urgent=True, evidence="сколько можно"),
    ),
    "a sensitive matter is named as such": (
        words(escalate=True, emotion_kind="health", evidence="отравился"),
        HandOff(Reason.SENSITIVE, urgent=True, evidence="отравился"),
    ),
    "a sensitive matter counts even below the threshold of mood": (
        words(emotion_kind="health"), HandOff(Reason.SENSITIVE, urgent=True),
    ),
    "mood beats a complaint": (
        words("complaint", escalate=True, emotion_kind="anger"), HandOff(Reason.EMOTION, urgent=True),
    ),
    "mood beats a sure skill": (words("check_balance", escalate=True), HandOff(Reason.EMOTION, urgent=True)),
    "mood beats a waiting skill": (
        words(escalate=True, state=WAITING), HandOff(Reason.EMOTION, urgent=True),
    ),
    "a calm complaint goes to a person, not urgently": (words("complaint", 0.7), HandOff(Reason.COMPLAINT)),
    "a complaint beats a sure article": (words("complaint", candidates=(SURE,)), HandOff(Reason.COMPLAINT)),
    "a faint complaint may be answered": (words("complaint", 0.69, candidates=(SURE,)), ANSWER),
    "a sure intent starts its skill": (words("check_balance", 0.7), BALANCE),
    "an unsure intent starts none": (words("check_balance", 0.69), UNSURE),
    "a skill beats a sure article": (words("find_store", candidates=(SURE,)), STORES),
    "an intent without a skill may be answered": (words("out_of_scope", candidates=(SURE,)), ANSWER),
    "a waiting skill gets the next message first": (words("find_store", state=WAITING), BALANCE),
    "a waiting skill gets even a sure question": (words(candidates=(SURE,), state=WAITING), BALANCE),
    "a sure article is answered": (words(candidates=(SURE, LIKELY)), ANSWER),
    "an article exactly at the threshold is answered": (
        words(candidates=(replace(SURE, probability=0.9),)), Answer("delivery-cost", "ru", "r1", 0.9),
    ),
    "a question beats the thanks around it": (words("thanks", candidates=(SURE,)), ANSWER),
    "thanks are returned": (words("thanks"), SmallTalk("thanks")),
    "a greeting is returned": (words("greet"), SmallTalk("greet")),
    "a goodbye is returned": (words("goodbye"), SmallTalk("goodbye")),
    "five words may be a courtesy": (words("thanks", words=5), SmallTalk("thanks")),
    "long thanks say more and go on": (words("thanks", words=6), UNSURE),
    "an unsure courtesy is none": (words("thanks", 0.79), UNSURE),
    "yes after an answer means that it helped": (words("affirm", state=ANSWERED), SmallTalk("feedback")),
    "no after an answer means that it did not": (
        words("deny", state=ANSWERED), HandOff(Reason.ANSWER_REJECTED),
    ),
    "yes without an answer is a courtesy": (words("affirm"), SmallTalk("affirm")),
    "no without an answer is a courtesy": (words("deny"), SmallTalk("deny")),
    "thanks after an answer stay thanks": (words("thanks", state=ANSWERED), SmallTalk("thanks")),
    "a courtesy beats a clarifying question": (
        words("greet", candidates=(LIKELY, NEAR)), SmallTalk("greet"),
    ),
    "two near candidates are asked about": (
        words(candidates=(LIKELY, NEAR)), Clarify(("order-cancel", "order-change")),
    ),
    "candidates that are far apart are not": (words(candidates=(LIKELY, FAR)), UNSURE),
    "two faint candidates are not": (words(candidates=(FAR, FAINT)), UNSURE),
    "one candidate is not": (words(candidates=(LIKELY,)), UNSURE),
    "it is asked once, then a person is": (
        words(candidates=(LIKELY, NEAR), state=CLARIFIED), HandOff(Reason.CLARIFY_FAILED),
    ),
    "after the question a sure article is still answered": (
        words(candidates=(SURE,), state=CLARIFIED), ANSWER,
    ),
    "a skill nearer to an article waits for the better chance": (
        words("check_balance", 0.93, skill_chance=0.4, candidates=(SURE,)), ANSWER,
    ),
    "a skill and an article near each other are asked about": (
        words("check_balance", 0.6, skill_chance=0.5, candidates=(LIKELY, FAINT)),
        Clarify(("order-cancel",), skill="balance"),
    ),
    "thanks of many words are thanks where the odds weighed them": (
        words("thanks", words=8, odds=(("thanks", 0.9),)), SmallTalk("thanks"),
    ),
    "one word nobody understands is asked about": (words(words=1), SmallTalk("unclear")),
    "a sign nobody understands is asked about": (words("out_of_scope", 0.0, words=1), SmallTalk("unclear")),
    "it is asked about once": (words(words=1, state=CLARIFIED), HandOff(Reason.CLARIFY_FAILED)),
    "after an answer it goes to a person": (words(words=1, state=ANSWERED), UNSURE),
    "one word with a meaning is not unclear": (words("question", words=1), UNSURE),
    "nothing found goes to a person": (words(), UNSURE),
    "no base to ask is said plainly": (
        words(knowledge_ready=False), HandOff(Reason.KNOWLEDGE_UNAVAILABLE),
    ),
    "a skill needs no base": (words("check_balance", knowledge_ready=False), BALANCE),
    "no base weighs more than a failed question": (
        words(knowledge_ready=False, state=CLARIFIED), HandOff(Reason.KNOWLEDGE_UNAVAILABLE),
    ),
    "/operator calls a person": (command("/operator"), PERSON),
    "/balance runs the skill": (command("/balance"), BALANCE),
    "/stores runs the skill": (command("/stores"), STORES),
    "/activate runs the skill": (command("/activate"), RunSkill("activate_card")),
    "/start greets": (command("/start"), SmallTalk("start")),
    "/start with a parameter greets": (command("/start promo42"), SmallTalk("start")),
    "/close ends": (command("/close"), SmallTalk("close")),
    "/language changes it": (command("/language"), SmallTalk("language")),
    "a command may be addressed and in capitals": (command("/HELP@lavka_bot"), SmallTalk("help")),
    "an unknown command is helped": (command("/whatever"), SmallTalk("help")),
    "an empty command is helped": (command(""), SmallTalk("help")),
    "a command leaves a waiting skill": (command("/stores", state=WAITING), STORES),
    "a location is for the stores": (Signals(kind=MessageKind.LOCATION), STORES),
    "a location leaves a waiting skill": (Signals(kind=MessageKind.LOCATION, state=WAITING), STORES),
    "a contact is for the waiting skill": (
        Signals(kind=MessageKind.CONTACT, state=BotState(skill="activate_card")), RunSkill("activate_card"),
    ),
    "a contact out of the blue is for the balance": (Signals(kind=MessageKind.CONTACT), BALANCE),
    "a photo is for a person": (Signals(kind=MessageKind.ATTACHMENT), HandOff(Reason.ATTACHMENT)),
    "a photo is for a person even while a skill waits": (
        Signals(kind=MessageKind.ATTACHMENT, state=WAITING), HandOff(Reason.ATTACHMENT),
    ),
    "what nobody knows is for a person": (Signals(kind=MessageKind.OTHER), HandOff(Reason.ATTACHMENT)),
    "the button for a person calls one": (button("person"), PERSON),
    "it helped": (button("helped:yes", state=ANSWERED), SmallTalk("feedback")),
    "it did not help": (button("helped:no", state=ANSWERED), HandOff(Reason.ANSWER_REJECTED)),
    "a chosen article is answered": (
        button("article:delivery-cost", candidates=(replace(SURE, probability=1.0),)),
        Answer("delivery-cost", "ru", "r1", 1.0),
    ),
    "a chosen article that is gone goes to a person": (
        button("article:delivery-cost"), HandOff(Reason.CLARIFY_FAILED),
    ),
    "none of these goes to a person": (button("article:none"), HandOff(Reason.CLARIFY_FAILED)),
    "a skill's own button goes to it": (button("skill:balance:resend"), BALANCE),
    "a skill's own button goes to it while another waits": (
        button("skill:nearest_store:x", state=WAITING), STORES,
    ),
    "a button nobody knows goes to a person": (button("old:thing"), UNSURE),
}  # fmt: skip


@pytest.mark.parametrize("sentence", CASES)
def test_decides_that(sentence: str) -> None:
    signals, expected = CASES[sentence]
    assert decide(signals, LIMITS, SKILLS) == expected


@pytest.mark.parametrize("candidates", [(SURE,), (replace(SURE, probability=1.0),), (LIKELY, NEAR)])
def test_a_threshold_above_one_answers_and_asks_nothing(candidates: tuple[Candidate, ...]) -> None:
    assert decide(words(candidates=candidates), replace(LIMITS, article=2.0), SKILLS) == UNSURE


def test_a_threshold_above_one_still_answers_what_the_customer_chose() -> None:
    chosen = button("article:delivery-cost", candidates=(replace(SURE, probability=1.0),))
    assert isinstance(decide(chosen, replace(LIMITS, article=2.0), SKILLS), Answer)
