"""`python -m bot.weights.train`: learn the numbers of the one decision and write `numbers.py`.

Every phrase of `phrases.csv` is read by the real parsers and the shipped articles. Its columns: `text`,
`expected` (an article, a skill or nothing), `kind` (article, skill, person, none) and `for`. Those for
`skills` were known when the articles' questions were widened, and would make articles look surer.
"""

from __future__ import annotations

import asyncio
import csv
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Row:
    """A phrase with what was heard and found."""

    kind: str
    expected: str
    of: str
    signals: Signals

    @property
    def own(self) -> float:
        """The base's own chance of its best article."""
        return self.signals.candidates[0].own or 0.0


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
                rows.append(Row(phrase["kind"], phrase["expected"], phrase["for"], reading.signals))
    return rows, threshold, config.knowledge_base.precision_floor


def article_weights(rows: list[Row], threshold: float, floor: float) -> dict[str, float]:
    """Slopes by logistic regression; the largest intercept that keeps the floor at the base's threshold."""
    asked = [row for row in rows if row.kind in ("article", "none") and row.of == "both"]
    signs = np.array([[logit(row.own), -Heard(dict(row.signals.odds)).outside] for row in asked])
    right = np.array([row.signals.candidates[0].article == row.expected for row in asked])
    slopes, _ = _fit(signs, right)
    scores = signs @ slopes
    for intercept in np.arange(3.0, -3.0, -0.05):
        answered = scores + intercept >= logit(threshold)
        if answered.any() and right[answered].mean() >= floor + SPARE:
            return {"own": slopes[0], "outside": slopes[1], "intercept": float(intercept)}
    raise SystemExit("no intercept keeps the floor on these phrases")


def skill_weights(rows: list[Row]) -> dict[str, float]:
    """Logistic regression over the messages whose best intent is a skill's."""
    started = [row for row in rows if row.signals.intent in SKILLS]
    signs = np.array(
        [[logit(row.signals.intent_confidence), np.log(1 - min(row.own, 0.999))] for row in started]
    )
    right = np.array([SKILLS[row.signals.intent] == row.expected for row in started])
    slopes, intercept = _fit(signs, right)
    return {"confidence": slopes[0], "article": slopes[1], "intercept": intercept}


def _fit(signs: Floats, right: Floats) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=STRENGTH).fit(signs, right)
    return model.coef_[0], float(model.intercept_[0])


def _shown(numbers: dict[str, float]) -> str:
    return ", ".join(f'"{name}": {value:.2f}' for name, value in numbers.items())


def main() -> int:
    """Learn and write."""
    rows, threshold, floor = asyncio.run(_read())
    found = {"article": article_weights(rows, threshold, floor), "skill": skill_weights(rows)}
    lines = [f'    "{name}": {{{_shown(each)}}},' for name, each in found.items()]
    head = '"""Written by `python -m bot.weights.train`; not to be edited by hand."""'
    body = "\n".join(["WEIGHTS: dict[str, dict[str, float]] = {", *lines, "}"])
    (HERE / "numbers.py").write_text(f"{head}\n\n{body}\n", encoding="utf-8")
    print(f"{len(rows)} phrases, threshold {threshold:.3f}: {found}")  # noqa: T201 - the command's result
    return 0


if __name__ == "__main__":
    sys.exit(main())
