"""Who is behind a customer's key, and bringing two people together; works inside a given transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.sql import insert_once
from core.tables import customers
from handoff.customers.profiles import join_profiles, part_profiles
from handoff.customers.tables import person_channels, person_history, persons

_DEEPEST = 50
"""Merges in a row that are followed; a person with more channels than this does not exist."""
_BY_PHONE = 10
"""Customers with one verified phone that are looked at; more share a phone by mistake."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The two are one; `history` undoes it."""

    history: int
    person: str


@dataclass(frozen=True, slots=True)
class Already:
    """They were one already."""


@dataclass(frozen=True, slots=True)
class Undone:
    """They are two again, with these keys."""

    customers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stale:
    """Somebody changed it meanwhile; look again."""


def own_person(customer: str) -> str:
    """Id of the person a customer is until somebody says otherwise."""
    return "p" + sha256(customer.encode()).hexdigest()[:32]


async def person_of(connection: AsyncConnection, customer: str) -> str:
    """The person a customer belongs to, after all merges; nothing is written."""
    found = await connection.scalar(
        select(person_channels.c.person).where(person_channels.c.customer == customer)
    )
    return await root_of(connection, str(found) if found else own_person(customer))


async def root_of(connection: AsyncConnection, person: str) -> str:
    """The person another was merged into, at the end of the chain."""
    for _ in range(_DEEPEST):
        above = await connection.scalar(select(persons.c.merged_into).where(persons.c.id == person))
        if not above:
            break
        person = str(above)
    return person


async def members_of(connection: AsyncConnection, root: str) -> list[str]:
    """A person and all who were merged into them, directly or not."""
    found, level = [root], [root]
    while level and len(found) < _DEEPEST:
        below = select(persons.c.id).where(persons.c.merged_into.in_(level))
        level = [str(each) for each in await connection.scalars(below) if each not in found]
        found += level
    return found


async def customers_of(
    connection: AsyncConnection, members: Collection[str], *, asked: str = ""
) -> list[str]:
    """Keys of these people; `asked` is one that may not be written down yet."""
    query = select(person_channels.c.customer).where(person_channels.c.person.in_(members))
    found = {str(each) for each in await connection.scalars(query.order_by(person_channels.c.customer))}
    return sorted(found | ({asked} if asked and own_person(asked) in members else set()))


async def ensure(connection: AsyncConnection, customer: str, *, at_ms: int) -> str:
    """Write a customer's person down if that was not done; the person after all merges."""
    own = own_person(customer)
    await insert_once(connection, persons, {"id": own, "merged_into": None, "created_ms": at_ms}, key="id")
    row = {"customer": customer, "person": own, "since_ms": at_ms}
    await insert_once(connection, person_channels, row, key="customer")
    return await person_of(connection, customer)


async def merge(
    connection: AsyncConnection, customer: str, other: str, *, how: str, who: str, at_ms: int
) -> Merged | Already | Stale:
    """Make two customers one person: `other`'s comes to `customer`'s and keeps all of its own."""
    person, second = [await ensure(connection, key, at_ms=at_ms) for key in (customer, other)]
    if person == second:
        return Already()
    # Both rows are held, in one order, so that two merges at once can make no circle.
    held = select(persons).where(persons.c.id.in_((person, second))).order_by(persons.c.id).with_for_update()
    rows = (await connection.execute(held)).mappings().all()
    if any(row["merged_into"] for row in rows):
        return Stale()
    await connection.execute(update(persons).where(persons.c.id == second).values(merged_into=person))
    before = await join_profiles(connection, person, second, who=who, at_ms=at_ms)
    made = insert(person_history).values(
        at_ms=at_ms, who=who, how=how, person=person, other=second, before=before
    )
    written = await connection.execute(made.returning(person_history.c.id))
    return Merged(int(written.scalar_one()), person)


async def undo(connection: AsyncConnection, history: int, *, who: str, at_ms: int) -> Undone | Stale:
    """Make one person two again, as they were."""
    query = select(person_history).where(person_history.c.id == history).with_for_update()
    row = (await connection.execute(query)).mappings().first()
    if row is None or row["undone_ms"] is not None:
        return Stale()
    still = (persons.c.id == row["other"]) & (persons.c.merged_into == row["person"])
    parted = await connection.execute(update(persons).where(still).values(merged_into=None))
    if parted.rowcount != 1:
        return Stale()
    await part_profiles(connection, row["person"], before=row["before"], merged_ms=row["at_ms"])
    await connection.execute(
        update(person_history).where(person_history.c.id == history).values(undone_ms=at_ms, undone_by=who)
    )
    parts = [await members_of(connection, row[name]) for name in ("person", "other")]
    return Undone(tuple(await customers_of(connection, [each for part in parts for each in part])))


async def recognise_phone(connection: AsyncConnection, customer: str, phone: str, *, at_ms: int) -> None:
    """Make one person of all who proved this phone, except those whom people told apart."""
    query = select(customers.c.key).where(customers.c.phone == phone, customers.c.key != customer)
    query = query.order_by(customers.c.first_seen_ms).limit(_BY_PHONE)
    for other in [str(each) for each in await connection.scalars(query)]:
        first, second = await person_of(connection, other), await person_of(connection, customer)
        if first == second:
            continue
        pair = [await members_of(connection, each) for each in (first, second)]
        if not await _told_apart(connection, *pair):
            # The one known for longer takes the other in.
            await merge(connection, other, customer, how="phone", who="system", at_ms=at_ms)


async def _told_apart(connection: AsyncConnection, ours: Sequence[str], theirs: Sequence[str]) -> bool:
    one = person_history.c.person.in_(ours) & person_history.c.other.in_(theirs)
    two = person_history.c.person.in_(theirs) & person_history.c.other.in_(ours)
    query = select(person_history.c.id).where(or_(one, two), person_history.c.undone_ms.is_not(None))
    return await connection.scalar(query.limit(1)) is not None
