"""The protocol of a skill, and what it works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.types import IncomingMessage, Reason, Reply
from nlu.types import Entity


@dataclass(frozen=True, slots=True)
class Customer:
    """What is known of the customer; `phone` is in E.164 and set only when verified."""

    key: str
    name: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class SkillRequest:
    """One message a skill is to handle.

    `state` is the skill's own memory from its last reply in this conversation (empty at the start);
    `now` is aware.
    """

    message: IncomingMessage
    language: str
    entities: tuple[Entity, ...]
    customer: Customer
    state: Mapping[str, str]
    now: datetime


@dataclass(frozen=True, slots=True)
class SkillResult:
    """What came of it.

    Attributes:
        reply: What to say; None only with `hand_off`.
        state: Memory to keep; a non-empty one means the skill awaits the customer's next message.
        verified_phone: Set when this message proved the customer's phone (E.164).
        hand_off: Set to give the conversation to a person (after `reply`, if there is one).
        unhandled: True when the awaited message was about something else; it is then decided afresh.
    """

    reply: Reply | None = None
    state: Mapping[str, str] = field(default_factory=dict)
    verified_phone: str = ""
    hand_off: Reason | None = None
    unhandled: bool = False


class Skill(Protocol):
    """`name` appears in decisions and configuration; `intents` are those that start it."""

    name: str
    intents: tuple[str, ...]

    async def handle(self, request: SkillRequest) -> SkillResult:
        """Handle one message. A service that is down is an expected outcome, said plainly, never an error."""
