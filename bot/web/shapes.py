"""Answers of the process and of the desk, as the API's description tells them; a test holds them to it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Time = Annotated[
    str, Field(json_schema_extra={"format": "date-time"}, description="ISO 8601 with its offset")
]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="allow")


class ErrorShape(_Shape):
    """What is wrong: a code that never changes, a sentence that says what to change, and more by code."""

    code: str
    message: str


class ErrorAnswer(BaseModel):
    """Every error has this shape."""

    error: ErrorShape


class PartShape(_Shape):
    """State of one part; `off` is one this deployment does not use."""

    status: Literal["ok", "starting", "degraded", "down", "off"]
    detail: Annotated[str, Field(description="A sentence for people")] = ""


class HealthAnswer(_Shape):
    """How the process is doing."""

    status: Literal["ok", "degraded", "starting"]
    parts: dict[str, PartShape]


class OperatorShape(_Shape):
    """An operator as they see themselves."""

    id: str
    name: str
    display_name: str
    role: str
    language: str


class ColleagueShape(_Shape):
    """An operator as others see them."""

    id: str
    name: str
    display_name: str


class SignedInAnswer(_Shape):
    """Who is signed in; `csrf` goes into the header `X-CSRF-Token` of every change."""

    csrf: str
    operator: OperatorShape


class TicketShape(_Shape):
    """A piece of work; `waiting_s` runs until somebody took it or it ended."""

    id: str
    status: Literal["waiting", "taken", "returned", "closed"]
    reason: str
    channel: str
    customer: str
    waiting_s: int
    due_at: Time | None
    operator: ColleagueShape | None
    language: str
    last_line: str
    unread: int
    group: str
    priority: int
    conversation: str
    created_at: Time
    replied_at: Time | None


class TicketsAnswer(_Shape):
    """Tickets of a view, the one due first at the top; `counts` says how many each view holds."""

    tickets: list[TicketShape]
    counts: dict[str, int]
    now: Time


class CandidateShape(_Shape):
    """An article that may answer."""

    article: str
    language: str
    title: str
    probability: float


class PacketShape(_Shape):
    """What the bot knew when it handed over."""

    reason: str
    evidence: str
    intent: str
    intent_confidence: float
    entities: list[tuple[str, str]]
    mood: str
    mood_score: float
    language: str
    said: list[str]
    answered: list[str]
    candidates: list[CandidateShape]


class DeliveryShape(_Shape):
    """How far a reply got."""

    status: Literal["queued", "sending", "sent", "failed", "unknown", "cancelled"]
    attempt: int
    error: str


class TurnShape(_Shape):
    """One message of a history; `delivery` is null for what the customer wrote.

    `judged` is the decision of an answer that may be called right or wrong, `verdicts` what each source said.
    """

    id: str
    conversation: str
    author: Literal["bot", "operator", "system", "customer"]
    name: str
    kind: str
    text: str
    at: Time
    out_id: str
    delivery: DeliveryShape | None
    buttons: list[str]
    attachments: list[str]
    location: dict[str, float] | None
    outcome: str | None
    decision: str | None
    judged: str | None
    verdicts: dict[str, bool]


class TicketAnswer(_Shape):
    """A ticket with its packet and history; `truncated` where there is more."""

    ticket: TicketShape
    packet: PacketShape
    turns: list[TurnShape]
    truncated: bool


class TakenAnswer(_Shape):
    """Taken; so many replies of the bot had left already."""

    on_the_way: int


class QueuedAnswer(_Shape):
    """The reply is queued under this id; `repeated` where it was already."""

    id: str
    repeated: bool


class DoneAnswer(_Shape):
    """Done."""


class TalkShape(_Shape):
    """A conversation the bot has."""

    id: str
    channel: str
    customer: str
    language: str
    last_at: Time
    last_line: str


class TalksAnswer(_Shape):
    """Conversations the bot has, the latest first."""

    conversations: list[TalkShape]


class TalkAnswer(_Shape):
    """One of them with its history."""

    conversation: TalkShape
    turns: list[TurnShape]
    truncated: bool


class JoinedAnswer(_Shape):
    """Joined: the ticket that was made."""

    ticket: str
    on_the_way: int


Document = dict[str, Any]
"""An OpenAPI document as JSON data."""
