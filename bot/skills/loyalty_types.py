"""What the loyalty and store service tells: answers, refusals, and that it is down, all as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

CardStatus = Literal["active", "inactive", "blocked"]


@dataclass(frozen=True, slots=True)
class ServiceDown:
    """No usable answer came; `reason` is timeout, connection, status_503, unauthorized or bad_answer."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The service understood and said no; `code` is one of its stable codes."""

    code: str
    attempts_left: int | None = None


@dataclass(frozen=True, slots=True)
class NextExpiry:
    """The next points to expire, and the day."""

    points: int
    on: date


@dataclass(frozen=True, slots=True)
class LoyaltyAccount:
    """A customer's card and points; `worth_kopecks` is what the points buy for."""

    card_number: str
    card_status: CardStatus
    points: int
    worth_kopecks: int
    next_expiry: NextExpiry | None = None


@dataclass(frozen=True, slots=True)
class CodeSent:
    """A code is on its way to the phone."""


@dataclass(frozen=True, slots=True)
class PhoneProved:
    """The code was right."""


@dataclass(frozen=True, slots=True)
class CardActivated:
    """The card can be used now."""

    card_number: str
