"""Deadlines: targets per channel, group and priority, and what is due when, counted in working time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.settings import Section
from handoff.packets import PRIORITY_URGENT
from handoff.routing.hours import Calendar, Span, due_at, working_time_between

Clock = Literal["take", "first", "next", "resolve"]
CLOCKS: tuple[Clock, ...] = ("take", "first", "next", "resolve")
"""Taken by a person; first answer; each further answer; the end of the conversation's work."""
DUE_CLOCKS: tuple[Clock, ...] = ("first", "next", "resolve")
"""Those with a warning and an escalation; the time to take is a share over many, not a promise to one."""

Seconds = Annotated[int, Field(ge=1, le=90 * 24 * 3600)]


class TargetRule(BaseModel):
    """Targets in working seconds for the conversations that fit; an empty condition fits all."""

    model_config = ConfigDict(extra="forbid")

    channel: Annotated[str, Field(max_length=40)] = ""
    group: Annotated[str, Field(max_length=40)] = ""
    priority: Literal["", "urgent", "normal"] = ""
    take: Seconds | None = None
    first: Seconds | None = None
    next: Seconds | None = None
    resolve: Seconds | None = None


class Sla(BaseModel):
    """Ordered: of each target the first rule that fits and says one decides."""

    model_config = ConfigDict(extra="forbid")

    rules: Annotated[list[TargetRule], Field(max_length=100)]
    warn_share: Annotated[float, Field(ge=0.05, le=0.9)] = 0.25
    take_goal: Annotated[float, Field(ge=0.0, le=1.0)] = 0.8
    call_back: Seconds = 1800


SLA = Section(
    "sla",
    Sla,
    Sla(
        rules=[
            TargetRule(channel="email", first=3600, next=3600, resolve=8 * 3600),
            TargetRule(group="vip", first=60, next=120),
            TargetRule(priority="urgent", first=60, next=120),
            TargetRule(take=20, first=120, next=300, resolve=4 * 3600),
        ]
    ),
)
"""First answer in chats within 2 minutes, 80 % taken within 20 s, e-mail within an hour, a promised call-back
within half an hour: what contact centres of retail promise. Further answers and the end are our own choice.
"""


def targets(rules: Sequence[TargetRule], *, channel: str, group: str, priority: int) -> dict[Clock, int]:
    """Targets in seconds of a conversation; a clock without one is not watched."""
    own = "urgent" if priority == PRIORITY_URGENT else "normal"
    found: dict[Clock, int] = {}
    for rule in rules:
        if rule.channel in ("", channel) and rule.group in ("", group) and rule.priority in ("", own):
            for clock in CLOCKS:
                value = getattr(rule, clock)
                if value is not None:
                    found.setdefault(clock, value)
    return found


@dataclass(frozen=True, slots=True)
class Course:
    """How a ticket went so far.

    Attributes:
        created: When it was opened.
        taken: Whether a person has it.
        replied: When a person answered first, or None.
        asked: Since when the customer waits for an answer, or None while we wait for them.
        held: Times in which we waited for the customer, which are over.
    """

    created: datetime
    taken: bool = False
    replied: datetime | None = None
    asked: datetime | None = None
    held: tuple[Span, ...] = ()


def dues(course: Course, wanted: Mapping[Clock, int], calendar: Calendar) -> dict[Clock, datetime]:
    """When each running clock is due.

    While we wait for the customer no clock runs; what was waited is added to the time for the end.
    """
    found: dict[Clock, datetime] = {}
    if "take" in wanted and not course.taken:
        found["take"] = due_at(calendar, course.created, timedelta(seconds=wanted["take"]))
    if course.replied is None and "first" in wanted:
        found["first"] = due_at(calendar, course.created, timedelta(seconds=wanted["first"]))
    if course.asked is None:
        return found
    if course.replied is not None and "next" in wanted:
        found["next"] = due_at(calendar, course.asked, timedelta(seconds=wanted["next"]))
    if "resolve" in wanted:
        waited = sum((working_time_between(calendar, *span) for span in course.held), timedelta())
        found["resolve"] = due_at(calendar, course.created, timedelta(seconds=wanted["resolve"]) + waited)
    return found


def order(due: datetime | None, window_ends: datetime | None, *, raised_s: float) -> float:
    """Place in the queue, smaller first (milliseconds): the earliest of deadline and the channel's window.

    `raised_s` moves emotional conversations and VIPs ahead by as much. Moving, not a class of their own:
    an ordinary conversation that waited longer than that still comes before a fresh urgent one.
    """
    moments = [moment for moment in (due, window_ends) if moment is not None]
    earliest = min(moments).timestamp() if moments else 4e9
    return round((earliest - raised_s) * 1000)
