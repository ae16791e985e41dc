"""The command line over real stores."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import pytest
from sqlalchemy import insert

from core.auth_operators import Operators
from core.auth_passwords import verify_password
from core.config import ROOT
from core.keys import Keys
from core.redis import connect
from core.sql import migrate, open_engine
from core.tables import turns
from handoff.cli import main
from tests.integration.handoff.handoff_past import A_DAY, write
from tests.integration.handoff.handoff_world import World


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    address = f"sqlite:///{tmp_path / 'duet.db'}"
    monkeypatch.setenv("DATABASE_URL", address)
    monkeypatch.setenv("DUET_CONFIG", str(ROOT / "config.yml"))
    return address


def test_an_account_is_made_with_a_random_password_that_is_printed_once(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["operators", "add", "Anna", "--role", "lead"]) == 0
    printed = re.search(r"password: (\S+)", capsys.readouterr().out)
    assert printed is not None
    assert asyncio.run(_may_sign_in(database, "anna", printed[1]))
    assert main(["operators", "list"]) == 0
    assert re.match(r"anna\s+lead\s+Anna\n", capsys.readouterr().out)


def test_a_given_password_is_not_printed_and_can_be_changed(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["operators", "add", "anna", "--role", "operator", "--password", "first secret"]) == 0
    assert main(["operators", "password", "anna", "--password", "second secret"]) == 0
    assert "secret" not in capsys.readouterr().out
    assert asyncio.run(_may_sign_in(database, "anna", "second secret"))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["operators", "password", "nobody"], "there is no operator 'nobody'"),
        (["operators", "add", "a b", "--role", "lead"], "is not a name"),
        (["operators", "add", "anna", "--role", "lead", "--password", "short"], "use 8 to 256"),
    ],
)
def test_a_wrong_command_ends_with_one_line_and_2(
    database: str, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


def test_where_nothing_runs_it_says_how_to_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DUET_DATA", str(tmp_path))
    for command in (["operators", "list"], ["queue"]):
        assert main(command) == 2
        assert "make run" in capsys.readouterr().err


def test_the_queue_is_printed_for_people_and_for_programs(
    valkey_address: str, database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REDIS_URL", valkey_address)
    assert main(["queue"]) == 0
    assert capsys.readouterr().out == "nobody is waiting\n"
    ticket = asyncio.run(_hand_over(valkey_address))
    try:
        assert main(["queue"]) == 0
        table = capsys.readouterr().out
        assert re.search(rf"^\s*{ticket}\s+webchat\s+\d+s\s+1\d\ds\s+complaint\s+Мария$", table, re.MULTILINE)
        assert main(["queue", "--json"]) == 0
        line = json.loads(capsys.readouterr().out)
        assert (line["id"], line["reason"], line["priority"]) == (ticket, "complaint", 0)
    finally:
        asyncio.run(_close(valkey_address, ticket))


def test_a_day_is_reported_for_people_and_for_programs(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(_a_past(database))
    assert main(["report", "--day", "2026-03-02"]) == 0
    table = capsys.readouterr().out
    assert "conversations 6: bot 1, people 4" in table
    assert re.search(r"share of the bot 20\.0%, target 20\.0%", table)
    assert re.search(r"^  Анна\s+2\s+100\.0%\s+10\s+20", table, re.MULTILINE)
    assert main(["report", "--day", "2026-03-02", "--channel", "webchat", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["summary"]["tickets"], found["times"][0]) == (
        2, {"measure": "take", "n": 2, "median": 10, "p90": 60},
    )  # fmt: skip
    assert main(["report", "--days", "0"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


async def _a_past(database: str) -> None:
    engine = open_engine(database)
    await migrate(engine)
    await write(engine, A_DAY)
    await engine.dispose()


async def _may_sign_in(database: str, name: str, password: str) -> bool:
    engine = open_engine(database)
    found = await Operators(engine).credentials(name)
    await engine.dispose()
    return found is not None and await verify_password(found[1], password)


async def _hand_over(address: str) -> str:
    redis = connect(address)
    ticket = await World.on(redis, keys=Keys("duet")).hand_over()
    await redis.aclose()
    return ticket


async def _close(address: str, ticket: str) -> None:
    redis = connect(address)
    await World.on(redis, keys=Keys("duet")).queue.close(ticket, operator="u1")
    await redis.aclose()


def test_the_search_is_made_anew_by_a_command(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "rebuild"]) == 0
    assert capsys.readouterr().out.startswith("0 messages")
    asyncio.run(_say(database, "Курьер не приехал"))
    assert main(["search", "rebuild"]) == 0
    assert capsys.readouterr().out.startswith("1 messages")


async def _say(address: str, text: str) -> None:
    row = {"event_id": 1, "conversation": "c1", "ref": "webchat:1", "author": "customer", "kind": "text",
           "text": text, "payload": "{}", "at_ms": 1}  # fmt: skip
    engine = open_engine(address)
    async with engine.begin() as connection:
        await connection.execute(insert(turns).values(**row))
    await engine.dispose()
