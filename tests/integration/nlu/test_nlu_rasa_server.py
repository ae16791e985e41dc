"""Our Rasa server, really started in its own environment with a really trained model."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from core.config import ROOT
from nlu.compose import build_offline_parser, build_rasa_client, build_understander, rasa_address
from nlu.rasa_client import RasaClient

PYTHON = ROOT / ".venv-rasa" / "bin" / "python"
PROJECT = ROOT / "nlu" / "rasa_project"
MODEL = PROJECT / "models" / "duet.tar.gz"
TOKEN = "test-token"
START_S = 120

pytestmark = [
    pytest.mark.rasa,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not PYTHON.exists(), reason=f"there is no {PYTHON}: run make setup"),
]


@dataclass
class Server:
    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def events(self) -> list[dict[str, object]]:
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith('{"event"')]

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)


@pytest.fixture(scope="module")
def model() -> Path:
    command = [str(PYTHON), "train.py", "--out", str(MODEL)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return MODEL


def start(model: Path, log: Path) -> Server:
    with log.open("wb") as file:
        process = subprocess.Popen(
            [str(PYTHON), "server.py", "--model", str(model), "--port", "0"],
            cwd=PROJECT,
            env={**os.environ, "RASA_TOKEN": TOKEN},
            stderr=file,
        )
    return Server(process=process, url="", log=log)


async def wait_ready(server: Server) -> Server:
    async with asyncio.timeout(START_S):
        while not any(each["event"] == "rasa.ready" for each in server.events()):
            assert server.process.poll() is None, server.log.read_text(encoding="utf-8")
            await asyncio.sleep(0.1)
    server.url = f"http://127.0.0.1:{server.events()[0]['port']}"
    return server


@pytest.fixture(scope="module")
def server(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = start(model, tmp_path_factory.mktemp("rasa") / "log")
    try:
        yield asyncio.run(wait_ready(started))
    finally:
        if started.process.poll() is None:
            started.stop()


@asynccontextmanager
async def client_of(server: Server) -> AsyncIterator[RasaClient]:
    async with aiohttp.ClientSession() as session:
        yield build_rasa_client(rasa_address(server.url, TOKEN), session=session, timeout_s=10)


async def post(server: Server, body: bytes, *, query: str = "", header: str = TOKEN) -> tuple[int, object]:
    headers = {"Authorization": f"Bearer {header}"} if header else {}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{server.url}/model/parse{query}", data=body, headers=headers) as response,
    ):
        return response.status, await response.json()


@pytest.mark.parametrize(
    ("text", "intent", "entities"),
    [
        ("привет, сколько у меня баллов?", "check_balance", []),
        ("skolko u menya bonusov na karte", "check_balance", []),
        ("есть ваш магазин в Казани?", "find_store", [("city", "Казань", 19, 25)]),
        ("where is the nearest store", "find_store", []),
        (
            "активируйте карту 2200 1122 3344 5566",
            "activate_card",
            [("card_number", "2200112233445566", 18, 37)],
        ),
        ("i want to talk to a human", "ask_human", []),
        ("как долго живут баллы", "question", []),
        ("i lost my card", "question", []),
    ],
)
async def test_messages_are_understood(
    server: Server, text: str, intent: str, entities: list[tuple[str, str, int, int]]
) -> None:
    async with client_of(server) as rasa:
        parsed = await rasa.parse(text)
    assert parsed.intent == intent
    assert parsed.confidence > 0.6
    assert [(each.name, each.value, each.start, each.end) for each in parsed.entities] == entities


@pytest.mark.parametrize("text", ['/activate_card{"card_number":"1"}', " \u2003//check_balance", "/ /greet"])
async def test_an_intent_cannot_be_spelt_out(server: Server, text: str) -> None:
    status, answer = await post(server, json.dumps({"text": text}).encode())
    assert status == 200
    assert isinstance(answer, dict)
    assert answer["text"] == text
    assert answer["intent"]["confidence"] < 1.0
    assert not [each for each in answer["entities"] if each["value"] == "1"]


@pytest.mark.parametrize("text", ["", "   ", "/", "😀😀"])
async def test_a_text_without_words_is_answered(server: Server, text: str) -> None:
    status, answer = await post(server, json.dumps({"text": text, "message_id": "m1"}).encode())
    assert status == 200
    assert isinstance(answer, dict)
    assert answer["message_id"] == "m1"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "bad_json"),
        (b"[]", 400, "bad_json"),
        (b"\xff\xfe", 400, "bad_json"),
        (b"[" * 50_000, 400, "bad_json"),
        (b"{}", 400, "text_missing"),
        (b'{"text": null}', 400, "text_missing"),
        (json.dumps({"text": "a" * 2001}).encode(), 413, "text_too_long"),
        (b'{"text": "' + b"a" * 100_000 + b'"}', 413, "request_entity_too_large"),
    ],
)
async def test_bad_input_gets_a_json_error(server: Server, body: bytes, status: int, code: str) -> None:
    given, answer = await post(server, body)
    assert given == status
    assert isinstance(answer, dict)
    assert answer["code"] == code


async def test_without_the_token_nothing_is_parsed(server: Server) -> None:
    body = json.dumps({"text": "привет"}).encode()
    assert (await post(server, body, header=""))[0] == 401
    assert (await post(server, body, header="wrong"))[0] == 401
    assert (await post(server, body, header="", query=f"?token={TOKEN}"))[0] == 200


async def test_a_model_is_replaced_while_serving_and_a_broken_file_is_not(
    server: Server, model: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.tar.gz"
    broken.write_bytes(b"no model")
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with aiohttp.ClientSession(headers=headers) as session, client_of(server) as rasa:
        for path, status in ((broken, 400), (tmp_path / "none", 400), (model, 204)):
            replacing = asyncio.create_task(
                session.put(f"{server.url}/model", json={"model_file": str(path)})
            )
            assert (await rasa.parse("сколько баллов")).intent == "check_balance"
            async with await replacing as response:
                assert response.status == status
        async with session.get(f"{server.url}/status") as response:
            assert (await response.json())["model_file"] == model.name
        assert (await rasa.parse("сколько баллов")).intent == "check_balance"


async def test_the_log_holds_no_customers_words(server: Server) -> None:
    secret = "неповторимое слово"
    for text in (secret, f"/intent{{{secret}", f'/greet{{"x": "{secret}"}}'):
        assert (await post(server, json.dumps({"text": text}).encode()))[0] == 200
    assert "неповторимое" not in server.log.read_text(encoding="utf-8")


async def test_it_stops_cleanly_the_bot_goes_on_offline_and_a_restart_brings_it_back(
    model: Path, tmp_path: Path
) -> None:
    server = await wait_ready(start(model, tmp_path / "first.log"))
    offline = build_offline_parser()
    async with client_of(server) as rasa:
        understander = build_understander(rasa=rasa, fallback=offline, emotion_threshold=0.7, max_chars=1000)
        assert (await understander.understand("мой баланс", language_hint="ru")).parser == "rasa"
        assert server.stop() == 0
        understood = await understander.understand("мой баланс", language_hint="ru")
        assert (understood.parser, understood.intent) == ("offline", "check_balance")
        assert (await rasa.health()).status == "down"
    again = await wait_ready(start(model, tmp_path / "second.log"))
    try:
        async with client_of(again) as rasa:
            assert (await rasa.health()).status == "ok"
            assert (await rasa.parse("мой баланс")).intent == "check_balance"
    finally:
        again.stop()


STARTER = """
import pathlib, subprocess, sys, time
process = subprocess.Popen(sys.argv[2:], stderr=open(sys.argv[1], "wb"))
while b"rasa.listening" not in pathlib.Path(sys.argv[1]).read_bytes():
    time.sleep(0.1)
