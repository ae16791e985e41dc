"""What holds for every decision, whatever the signals; and that what is stored decides the same again."""

from __future__ import annotations

import json
from dataclasses import asdict

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bot.decide import Candidate, Signals, Thresholds, decide
from bot.signals import Reading
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
from bot.write import Decided, decision_event, decision_word
from nlu.types import Emotion, Understanding

SKILLS = {"check_balance": "balance", "find_store": "nearest_store", "activate_card": "activate_card"}
PLAIN = Understanding("", 0.0, (), Emotion(0.0, escalate=False), "ru", "offline")

shares = st.floats(0, 1)
names = st.sampled_from(["", "delivery-cost", "gift-cards", "none"])
states = st.builds(
    BotState,
    skill=st.sampled_from(["", "balance", "nearest_store"]),
    skill_state=st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
    clarified=st.booleans(),
    last_decision=st.sampled_from(["", "d1"]),
    said=st.lists(st.text(max_size=5), max_size=3).map(tuple),
)
candidates = st.builds(Candidate, names, st.sampled_from(["ru", "en"]), st.text(max_size=5), names, shares)
every_signal = st.builds(
    Signals,
    kind=st.sampled_from(MessageKind),
    text=st.one_of(st.text(max_size=12), st.sampled_from(["/start x", "/operator", " /BALANCE@bot y "])),
    button=st.one_of(
        st.text(max_size=12),
        st.sampled_from(["person", "helped:no", "article:gift-cards", "skill:balance:x"]),
    ),
    intent=st.sampled_from(["", "ask_human", "complaint", "greet", "thanks", "affirm", "deny", *SKILLS]),
    intent_confidence=shares,
    emotion=shares,
    escalate=st.booleans(),
    emotion_kind=st.sampled_from(["", "anger", "health"]),
    evidence=st.text(max_size=8),
    candidates=st.lists(candidates, max_size=4).map(tuple),
    knowledge_ready=st.booleans(),
    words=st.integers(0, 500),
    state=states,
)
every_limit = st.builds(Thresholds, st.floats(0, 2), shares, shares, shares, shares, shares)


def shown(decision: Decision) -> tuple[object, ...]:
    """What replay compares."""
    return (
        decision_word(decision),
        decision.reason if isinstance(decision, HandOff) else None,
        decision.article if isinstance(decision, Answer) else None,
        decision.skill if isinstance(decision, RunSkill) else None,
    )


@given(every_signal, every_limit)
def test_deciding_never_fails_and_is_always_the_same(signals: Signals, limits: Thresholds) -> None:
    first = decide(signals, limits, SKILLS)
    assert isinstance(first, Answer | RunSkill | Clarify | SmallTalk | HandOff)
    assert decide(signals, limits, SKILLS) == first


@given(every_signal, every_limit)
def test_what_was_not_chosen_is_answered_only_at_or_above_the_threshold(
    signals: Signals, limits: Thresholds
) -> None:
    decision = decide(signals, limits, SKILLS)
    if isinstance(decision, Answer) and signals.kind is MessageKind.TEXT:
        assert decision.probability >= limits.article


@given(every_signal, every_limit)
def test_words_that_ask_for_a_person_always_get_one(signals: Signals, limits: Thresholds) -> None:
    decision = decide(signals, limits, SKILLS)
    heard = signals.intent == "ask_human" and signals.intent_confidence >= limits.person
    if signals.kind is MessageKind.TEXT and heard:
        assert decision == HandOff(Reason.ASKED_FOR_PERSON)


@given(every_signal, every_limit)
def test_a_question_is_never_asked_twice(signals: Signals, limits: Thresholds) -> None:
    if signals.state.clarified:
        assert not isinstance(decide(signals, limits, SKILLS), Clarify)


@given(every_signal, every_limit)
def test_a_stored_decision_is_decided_the_same_again(signals: Signals, limits: Thresholds) -> None:
    decision = decide(signals, limits, SKILLS)
    decided = Decided("d1", decision, Reading(signals, PLAIN, "ru", 2.0), limits)
    _, payload = decision_event(decided, "m1")
    stored = json.loads(payload)
    signals_again = TypeAdapter(Signals).validate_python(stored["signals"])
    limits_again = TypeAdapter(Thresholds).validate_python(stored["thresholds"])
    assert shown(decide(signals_again, limits_again, SKILLS)) == shown(decision)
    assert stored["thresholds"] == asdict(limits)
