"""The shipped articles, parsers and decision on 300 messages another author wrote."""

from __future__ import annotations

import csv
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from bot.ask import build_asker
from bot.conversation import SKILLS
from bot.decide import decide
from bot.types import Answer, Clarify, Decision, HandOff, Reason, RunSkill
from core.config import ROOT, load_config, read_environment, resolve

CASES = ROOT / "tests" / "acceptance" / "demo_cases.csv"
PYTHON = ROOT / ".venv-rasa" / "bin" / "python"

pytestmark = [
    pytest.mark.rasa,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not PYTHON.exists(), reason=f"there is no {PYTHON}: run make setup"),
]


async def test_what_the_bot_answers_alone_is_right_and_people_are_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bounds stand just under what was reached (docs/decisions/025-one-decision.md)."""
    monkeypatch.setenv("DUET_DATA", str(tmp_path))
    count: Counter[str] = Counter()
    with CASES.open(encoding="utf-8", newline="") as file:
        cases = list(csv.DictReader(file))
    environment = read_environment()
    config = load_config(environment.config_path)
    async with AsyncExitStack() as stack:
        asker = await build_asker(stack, config, environment, resolve(config.knowledge_base.articles))
        for case in cases:
            reading = await asker.read(case["text"])
            limits = replace(asker.limits, article=reading.solved_threshold)
            decision = decide(reading.signals, limits, SKILLS)
            count.update(words_for(case, decision))
    asked, people, others = count["answerable"], count["person"], count["none"]
    assert count["right"] / count["alone"] >= 0.92
    assert count["right"] / asked >= 0.58
    assert count["person heard"] / people >= 0.9
    assert count["person handed over"] / people >= 0.98
    assert count["none alone"] / others <= 0.03
    assert count["offered right"] / count["offered"] >= 0.64


def words_for(case: dict[str, str], decision: Decision) -> list[str]:
    """What to count of one case; a clarifying question and a courtesy are no answers."""
    kind = case["kind"]
    named = {"article": "answerable", "skill": "answerable"}.get(kind, kind)
    found = [named]
    match decision:
        case Answer(article=name) | RunSkill(skill=name):
            found += ["alone", f"{kind} alone"] + ["right"] * (case["expected"] == name)
        case Clarify():
            among = case["expected"] in (*decision.articles, decision.skill or None)
            found += ["offered"] + ["offered right"] * among
        case HandOff():
            found += [f"{kind} handed over"]
            found += [f"{kind} heard"] * (decision.reason is Reason.ASKED_FOR_PERSON)
    return found
