"""Secrets at rest and their key."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.errors import ConfigError
from core.secret_box import KEY_FILE, SecretBox, UnreadableSecretError, new_key, secret_key


def test_what_is_closed_opens_with_the_same_key_only() -> None:
    key = new_key()
    closed = SecretBox(key).close("секрет")
    assert "секрет" not in closed
    assert SecretBox(key).open(closed) == "секрет"
    with pytest.raises(UnreadableSecretError):
        SecretBox(new_key()).open(closed)


def test_a_key_that_is_none_is_named_with_the_way_to_make_one() -> None:
    with pytest.raises(ConfigError, match="python -m handoff secret-key"):
        SecretBox("short")


def test_the_data_folders_key_is_made_once_however_many_start_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: secret_key("", tmp_path), range(8)))
    assert len(keys) == 1
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


def test_a_given_key_is_used_and_nothing_is_written(tmp_path: Path) -> None:
    assert secret_key("given", tmp_path / "var") == "given"
    assert not (tmp_path / "var").exists()
