"""What people decided about a customer, where distribution reads it: beside the live conversations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from redis.asyncio import Redis

from core.keys import Keys, split_ref
from handoff.customers.people import People
from handoff.customers.profiles import Profile
from handoff.store import reading

VIP = "vip"
"""The tag by which rules and deadlines know a VIP."""


class KnownCustomers:
    """Copies profiles to the live record of each of a person's customers."""

    def __init__(self, people: People, *, redis: Redis, keys: Keys) -> None:
        """`people` reads the profiles."""
        self._people = people
        self._redis = redis
        self._keys = keys

    async def tell(self, customers: Iterable[str]) -> None:
        """Write down what holds for these customers; their next ticket is distributed by it.

        Raises:
            core.errors.Unavailable: a store does not answer.
        """
        for customer in customers:
            fields = _fields(await self._people.profile_of(customer))
            account, user_id = split_ref(customer)
            with reading():
                key = self._keys("customer", account=account, user_id=user_id)
                await self._redis.hset(key, mapping=dict[Any, Any](fields))


def _fields(profile: Profile) -> dict[str, str]:
    """Tags are kept separated by commas."""
    tags = [tag.replace(",", " ") for tag in profile.tags]
    if profile.vip:
        tags.append(VIP)
    return {"tags": ",".join(dict.fromkeys(tags)), "manager": profile.manager}
