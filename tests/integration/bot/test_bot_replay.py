"""A stored decision is decided again from the archive, by the command an administrator types."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.decide import Candidate, Signals, Thresholds, decide
from bot.projection import project
from bot.signals import Reading
from bot.types import Answer, BotState, Decision, MessageKind
from bot.write import Decided, decision_event
from core.sql import migrate, open_engine
from nlu.types import Emotion, Understanding

LIMITS = Thresholds(
    article=0.9, skill=0.7, person=0.6, smalltalk=0.8, clarify_margin=0.15, clarify_least=0.35
)
SIGNALS = Signals(
    kind=MessageKind.TEXT, intent="thanks", intent_confidence=0.5, words=4,
    candidates=(Candidate("gift-cards", "ru", "Подарки", "r1", 0.95),), state=BotState(said=("секрет",)),
)  # fmt: skip


async def _store(url: str, decision: Decision, signals: Signals) -> None:
    reading = Reading(
        signals, Understanding("", 0, (), Emotion(0, escalate=False), "ru", "offline"), "ru", 0.9
    )
    kind, payload = decision_event(Decided("d1", decision, reading, LIMITS), "m1")
    fields = {"kind": kind, "conversation": "c1", "ref": "t:1", "at": "1", "payload": payload}
    engine = open_engine(url)
    await migrate(engine)
    async with engine.begin() as connection:
        await project(connection, "1-0", fields)
    await engine.dispose()


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'duet.db'}"
    monkeypatch.setenv("DUET_DATA", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", url)
    return url


def test_the_same_signals_decide_the_same(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(_store(database, decide(SIGNALS, LIMITS, {}), SIGNALS))
    assert main(["replay", "d1"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["same"] is True
    assert shown["then"] == shown["now"] == {
        "decision": "answer", "reason": None, "article": "gift-cards", "revision": "r1", "skill": None,
        "articles": None, "smalltalk": None, "urgent": None,
    }  # fmt: skip


def test_another_decision_today_is_shown(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    unsure = replace(SIGNALS, candidates=())
    asyncio.run(_store(database, Answer("gift-cards", "ru", "r1", 0.95), unsure))
    assert main(["replay", "d1"]) == 1
    shown = json.loads(capsys.readouterr().out)
    assert (shown["then"]["decision"], shown["now"]["decision"]) == ("answer", "handoff")


def test_an_unknown_decision_is_one_line(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(_store(database, Answer("a", "ru", "r", 1.0), SIGNALS))
    assert main(["replay", "d2"]) == 2
    assert capsys.readouterr().err == (
        "duet: no decision 'd2' in the archive; ids are in the table decisions\n"
    )
