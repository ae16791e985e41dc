"""Every kind of decision, as the handler stores it, is decided the same again."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.projection import project
from bot.skills.contract import SkillResult
from bot.types import BotState, IncomingMessage, MessageKind
from core.sql import migrate, open_engine
from nlu.types import Emotion, Entity, Understanding
from tests.unit.bot.bot_fakes import (
    FakeKnowledge,
    FakeParser,
    FakeSkill,
    article,
    handler,
    hit,
    message,
    pending,
    understood,
)

SURE = FakeKnowledge(
    hits=(hit("a", 0.97), hit("b", 0.02)), articles=(article("a"), article("b")), raised=0.03
)
NEAR = FakeKnowledge(hits=(hit("a", 0.5), hit("b", 0.45)), articles=(article("a"), article("b")))
AWAY = FakeKnowledge(hits=None)


@dataclass(frozen=True)
class Case:
    message: IncomingMessage
    expected: dict[str, Any]
    parser: Understanding = field(default_factory=understood)
    knowledge: FakeKnowledge = field(default_factory=lambda: SURE)
    state: BotState = field(default_factory=BotState)


BALANCE = understood("check_balance", 0.95)
CASES = {
    "answer": Case(message("где"), {"decision": "answer", "article": "a", "revision": "a-ru"}),
    "clarify": Case(message("где"), {"decision": "clarify", "articles": ["a", "b"]}, knowledge=NEAR),
    "asked twice": Case(
        message("где"), {"reason": "clarify_failed"}, knowledge=NEAR, state=BotState(clarified=True)
    ),
    "unsure": Case(
        message("где мой вчерашний пакет"), {"reason": "low_confidence"}, knowledge=FakeKnowledge()
    ),
    "no base": Case(message("где"), {"reason": "knowledge_unavailable"}, knowledge=AWAY),
    "person": Case(message("оператора"), {"reason": "asked_for_person"}, understood("ask_human")),
    "anger": Case(
        message("ужас"), {"reason": "emotion", "urgent": True},
        understood(emotion=Emotion(0.99, escalate=True, kind="anger", evidence="ужас")),
    ),
    "complaint": Case(message("ужас"), {"reason": "complaint"}, understood("complaint", 0.9)),
    "greeting": Case(
        message("привет"), {"decision": "smalltalk", "smalltalk": "greet"}, understood("greet", 0.99),
        FakeKnowledge(),
    ),
    "skill": Case(message("баллы"), {"decision": "skill", "skill": "balance"}, BALANCE),
    "awaited": Case(
        message("4276 1234"), {"skill": "balance"},
        understood(entities=(Entity("card_number", "42761234", 0, 9),)),
        state=BotState(skill="balance", skill_state={"step": "code"}),
    ),
    "command": Case(message("/balance", kind=MessageKind.COMMAND), {"skill": "balance"}),
    "help": Case(message("/help me now", kind=MessageKind.COMMAND), {"smalltalk": "help"}),
    "photo": Case(message("", kind=MessageKind.ATTACHMENT), {"reason": "attachment"}),
    "chosen": Case(
        message("", kind=MessageKind.BUTTON, button="article:b"), {"decision": "answer", "article": "b"}
    ),
    "rejected": Case(
        message("", kind=MessageKind.BUTTON, button="helped:no:d0"), {"reason": "answer_rejected"}
    ),
}  # fmt: skip


async def _store(url: str, case: Case, *, fails: bool = False) -> str:
    skill = FakeSkill("balance", ("check_balance",), [SkillResult(), SkillResult()])
    handles = handler(parser=FakeParser(case.parser), knowledge=case.knowledge, skills=(skill,))
    act = handles.give_up if fails else handles.handle
    effect = await act(case.message, pending(case.state))
    kind, payload = next(event for event in effect.events if event[0] == "decision")
    engine = open_engine(url)
    await migrate(engine)
    async with engine.begin() as connection:
        fields = {"kind": kind, "conversation": "c1", "ref": "t:1", "at": "1", "payload": payload}
        await project(connection, "1-0", fields)
    await engine.dispose()
    return str(json.loads(payload)["id"])


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'duet.db'}"
    monkeypatch.setenv("DUET_DATA", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", url)
    return url


@pytest.mark.parametrize("name", CASES)
def test_a_stored_decision_is_decided_the_same_again(
    name: str, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    case = CASES[name]
    decision_id = asyncio.run(_store(database, case))
    assert main(["replay", decision_id]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["same"] is True
    assert shown["imposed"] is False
    assert {key: shown["then"][key] for key in case.expected} == case.expected


def test_the_thresholds_in_force_are_shown(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["replay", asyncio.run(_store(database, CASES["answer"]))])
    shown = json.loads(capsys.readouterr().out)
    assert shown["thresholds"]["article"] == pytest.approx(0.93)
    assert (shown["solved"], shown["base_version"], shown["parser"]) == (0.9, 3, "offline")


def test_what_the_worker_imposed_is_no_disagreement(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    decision_id = asyncio.run(_store(database, CASES["answer"], fails=True))
    assert main(["replay", decision_id]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["imposed"], shown["then"]["reason"]) == (True, "bot_error")


def test_signals_nobody_can_read_are_one_line(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    async def spoil() -> None:
        engine = open_engine(database)
        await migrate(engine)
        payload = json.dumps({"id": "d9", "message_id": "m", "decision": "answer", "signals": {}})
        async with engine.begin() as connection:
            fields = {"kind": "decision", "conversation": "c", "ref": "t:1", "at": "1", "payload": payload}
            await project(connection, "9-0", fields)
        await engine.dispose()

    asyncio.run(spoil())
    assert main(["replay", "d9"]) == 2
    assert "cannot read" in capsys.readouterr().err
