"""Putting together all that one handled message changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.effects import Effect
from bot.inbox import Pending
from bot.looking_back import remembered
from bot.outcome import Outcome, Outcomes
from bot.ports import ExpectedWait, Says
from bot.types import IncomingMessage, SmallTalk
from bot.write import (
    Decided,
    bot_reply,
    customer_turn,
    decision_event,
    feedback_event,
    new_ticket,
    remember,
    state_json,
    system_reply,
)
from core.records import dump
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
    ) -> None:
        """`greeting` holds the values of `greeting.first` for each language."""
        self._texts = texts
        self._outcomes = outcomes
        self._expected_wait = expected_wait
        self._greeting = greeting
        self._due_s = due_s
        self._urgent_due_s = urgent_due_s

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
            return await self._handed_over(base, message, pending, decided, outcome, greeting)
        return self._replied(base, pending, decided, outcome, greeting)

    async def _handed_over(
        self,
        base: Effect,
        message: IncomingMessage,
        pending: Pending,
        decided: Decided,
        outcome: Outcome,
        greeting: str,
    ) -> Effect:
        hand_off, state = outcome.hand_off, outcome.state
        assert hand_off is not None  # noqa: S101 - asked before
        due_s = self._urgent_due_s if hand_off.urgent else self._due_s
        reading = replace(decided.reading, language=outcome.language)
        told = self._outcomes.told(hand_off, outcome.language, await self._expected_wait())
        before = f"{outcome.reply.text}\n\n" if outcome.reply else ""
        return replace(
            base,
            replies=(system_reply(pending, greeting + before + told, outcome.language),),
            state=state_json(replace(state, skill="", skill_state={})),
            ticket=new_ticket(hand_off, reading, state, message, due_s=due_s),
        )

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
