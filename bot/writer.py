"""Putting together all that one handled message changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.away import away_words
from bot.effects import Effect
from bot.inbox import Pending
from bot.looking_back import remembered
from bot.outcome import Outcome, Outcomes
from bot.ports import Clock, ExpectedWait, Receives, Says
from bot.types import Answer, HandOff, IncomingMessage, SmallTalk
from bot.write import (
    Decided,
    bot_reply,
    customer_turn,
    decision_event,
    feedback_event,
    new_ticket,
    placed,
    promise_event,
    relay,
    remember,
    routing_facts,
    state_json,
    system_reply,
)
from core.records import dump
from handoff.routing.reception import Absence
from knowledge_base.render import plain_text

_SHOWN_CHARS = 200


class EffectWriter:
    """Writes the effect of a decided message: history, reply or ticket, memory, customer."""

    def __init__(
        self,
        *,
        texts: Says,
        outcomes: Outcomes,
        expected_wait: ExpectedWait,
        greeting: Mapping[str, Mapping[str, str]],
        due_s: float,
        urgent_due_s: float,
        clock: Clock,
        reception: Receives | None = None,
    ) -> None:
        """`greeting` holds the values of `greeting.first` for each language; without a `reception` every
        ticket goes to the general group and people are always there.
        """
        self._texts = texts
        self._outcomes = outcomes
        self._expected_wait = expected_wait
        self._greeting = greeting
        self._due_s = due_s
        self._urgent_due_s = urgent_due_s
        self._clock = clock
        self._reception = reception

    async def effect(
        self,
        message: IncomingMessage,
        pending: Pending,
        decided: Decided,
        outcome: Outcome,
        known: Mapping[str, str],
    ) -> Effect:
        """All changes of one message, to be committed whole."""
        fields = self._customer_fields(message, outcome, known)
        events = [
            customer_turn(message, pending.id, outcome.name, decided.id),
            decision_event(decided, pending.id),
            *feedback_event(outcome, decided.reading.signals),
        ]
        if fields:
            key = f"{message.account}:{message.sender.user_id}"
            events.append(("customer", dump({"key": key, **dict(known), **fields})))
        greeting = "" if known.get("greeted") else self._first_words(outcome.language)
        state = remember(outcome.state, said=message.text)
        if (past := decided.reading.signals.past) is not None:
            state = remembered(state, past)
        outcome = replace(outcome, state=state)
        base = Effect(
            events=tuple(events),
            language=outcome.language,
            customer=(message.sender.user_id, fields) if fields else None,
        )
        if outcome.hand_off is not None:
            return await self._handed_over(base, message, pending, decided, outcome, greeting, known)
        return self._replied(base, pending, decided, outcome, greeting)

    def beside(
        self, message: IncomingMessage, pending: Pending, decided: Decided, outcome: Outcome
    ) -> Effect:
        """The effect while a ticket waits: an article answers, everything else is only passed on."""
        feedback = feedback_event(outcome, decided.reading.signals)
        answers = isinstance(decided.decision, Answer) and outcome.reply is not None
        if not answers and not feedback:
            return relay(message, pending)
        state = remember(outcome.state, said=message.text)
        if not answers or outcome.reply is None:
            passed_on = relay(message, pending)
            return replace(passed_on, events=(*passed_on.events, *feedback), state=state_json(state))
        answered = _shortened(plain_text(outcome.reply.text))
        return Effect(
            events=(
                customer_turn(message, pending.id, outcome.name, decided.id),
                decision_event(decided, pending.id),
                *feedback,
            ),
            replies=(bot_reply(pending, outcome.reply, outcome.language, decided.id),),
            state=state_json(remember(state, answered=answered)),
            relay=message.text[:_SHOWN_CHARS],
        )

    async def _handed_over(
        self,
        base: Effect,
        message: IncomingMessage,
        pending: Pending,
        decided: Decided,
        outcome: Outcome,
        greeting: str,
        known: Mapping[str, str],
    ) -> Effect:
        hand_off, state = outcome.hand_off, outcome.state
        assert hand_off is not None  # noqa: S101 - asked before
        due_s = self._urgent_due_s if hand_off.urgent else self._due_s
        reading = replace(decided.reading, language=outcome.language)
        ticket = new_ticket(hand_off, reading, state, message, due_s=due_s)
        now, absence = self._clock(), None
        if self._reception is not None:
            least = decided.thresholds.clarify_least
            facts = routing_facts(hand_off, reading, message, known, least=least)
            ticket = placed(ticket, await self._reception.place(facts, now), known)
            absence = await self._reception.absence(now)
        told = await self._told(hand_off, outcome.language, absence, now)
        before = f"{outcome.reply.text}\n\n" if outcome.reply else ""
        return replace(
            base,
            events=(*base.events, promise_event(absence)) if absence else base.events,
            replies=(system_reply(pending, greeting + before + told, outcome.language),),
            state=state_json(replace(state, skill="", skill_state={})),
            ticket=ticket,
        )

    async def _told(self, hand_off: HandOff, language: str, absence: Absence | None, now: datetime) -> str:
        if absence is None:
            return self._outcomes.told(hand_off, language, await self._expected_wait())
        opener = self._texts.say(f"handoff.reason.{hand_off.reason}", language)
        return f"{opener} {away_words(self._texts, language, absence.back, now)}"

    def _replied(
        self, base: Effect, pending: Pending, decided: Decided, outcome: Outcome, greeting: str
    ) -> Effect:
        if outcome.reply is None:
            return replace(base, state=state_json(outcome.state))
        reply = outcome.reply
        if greeting:
            hello = decided.decision in (SmallTalk("greet"), SmallTalk("start"))
            text = greeting.strip() if hello else greeting + reply.text  # it says hello already
            person = self._outcomes.person_button(outcome.language)
            buttons = reply.buttons if person in reply.buttons else (*reply.buttons, person)
            reply = replace(reply, text=text, buttons=buttons)  # the first words promise that button
        state = remember(outcome.state, answered=_shortened(plain_text(outcome.reply.text)))
        said = (
            system_reply(pending, reply.text, outcome.language)
            if outcome.close
            else bot_reply(pending, reply, outcome.language, decided.id)
        )
        return replace(
            base, replies=(said,), state=state_json(state), close="customer" if outcome.close else ""
        )

    def _first_words(self, language: str) -> str:
        return self._texts.say("greeting.first", language, **self._greeting[language]) + "\n\n"

    def _customer_fields(
        self, message: IncomingMessage, outcome: Outcome, known: Mapping[str, str]
    ) -> dict[str, str]:
        """Only what changed, so that the archive is not told the same thing with every message."""
        wanted = {
            "name": message.sender.name or known.get("name", ""),
            "language": outcome.language,
            "greeted": "1",
        }
        if outcome.phone:
            wanted["phone"] = outcome.phone
        return {field: value for field, value in wanted.items() if known.get(field, "") != value}


def _shortened(text: str) -> str:
    """The beginning of a reply, for the packet; the whole of it is in the history below."""
    return text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS].rsplit(maxsplit=1)[0] + " …"
