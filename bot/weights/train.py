"""`python -m bot.weights.train`: learn the numbers of the one decision and write `numbers.py`.

Every phrase of `phrases.csv` is read by the real parsers and the shipped articles. Its columns: `text`,
`expected` (an article, a skill or nothing) and `kind` (article, skill, person, none).
"""

from __future__ import annotations

import asyncio
import csv
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import numpy as np

from bot.ask import build_asker
from bot.conversation import SKILLS
from bot.decide import Signals
from bot.evidence import Heard, logit
from core.config import load_config, read_environment, resolve
from core.logging import configure_logging

HERE = Path(__file__).parent
SPARE = 0.005
"""How far above the floor the precision of the answers has to be: the phrases are few."""
STRENGTH = 1.0
"""Inverse of the pull towards 0 of a logistic regression."""

Floats = np.ndarray[Any, np.dtype[Any]]
Row = tuple[str, str, Signals]


async def _read() -> tuple[list[Row], float, float]:
    """Kind, expected and signals of each phrase; the base's own threshold; the floor it is solved for."""
    environment = read_environment()
    config = load_config(environment.config_path)
    configure_logging("error", json=False)
    with (HERE / "phrases.csv").open(encoding="utf-8", newline="") as file:
        phrases = list(csv.DictReader(file))
    rows: list[Row] = []
    threshold = 0.0
    async with AsyncExitStack() as stack:
        asker = await build_asker(stack, config, environment, resolve(config.knowledge_base.articles))
        for phrase in phrases:
            reading = await asker.read(phrase["text"])
            threshold = reading.solved_threshold
            if reading.signals.odds and reading.signals.candidates:
                rows.append((phrase["kind"], phrase["expected"], reading.signals))
    return rows, threshold, config.knowledge_base.precision_floor


def article_weights(rows: list[Row], threshold: float, floor: float) -> dict[str, float]:
    """Slopes by logistic regression; then the largest intercept with which the base's threshold keeps the floor."""
    asked = [row for row in rows if row[0] in ("article", "none")]
    signs = np.array([[logit(_own(signals)), -_heard(signals)] for _, _, signals in asked])
    right = np.array(
        [kind == "article" and found.candidates[0].article == want for kind, want, found in asked]
    )
    slopes, _ = _fit(signs, right)
    scores = signs @ slopes
    for intercept in np.arange(3.0, -3.0, -0.05):
        answered = scores + intercept >= logit(threshold)
        if answered.any() and right[answered].mean() >= floor + SPARE:
            return {"own": slopes[0], "outside": slopes[1], "intercept": float(intercept)}
    raise SystemExit("no intercept keeps the floor on these phrases")


def skill_weights(rows: list[Row]) -> dict[str, float]:
    """Logistic regression over the messages whose best intent is a skill's."""
    started = [row for row in rows if row[2].intent in SKILLS]
    signs = np.array(
        [[logit(found.intent_confidence), np.log(1 - min(_own(found), 0.999))] for _, _, found in started]
    )
    right = np.array([kind == "skill" and SKILLS[found.intent] == want for kind, want, found in started])
    slopes, intercept = _fit(signs, right)
    return {"confidence": slopes[0], "article": slopes[1], "intercept": intercept}


def _own(signals: Signals) -> float:
    return signals.candidates[0].own or 0.0


def _heard(signals: Signals) -> float:
    return Heard(dict(signals.odds)).outside


def _fit(signs: Floats, right: Floats) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=STRENGTH).fit(signs, right)
    return model.coef_[0], float(model.intercept_[0])


def main() -> int:
    """Learn and write."""
    rows, threshold, floor = asyncio.run(_read())
    found = {"article": article_weights(rows, threshold, floor), "skill": skill_weights(rows)}
    lines = [
        f'    "{name}": {{{", ".join(f"{chr(34)}{key}{chr(34)}: {value:.2f}" for key, value in each.items())}}},'
        for name, each in found.items()
    ]
    head = '"""Written by `python -m bot.weights.train`; not to be edited by hand."""'
    body = "\n".join(["WEIGHTS: dict[str, dict[str, float]] = {", *lines, "}"])
    (HERE / "numbers.py").write_text(f"{head}\n\n{body}\n", encoding="utf-8")
    print(f"{len(rows)} phrases, threshold {threshold:.3f}: {found}")  # noqa: T201 - the command's result
    return 0


if __name__ == "__main__":
    sys.exit(main())
