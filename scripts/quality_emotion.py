"""Average precision of the emotion score on public sets."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

SETS = {
    "brighter-ru-dev": frozenset({"anger"}),
    "cedr-ru-dev": frozenset({"anger"}),
    "cedr-ru-train": frozenset({"anger"}),
    "goemotions-en-dev": frozenset({"anger", "annoyance"}),
}
"""File → labels that count as upset. Training parts are told as such: their figures are flattering."""


@dataclass(frozen=True, slots=True)
class EmotionFigures:
    """Average precision of a set of `count` messages, of which `upset` are."""

    name: str
    count: int
    upset: int
    average_precision: float

    @property
    def trained_on(self) -> bool:
        """Whether the shipped weights may have seen these messages."""
        return self.name.endswith("-train")


def emotion_figures(folder: Path, scores: Callable[[Sequence[str]], Sequence[float]]) -> list[EmotionFigures]:
    """Figures of every known set in the folder; `scores` gives the probability that each is upset."""
    from sklearn.metrics import average_precision_score

    found = []
    for name, labels in SETS.items():
        path = folder / f"{name}.csv"
        if not path.exists():
            continue
        with path.open(encoding="utf-8", newline="") as file:
            rows = [
                (row["text"], bool(labels & set(row["labels"].split("|")))) for row in csv.DictReader(file)
            ]
        truth = [upset for _, upset in rows]
        if any(truth):
            precision = average_precision_score(truth, scores([text for text, _ in rows]))
            found.append(EmotionFigures(name, len(rows), sum(truth), float(precision)))
    return found
