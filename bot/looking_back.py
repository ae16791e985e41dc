"""What earlier turns add to a message: rising irritation, answers that did not help, words said again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.types import BotState

RISING = "rising"
"""Kind of emotion of a message that alone would pass, but not after those before it."""
FAILED_ANSWERS = 2
"""Answers in a row that did not help, from which a person takes over."""
_KEPT = 0.6
"""Part of the irritation that a calmer message leaves."""
_CARRIED = 0.5
"""Part of earlier irritation that counts beside a message's own: two at .4 make .52, three .56."""
_IRRITATED = 0.2
"""Least probability of a message's own for the past to count: who calmed down is calm."""
_AGREES = ("affirm", "thanks", "greet", "goodbye")


@dataclass(frozen=True, slots=True)
class Past:
    """What is known after looking back; `mood` is in [0, 1], `failed` counts answers in a row."""

    mood: float
    failed: int


def look_back(state: BotState, *, text: str, emotion: float, intent: str, article: str) -> Past:
    """What a message means after the ones before it.

    Two chances add up as independent ones, own + (1 − own) × carried, once the message itself is irritated.
    An answer failed when the customer denies it, comes back to the very article, or says the same again.

    Args:
        state: The bot's memory before the message.
        text: The message.
        emotion: Its own probability in [0, 1] of needing a person for its mood.
        intent: What it was understood as.
        article: The best article found for it, or empty.
    """
    carried = _CARRIED * state.tension if emotion >= _IRRITATED else 0.0
    return Past(
        mood=emotion + (1 - emotion) * carried,
        failed=state.failed + 1 if _failed(state, text, intent, article) else 0,
    )


def remembered(state: BotState, past: Past) -> BotState:
    """The memory with what this message leaves behind: the mood, or what is left of an earlier one."""
    return replace(state, tension=max(past.mood, _KEPT * state.tension), failed=past.failed)


def _failed(state: BotState, text: str, intent: str, article: str) -> bool:
    if not state.last_article or intent in _AGREES:
        return False
    return intent == "deny" or article == state.last_article or _said_before(text, state.said)


def _said_before(text: str, said: Iterable[str]) -> bool:
    return _bare(text) in {_bare(earlier) for earlier in said}


def _bare(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
