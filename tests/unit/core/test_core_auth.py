"""Passwords and accounts, over a database in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from core.auth import Operator, Session
from core.auth_operators import OperatorError, Operators
from core.auth_passwords import hash_password, random_password, verify_password
from core.auth_signin import csrf_matches, ensure_administrator
from core.sql import metadata, open_engine
from core.tables import audit

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'archive.db'}")
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    yield engine
    await engine.dispose()


async def _add(operators: Operators, name: str = "anna", password: str = "", role: str = "lead") -> Operator:
    password = password or "long enough"
    return await operators.add(name, password=password, role=role, language="ru", by="admin", now=NOW)


async def test_a_password_is_known_again_and_another_is_not() -> None:
    stored = await hash_password("correct horse")
    assert stored.startswith("$argon2id$")
    assert await verify_password(stored, "correct horse")
    assert not await verify_password(stored, "correct Horse")


async def test_no_password_is_right_for_nobody() -> None:
    assert not await verify_password(None, "")
    assert not await verify_password("not a hash", "not a hash")


async def test_a_password_too_long_to_hash_in_bounded_time_is_wrong() -> None:
    long = "x" * 100_000
    assert not await verify_password(await hash_password("short one"), long)


def test_random_passwords_differ_and_are_long() -> None:
    assert random_password() != random_password()
    assert len(random_password()) == 16


async def test_an_account_is_found_by_its_name_in_any_case(engine: AsyncEngine) -> None:
    operators = Operators(engine)
    anna = await _add(operators, "Anna")
    found = await operators.credentials(" ANNA ")
    assert found is not None
    assert found[0] == anna
    assert anna.display_name == "Anna"


@pytest.mark.parametrize(
    ("name", "password", "role", "says"),
    [
        ("anna", "long enough", "boss", "role"),
        ("anna", "short", "lead", "5 characters"),
        ("a b", "long enough", "lead", "not a name"),
        ("", "long enough", "lead", "not a name"),
    ],
)
async def test_a_wrong_account_is_refused_with_what_to_change(
    engine: AsyncEngine, name: str, password: str, role: str, says: str
) -> None:
    with pytest.raises(OperatorError, match=says):
        await _add(Operators(engine), name, password, role)


async def test_a_name_that_is_taken_is_refused(engine: AsyncEngine) -> None:
    operators = Operators(engine)
    await _add(operators)
    with pytest.raises(OperatorError, match="taken"):
        await _add(operators, "ANNA")


async def test_changes_of_accounts_are_in_the_audit(engine: AsyncEngine) -> None:
    operators = Operators(engine)
    await _add(operators)
    await operators.set_password("anna", password="another one", by="admin", now=NOW)
    async with engine.connect() as connection:
        rows = (await connection.execute(select(audit.c.who, audit.c.action, audit.c.detail))).all()
    assert [tuple(row) for row in rows] == [
        ("admin", "operator.added", "anna lead"),
        ("admin", "operator.password", "anna"),
    ]


async def test_another_process_change_is_seen_once_the_memory_is_old(engine: AsyncEngine) -> None:
    clock = [0.0]
    here = Operators(engine, memory_s=5, monotonic=lambda: clock[0])
    there = Operators(engine)
    anna = await _add(there)
    assert await here.find(anna.id) is not None
    before = await here.find(anna.id)
    await there.set_password("anna", password="another one", by="admin", now=NOW)
    assert await here.find(anna.id) == before
    clock[0] = 6.0
    assert await here.find(anna.id) != before


async def test_the_password_of_nobody_cannot_be_changed(engine: AsyncEngine) -> None:
    with pytest.raises(OperatorError, match="no operator"):
        await Operators(engine).set_password("anna", password="long enough", by="admin", now=NOW)


async def test_the_first_administrator_is_made_once(engine: AsyncEngine) -> None:
    operators = Operators(engine)
    made = await ensure_administrator(operators, password="", language="ru", now=NOW)
    assert made is not None
    name, password = made
    found = await operators.credentials(name)
    assert found is not None
    assert found[0].role == "administrator"
    assert await verify_password(found[1], password)
    assert await ensure_administrator(operators, password="", language="ru", now=NOW) is None


@pytest.mark.parametrize("password", ["from outside", "short"])
async def test_the_first_administrator_takes_the_given_password(engine: AsyncEngine, password: str) -> None:
    made = await ensure_administrator(Operators(engine), password=password, language="ru", now=NOW)
    assert made == ("admin", password)


def test_a_change_needs_the_token_of_its_session() -> None:
    session = Session(Operator("u1", "anna", "Anna", "operator", "ru"), csrf="right")
    assert csrf_matches(session, "right")
    assert not csrf_matches(session, "wrong")
    assert not csrf_matches(session, "")
    assert not csrf_matches(session, "прáво")
