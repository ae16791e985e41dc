"""Sections `distribution` and `team`: how conversations find their operators, and who can have how many."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from core.settings import Section
from handoff.routing.schedule import DayHours

Capacity = Annotated[int, Field(ge=0, le=100)]


class Distribution(BaseModel):
    """How conversations find their operators; times in seconds unless the name says minutes (0: never).

    Attributes:
        mode: `pull`: operators take from the list; `push`: conversations are offered to them.
        offer_s: How long an offer holds. Two of the default fit into the 20 seconds promised to customers.
        capacity: Conversations one operator may have at a time, unless `team` says another number.
        channel_capacity: The same for one channel.
        same_person: A returning customer goes to whom they had before, if that one is free.
        personal_manager: A customer's own manager comes first.
        offline_s: Silence of all desks of an operator after which they count as gone.
        offline_return_min: After this long offline their conversations go back to the queue.
        silent_return_min: After a customer waited this long for a further word, theirs does.
        raise_urgent_s: How far emotional and other urgent conversations move ahead in the queue.
        raise_vip_s: The same for VIPs, on top.
    """

    model_config = ConfigDict(extra="forbid")

    mode: Literal["pull", "push"] = "pull"
    offer_s: Annotated[int, Field(ge=3, le=300)] = 8
    capacity: Annotated[int, Field(ge=1, le=100)] = 4
    channel_capacity: dict[str, Capacity] = {}
    same_person: bool = True
    personal_manager: bool = True
    offline_s: Annotated[int, Field(ge=20, le=3600)] = 45
    offline_return_min: Annotated[int, Field(ge=0, le=24 * 60)] = 5
    silent_return_min: Annotated[int, Field(ge=0, le=24 * 60)] = 15
    raise_urgent_s: Annotated[int, Field(ge=0, le=86400)] = 300
    raise_vip_s: Annotated[int, Field(ge=0, le=86400)] = 300


def _seven_or_none(days: list[str]) -> list[str]:
    if len(days) not in (0, 7):
        raise PydanticCustomError("shift_days", "a shift has seven days")
    return days


class Member(BaseModel):
    """What differs for one operator: capacity (None: as for all), channels (empty: all), weekly shift."""

    model_config = ConfigDict(extra="forbid")

    capacity: Capacity | None = None
    channels: Annotated[list[str], Field(max_length=40)] = []
    shift: Annotated[list[DayHours], AfterValidator(_seven_or_none)] = []


class Team(BaseModel):
    """By operator's id; who is not here has no limits of their own and no shift."""

    model_config = ConfigDict(extra="forbid")

    people: dict[str, Member] = {}


DISTRIBUTION = Section("distribution", Distribution, Distribution())
"""Pull to begin with: until groups and capacities are filled in, offers would go to people who merely have
the desk open, at eight seconds of the customer's time each.
"""
TEAM = Section("team", Team, Team())
