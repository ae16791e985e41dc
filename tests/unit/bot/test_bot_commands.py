"""The command line's own part: roles, files of messages, exit codes."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from bot.__main__ import _roles, main
from bot.ask import _lines
from bot.errors import BotError


def test_roles_are_named_with_commas() -> None:
    assert _roles("channels, workers") == {"channels", "workers"}


@pytest.mark.parametrize(
    ("value", "named"), [("workers,cook", "'cook'"), ("", "no role"), (" , ", "no role")]
)
def test_a_wrong_role_is_named(value: str, named: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=named):
        _roles(value)


@pytest.mark.parametrize(
    ("content", "messages"),
    [
        ("один\nдва\n", ["один", "два"]),
        ("один\r\nдва", ["один", "два"]),
        ("один\n\nдва\n", ["один", "", "два"]),
        ("строка\u2028та же\x0bи эта\n", ["строка\u2028та же\x0bи эта"]),
        ("\ufeffпервая\n", ["первая"]),
        ("", []),
        ("\n", []),
    ],
)
def test_a_file_holds_one_message_a_line(tmp_path: Path, content: str, messages: list[str]) -> None:
    file = tmp_path / "messages.txt"
    file.write_bytes(content.encode())
    assert _lines(file) == messages


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    file = tmp_path / "messages.txt"
    file.write_bytes(b"\xff\xfe\xff")
    for wrong in (file, tmp_path / "nowhere"):
        with pytest.raises(BotError, match=wrong.name):
            _lines(wrong)


def test_asking_nothing_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask"]) == 2
    assert capsys.readouterr().err == "duet: nothing to ask: give a TEXT or --file F\n"


def test_a_configuration_that_is_not_there_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DUET_CONFIG", str(tmp_path / "nowhere.yml"))
    assert main(["ask", "привет"]) == 2
    assert (
        capsys.readouterr().err
        == f"duet: {tmp_path / 'nowhere.yml'}: cannot be read (No such file or directory)\n"
    )


@pytest.mark.parametrize("database", ["", "empty"])
def test_replay_without_an_archive_says_so(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DUET_DATA", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'empty.db'}" if database else "")
    assert main(["replay", "d1"]) == 2
    assert capsys.readouterr().err.startswith("duet: ")
