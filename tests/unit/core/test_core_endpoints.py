"""The file of addresses and the lock of its owner."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.endpoints import (
    Endpoints,
    acquire_ownership,
    is_owned,
    read_endpoints,
    remove_endpoints,
    write_endpoints,
)

SAMPLE = Endpoints(
    redis_url="redis://:secret@127.0.0.1:1/0",
    database_url="sqlite+aiosqlite:////data/duet.db",
    rasa_url="http://127.0.0.1:2",
    rasa_token="rasa-secret",
    loyalty_url="http://127.0.0.1:3",
    loyalty_token="loyalty-secret",
    web_url="http://127.0.0.1:8080",
    pid=os.getpid(),
)


@pytest.fixture
def lock(tmp_path: Path) -> Iterator[int]:
    handle = acquire_ownership(tmp_path)
    assert handle is not None
    yield handle
    os.close(handle)


@pytest.mark.usefixtures("lock")
def test_what_the_owner_writes_is_what_others_read(tmp_path: Path) -> None:
    write_endpoints(tmp_path, SAMPLE)

    assert read_endpoints(tmp_path) == SAMPLE


@pytest.mark.usefixtures("lock")
def test_the_file_has_the_documented_keys_and_is_closed_to_other_users(tmp_path: Path) -> None:
    write_endpoints(tmp_path, SAMPLE)

    path = tmp_path / "run" / "endpoints.json"
    keys = "redis.url database.url rasa.url rasa.token loyalty.url loyalty.token web.url pid"
    assert set(json.loads(path.read_text())) == set(keys.split())
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.glob("*.draft")) == []


@pytest.mark.usefixtures("lock")
def test_a_file_of_a_dead_process_is_ignored(tmp_path: Path) -> None:
    with subprocess.Popen(["true"]) as process:
        dead = process.pid

    write_endpoints(tmp_path, replace(SAMPLE, pid=dead))

    assert read_endpoints(tmp_path) is None


def test_a_file_without_an_owner_is_ignored_although_its_number_lives(tmp_path: Path) -> None:
    write_endpoints(tmp_path, SAMPLE)

    assert read_endpoints(tmp_path) is None


@pytest.mark.usefixtures("lock")
@pytest.mark.parametrize("text", ["", "[]", "{", '{"pid": 1}', "null"])
def test_a_broken_file_is_ignored(tmp_path: Path, text: str) -> None:
    (tmp_path / "run" / "endpoints.json").write_text(text)

    assert read_endpoints(tmp_path) is None


def test_a_folder_where_nothing_ever_ran_has_no_endpoints(tmp_path: Path) -> None:
    assert read_endpoints(tmp_path / "new") is None


def test_only_one_can_own_a_folder_until_it_lets_go(tmp_path: Path) -> None:
    first = acquire_ownership(tmp_path)
    assert first is not None
    assert acquire_ownership(tmp_path) is None
    assert is_owned(tmp_path)

    os.close(first)

    assert not is_owned(tmp_path)
    second = acquire_ownership(tmp_path)
    assert second is not None
    os.close(second)


@pytest.mark.usefixtures("lock")
def test_addresses_can_be_taken_back_twice(tmp_path: Path) -> None:
    write_endpoints(tmp_path, SAMPLE)

    remove_endpoints(tmp_path)
    remove_endpoints(tmp_path)

    assert read_endpoints(tmp_path) is None


def test_secrets_do_not_show_when_endpoints_are_printed() -> None:
    assert "secret" not in repr(SAMPLE)
