"""Who looks at a conversation and who types: for ten seconds each, in the live store only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.auth_operators import Operators
from core.keys import Keys
from core.redis import Scripts
from handoff.store import reading

STAYS_S = 10
"""A page says every four seconds that it is there; after two and a half of these it is not."""
TYPES_S = 6
"""How long one sign of typing counts."""
AT_DESK_S = 75
"""A page that listens says so every 30 seconds; after two and a half of these its operator has left."""


@dataclass(frozen=True, slots=True)
class Looker:
    """A colleague who has the same conversation open."""

    id: str
    name: str
    typing: bool


@dataclass(frozen=True, slots=True)
class Company:
    """Who else is there."""

    people: tuple[Looker, ...] = ()
    customer_types: bool = False

    def data(self) -> dict[str, Any]:
        """As the page reads it."""
        return {
            "people": [{"id": each.id, "name": each.name, "typing": each.typing} for each in self.people],
            "customer_types": self.customer_types,
        }


class Here:
    """Writes and reads signs of life; nothing is decided by them but what people see."""

    def __init__(self, *, scripts: Scripts, keys: Keys, operators: Operators) -> None:
        """`operators` give the names."""
        self._redis = scripts.redis
        self._keys = keys
        self._operators = operators

    def topic(self, ticket: str) -> str:
        """What is announced when somebody comes, goes or types."""
        return f"here:{ticket}"

    async def at_desk(self, operator: str) -> None:
        """Somebody's page listens."""
        with reading():
            await self._redis.set(self._keys("seen", operator=operator), "1", ex=AT_DESK_S)

    async def at_desk_now(self, operators: list[str]) -> frozenset[str]:
        """Those of them whose page listens."""
        if not operators:
            return frozenset()
        with reading():
            found = await self._redis.mget([self._keys("seen", operator=each) for each in operators])
        return frozenset(each for each, seen in zip(operators, found, strict=True) if seen)

    async def looks(self, ticket: str, operator: str, *, typing: bool) -> None:
        """Somebody has a conversation open, and may be writing in it."""
        looking, writing = self._keys("looking", ticket=ticket), self._keys("typing", ticket=ticket)
        with reading():
            now = await self._now()
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.zscore(looking, operator)
                pipe.zscore(writing, operator)
                pipe.hmget(self._keys("ticket", id=ticket), "ref", "operator", "status")
                looked, wrote, (ref, holder, status) = await pipe.execute()
                if ref is None:
                    return
                pipe.zadd(looking, {operator: now + STAYS_S})
                pipe.expire(looking, 60)
                if typing:
                    pipe.zadd(writing, {operator: now + TYPES_S})
                    pipe.expire(writing, 60)
                elif wrote is not None:
                    pipe.zrem(writing, operator)
                await pipe.execute()
            if (looked or 0) < now or ((wrote or 0) >= now) is not typing:
                await self._announce(self.topic(ticket))
            if status == "taken" and holder == operator:
                await self._tell_customer(str(ref), typing)

    async def leaves(self, ticket: str, operator: str) -> None:
        """Somebody turned to something else."""
        with reading():
            for name in ("looking", "typing"):
                await self._redis.zrem(self._keys(name, ticket=ticket), operator)
            await self._announce(self.topic(ticket))

    async def company(self, ticket: str, *, besides: str) -> Company:
        """Who else looks at it, by name, and whether the customer types."""
        with reading():
            now = await self._now()
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.zrangebyscore(self._keys("looking", ticket=ticket), now, "+inf")
                pipe.zrangebyscore(self._keys("typing", ticket=ticket), now, "+inf")
                pipe.hget(self._keys("ticket", id=ticket), "ref")
                looking, writing, ref = await pipe.execute()
            types = await self._redis.exists(self._keys("customer_typing", ref=str(ref))) if ref else 0
        others = [str(each) for each in looking if str(each) != besides]
        names = {each.id: each.display_name for each in await self._operators.all()} if others else {}
        people = [Looker(each, names.get(each, each), each in writing) for each in others]
        return Company(tuple(sorted(people, key=lambda each: each.name)), bool(types))

    async def _tell_customer(self, ref: str, typing: bool) -> None:
        """The web chat shows it; other channels have no such sign in their contract."""
        key = self._keys("operator_typing", ref=ref)
        if not typing:
            if await self._redis.delete(key):
                await self._announce(f"chat:{ref}")
        elif await self._redis.set(key, "1", ex=TYPES_S, get=True) is None:
            await self._announce(f"chat:{ref}")

    async def _announce(self, topic: str) -> None:
        await self._redis.publish(self._keys("notify"), topic)

    async def _now(self) -> float:
        seconds, microseconds = await self._redis.time()
        return float(seconds) + float(microseconds) / 1_000_000
