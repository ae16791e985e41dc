"""What people decided about a person: tags, VIP, a manager of their own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.records import dump
from core.sql import upsert
from handoff.customers.tables import customer_profiles


@dataclass(frozen=True, slots=True)
class Profile:
    """`manager` is an operator's id, empty for none."""

    tags: tuple[str, ...] = ()
    vip: bool = False
    manager: str = ""


async def read_profile(connection: AsyncConnection, person: str) -> Profile:
    """The profile of a person (after merges: of the one the others came to)."""
    row = await _row(connection, person)
    return _profile(row) if row else Profile()


async def write_profile(
    connection: AsyncConnection, person: str, profile: Profile, *, who: str, at_ms: int
) -> None:
    """Replace a person's profile."""
    row = {
        "person": person,
        "tags": dump(list(profile.tags)),
        "vip": profile.vip,
        "manager": profile.manager or None,
        "changed_ms": at_ms,
        "changed_by": who,
    }
    await upsert(connection, customer_profiles, row, key="person")


async def join_profiles(connection: AsyncConnection, person: str, other: str, *, who: str, at_ms: int) -> str:
    """Give a person what the other's profile has besides; the person's profile before, as JSON."""
    before, theirs = await _row(connection, person), await _row(connection, other)
    if theirs is not None:
        ours, more = _profile(before) if before else Profile(), _profile(theirs)
        tags = tuple(dict.fromkeys((*ours.tags, *more.tags)))
        both = Profile(tags, ours.vip or more.vip, ours.manager or more.manager)
        await write_profile(connection, person, both, who=who, at_ms=at_ms)
    return dump(dict(before)) if before else ""


async def part_profiles(connection: AsyncConnection, person: str, *, before: str, merged_ms: int) -> None:
    """Give a person the profile from before a merge back, unless somebody changed it since."""
    row = await _row(connection, person)
    if row is None or row["changed_ms"] != merged_ms:
        return
    if before:
        await upsert(connection, customer_profiles, json.loads(before), key="person")
    else:
        await connection.execute(delete(customer_profiles).where(customer_profiles.c.person == person))


async def _row(connection: AsyncConnection, person: str) -> Any:
    query = select(customer_profiles).where(customer_profiles.c.person == person)
    return (await connection.execute(query)).mappings().first()


def _profile(row: Any) -> Profile:
    return Profile(tuple(json.loads(row["tags"])), bool(row["vip"]), row["manager"] or "")
