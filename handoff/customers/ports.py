"""What the card needs from other parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Loyalty:
    """A customer's card and points; `worth_kopecks` is what the points buy for, dates are ISO 8601."""

    card_number: str
    card_status: str
    points: int
    worth_kopecks: int
    expires_points: int = 0
    expires_on: str = ""


class LoyaltyAccounts(Protocol):
    """The loyalty service."""

    async def account(self, phone: str) -> Loyalty | None:
        """The account of a verified phone, None where the service knows none.

        Raises:
            core.errors.Unavailable: the service does not answer.
        """
        ...


class NoLoyalty:
    """There is no loyalty service."""

    async def account(self, phone: str) -> Loyalty | None:
        """None."""
        return None


@dataclass(frozen=True, slots=True)
class Rating:
    """What a customer thought of a conversation, 1 to 5."""

    conversation: str
    score: int
    comment: str
    at: datetime


class Ratings(Protocol):
    """What customers thought."""

    async def of(self, customers: Sequence[str]) -> Sequence[Rating]:
        """Ratings by these customers, the latest first."""
        ...


class NoRatings:
    """Nobody was asked."""

    async def of(self, customers: Sequence[str]) -> Sequence[Rating]:
        """None."""
        return ()


@dataclass(frozen=True, slots=True)
class Offer:
    """What was offered to a customer, so that nobody offers it again."""

    name: str
    at: datetime


class Offers(Protocol):
    """Products and discounts that were offered."""

    async def of(self, customers: Sequence[str]) -> Sequence[Offer]:
        """Offers to these customers, the latest first."""
        ...


class NoOffers:
    """Nothing was offered."""

    async def of(self, customers: Sequence[str]) -> Sequence[Offer]:
        """None."""
        return ()
