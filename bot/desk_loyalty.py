"""The loyalty service as the desk's customer card sees it."""

from __future__ import annotations

from bot.skills.loyalty_client import LoyaltyClient
from bot.skills.loyalty_types import Refused, ServiceDown
from core.errors import Unavailable
from handoff.customers.ports import Loyalty


class DeskLoyalty:
    """Card and points by verified phone."""

    def __init__(self, client: LoyaltyClient) -> None:
        """`client` is closed by whoever made it."""
        self._client = client

    async def account(self, phone: str) -> Loyalty | None:
        """The account of a phone, None where the service refuses to know one.

        Raises:
            Unavailable: the service does not answer.
        """
        match await self._client.account(phone):
            case ServiceDown(reason):
                raise Unavailable(f"loyalty: {reason}")
            case Refused():
                return None
            case found:
                expiry = found.next_expiry
                return Loyalty(
                    card_number=found.card_number,
                    card_status=found.card_status,
                    points=found.points,
                    worth_kopecks=found.worth_kopecks,
                    expires_points=expiry.points if expiry else 0,
                    expires_on=expiry.on.isoformat() if expiry else "",
                )