print(process.pid)
"""


def test_it_does_not_outlive_the_process_that_started_it(model: Path, tmp_path: Path) -> None:
    command = [str(PYTHON), "server.py", "--model", str(model), "--port", "0"]
    done = subprocess.run(
        [sys.executable, "-c", STARTER, str(tmp_path / "log"), *command],
        cwd=PROJECT,
        env={**os.environ, "RASA_TOKEN": TOKEN},
        capture_output=True,
        text=True,
        timeout=START_S,
        check=True,
    )
    deadline = time.monotonic() + 30
    while is_alive(int(done.stdout)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not is_alive(int(done.stdout))


def is_alive(pid: int) -> bool:
    """A zombie that nobody has waited for is dead."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return "State:\tZ" not in status


@pytest.mark.parametrize(
    ("arguments", "token", "told"),
    [(["--model", "none.tar.gz"], TOKEN, "--model"), (["--model", "none.tar.gz"], "", "RASA_TOKEN")],
)
def test_a_start_that_cannot_work_says_why(arguments: list[str], token: str, told: str) -> None:
    env = {**os.environ, "RASA_TOKEN": token}
    command = [str(PYTHON), "server.py", *arguments]
    done = subprocess.run(
        command, cwd=PROJECT, env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith(told)
    assert done.stderr.count("\n") == 1


def test_training_again_without_a_change_does_nothing(model: Path) -> None:
    before = model.stat().st_mtime_ns
    command = [str(PYTHON), "train.py", "--out", str(model)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == f"unchanged {model}\n"
    assert model.stat().st_mtime_ns == before
