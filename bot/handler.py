"""Handling one message: read it, decide, let a skill work, and put everything into one effect."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from bot.decide import Signals, Thresholds, decide
from bot.effects import Effect
from bot.inbox import Pending
from bot.outcome import Outcome, Outcomes
from bot.ports import Clock, ExpectedWait, Knowledge, Receives, Says, Understands
from bot.signals import Reading, gather
from bot.skills.contract import Customer, Skill, SkillRequest
from bot.types import (
    Answer,
    BotState,
    Clarify,
    HandOff,
    IncomingMessage,
    MessageKind,
    Reason,
    RunSkill,
    SmallTalk,
)
from bot.write import Decided, new_decision_id, relay
from bot.writer import EffectWriter
from nlu.types import Emotion, Understanding

_UNHANDLED = "unhandled"
"""Name of the outcome of a skill that says the message is not for it."""


class Customers(Protocol):
    """What is remembered of customers."""

    async def get(self, account: str, user_id: str) -> Mapping[str, str]:
        """Fields `name`, `language`, `phone`, `greeted`; empty for somebody new."""


class Handler:
    """Turns one pending message into its effect; touches nothing itself."""

    def __init__(
        self,
        *,
        understander: Understands,
        knowledge: Knowledge,
        skills: Sequence[Skill],
        texts: Says,
        customers: Customers,
        expected_wait: ExpectedWait,
        clock: Clock,
        limits: Thresholds,
        greeting: Mapping[str, Mapping[str, str]],
        default_language: str,
        due_s: float,
        urgent_due_s: float,
        reception: Receives | None = None,
        familiar: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        """`limits.article` is replaced per message by the base's threshold as the governor sees it;
        `greeting` holds the values of `greeting.first` for each language; `familiar` is as in `gather`.
        """
        self._understander = understander
        self._knowledge = knowledge
        self._skills = {skill.name: skill for skill in skills}
        self._intents = {intent: skill.name for skill in skills for intent in skill.intents}
        self._outcomes = Outcomes(texts=texts, knowledge=knowledge)
        self._customers = customers
        self._clock = clock
        self._reception = reception
        self._familiar = familiar
        self._limits = limits
        self._default_language = default_language
        self._writer = EffectWriter(
            texts=texts,
            outcomes=self._outcomes,
            expected_wait=expected_wait,
            greeting=greeting,
            due_s=due_s,
            urgent_due_s=urgent_due_s,
            clock=clock,
            reception=reception,
        )

    async def handle(self, message: IncomingMessage, pending: Pending) -> Effect:
        """The effect of one message; a person's conversation gets the words and nothing else."""
        conversation = pending.conversation
        if conversation.owner == "queue" and await self._nobody_there():
            return await self._beside(message, pending)
        if not conversation.owned_by_bot:
            return relay(message, pending)
        known = await self._customers.get(message.account, message.sender.user_id)
        language = self._language(message, conversation.language, known)
        reading = await self._read(message, conversation.state, language)
        decided = self.decide(reading)
        decided, outcome = await self._carry_out(decided, message, known)
        return await self._writer.effect(message, pending, decided, outcome, known)

    async def _read(self, message: IncomingMessage, state: BotState, language: str) -> Reading:
        return await gather(
            message,
            state,
            language=language,
            understander=self._understander,
            knowledge=self._knowledge,
            now=self._clock(),
            familiar=self._familiar,
            emotion_threshold=self._limits.emotion,
        )

    async def _nobody_there(self) -> bool:
        return self._reception is not None and await self._reception.absence(self._clock()) is not None

    async def _beside(self, message: IncomingMessage, pending: Pending) -> Effect:
        """Outside working hours the bot answers what it is sure of; the ticket waits on for a person."""
        conversation = pending.conversation
        language = self._language(message, conversation.language, {})
        reading = await self._read(message, conversation.state, language)
        decided = self.decide(reading)
        if isinstance(decided.decision, RunSkill):
            return relay(message, pending)
        return self._writer.beside(message, pending, decided, self._plain(decided))

    async def give_up(self, message: IncomingMessage, pending: Pending) -> Effect:
        """The message goes to a person because handling it failed."""
        if not pending.conversation.owned_by_bot:
            return relay(message, pending)
        language = self._language(message, pending.conversation.language, {})
        reading = _unread(message.kind, pending.conversation.state, language)
        decided = Decided(new_decision_id(), HandOff(Reason.BOT_ERROR), reading, self._limits, imposed=True)
        outcome = self._outcomes.hand_off(HandOff(Reason.BOT_ERROR), pending.conversation.state, language)
        # What is remembered of the customer was not read, so nothing of it may change.
        known = {"greeted": "1", "name": message.sender.name, "language": language}
        return await self._writer.effect(message, pending, decided, outcome, known)

    def decide(self, reading: Reading) -> Decided:
        """Decide with the thresholds in force now."""
        article = self._knowledge.threshold(reading.solved_threshold)
        thresholds = replace(self._limits, article=article)
        decision = decide(reading.signals, thresholds, self._intents)
        return Decided(new_decision_id(), decision, reading, thresholds)

    def _language(self, message: IncomingMessage, current: str, known: Mapping[str, str]) -> str:
        for language in (current, known.get("language", ""), message.sender.language[:2]):
            if language in ("ru", "en"):
                return language
        return self._default_language

    async def _carry_out(
        self, decided: Decided, message: IncomingMessage, known: Mapping[str, str]
    ) -> tuple[Decided, Outcome]:
        """The outcome; a skill that says "not for me" has the message decided afresh, once."""
        if not isinstance(decided.decision, RunSkill):
            return decided, self._plain(decided)
        outcome = await self._run_skill(decided.decision.skill, decided.reading, message, known)
        if outcome.name != _UNHANDLED:
            return decided, outcome
        signals = decided.reading.signals
        cleared = replace(signals.state, skill="", skill_state={})
        again = self.decide(replace(decided.reading, signals=replace(signals, state=cleared)))
        if isinstance(again.decision, RunSkill):
            second = await self._run_skill(again.decision.skill, again.reading, message, known)
            if second.name != _UNHANDLED:
                return again, second
            again = replace(again, decision=HandOff(Reason.SKILL_FAILED), imposed=True)
        aside = self._plain(again)
        # The skill still waits (for a code, say) while the customer asks something else.
        return again, replace(
            aside,
            state=replace(
                aside.state, skill=outcome.state.skill, skill_state=dict(outcome.state.skill_state)
            ),
        )

    def _plain(self, decided: Decided) -> Outcome:
        state, language = decided.reading.signals.state, decided.reading.language
        match decided.decision:
            case Answer() as answer:
                return self._outcomes.answer(answer, state, language, decided.id)
            case Clarify() as clarify:
                return self._outcomes.clarify(clarify, state, language)
            case SmallTalk() as small_talk:
                return self._outcomes.small_talk(small_talk, state, language)
            case HandOff() as hand_off:
                return self._outcomes.hand_off(hand_off, state, language)
            case RunSkill():
                return self._outcomes.hand_off(HandOff(Reason.SKILL_FAILED), state, language)

    async def _run_skill(
        self, name: str, reading: Reading, message: IncomingMessage, known: Mapping[str, str]
    ) -> Outcome:
        state, language = reading.signals.state, reading.language
        skill = self._skills.get(name)
        if skill is None:
            return self._outcomes.hand_off(HandOff(Reason.SKILL_FAILED), state, language)
        request = SkillRequest(
            message=message,
            language=language,
            entities=reading.understanding.entities,
            customer=Customer(
                key=f"{message.account}:{message.sender.user_id}",
                name=message.sender.name,
                phone=known.get("phone", ""),
            ),
            state=state.skill_state if state.skill == name else {},
            now=self._clock(),
        )
        result = await skill.handle(request)
        waits = bool(result.state)
        remembered = replace(
            state,
            skill=name if waits else "",
            skill_state=dict(result.state),
            clarified=False,
            last_decision="",  # a "no" from here on is not about an older answer
        )
        hand_off = HandOff(result.hand_off) if result.hand_off else None
        return Outcome(
            _UNHANDLED if result.unhandled else "skill",
            result.reply,
            remembered,
            language,
            hand_off=hand_off,
            phone=result.verified_phone,
        )


def _unread(kind: MessageKind, state: BotState, language: str) -> Reading:
    understanding = Understanding("", 0.0, (), Emotion(0.0, escalate=False), language, "offline")
    return Reading(Signals(kind=kind, state=state), understanding, language, 2.0)
