"""The chance of being right and the threshold, from the base alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from knowledge_base.logistic import Logistic, fit
from knowledge_base.pseudo import EVERYDAY_WEIGHT, Rows, from_messages, from_phrases, stack
from knowledge_base.ridge import Ridge
from knowledge_base.shelf import Likeness, Shelf
from knowledge_base.signals import NAMES
from knowledge_base.threshold import Estimate, solve

Floats = np.ndarray[Any, np.dtype[Any]]

DATA = Path(__file__).parent / "data"
STRENGTH = 10.0
"""Pull of the shipped model; of 3, 10, 50 it ranked best on development sets with many phrases."""
MOST_EVIDENCE = 300.0
"""Weight all rows of a base count for at most: pseudo-questions resemble each other more than real ones."""
PRIOR_EVIDENCE = 150.0
"""Weight of rows a threshold is solved on at least; the shipped ones make up what a base lacks."""
FEWEST_ARTICLES = 0.3
"""Share of the articles that must have enough phrases for the base to speak for itself."""
FOLDS = 5
ENOUGH_LABELS = 60
"""Labelled messages from which the threshold is read from them alone."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """The model and the threshold solved with it."""

    model: Logistic
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Everyday:
    """Messages no company's articles answer, with their vectors."""

    texts: Sequence[str]
    likeness: Likeness


def everyday_messages() -> list[str]:
    """The shipped everyday messages, Russian and English."""
    return [
        line.strip()
        for name in ("everyday.ru.txt", "everyday.en.txt")
        for line in (DATA / name).read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]


def calibrate(
    shelf: Shelf,
    ridge: Ridge,
    likeness: Likeness,
    texts: Sequence[str],
    everyday: Everyday,
    *,
    floor: float,
    labelled: Rows | None = None,
) -> Calibration:
    """Train on the base's own pseudo-questions (and labelled messages, when given), then solve.

    `likeness` and `texts` are of the shelf's passages; `floor` is the least precision of answers.
    """
    own = rows_of(shelf, ridge, likeness, texts, everyday)
    if labelled is not None and len(labelled):
        own = stack([own, labelled])
    shipped, sample = shipped_prior()
    if not len(own):
        return uncalibrated(floor)
    model = train(own, shipped)
    if labelled is not None and len(labelled) >= ENOUGH_LABELS:
        tested = _out_of_fold(own, shipped)[-len(labelled) :]
        return Calibration(
            model, solve(tested, labelled.right, labelled.weight, labelled.article, floor=floor)
        )
    missing = max(0.0, 1 - own.weight.sum() / PRIOR_EVIDENCE)
    filler = replace(
        sample,
        weight=sample.weight * missing,
        article=np.char.add("prior-", sample.article.astype(str)),
    )
    tested = np.append(_out_of_fold(own, shipped), shipped.probability(sample.signals))
    rows = own if missing == 0 else stack([own, filler])
    tested = tested[: len(rows)]
    return Calibration(model, solve(tested, rows.right, rows.weight, rows.article, floor=floor))


def uncalibrated(floor: float) -> Calibration:
    """The shipped model with the threshold its own rows give: for a base that cannot tell by itself."""
    shipped, sample = shipped_prior()
    return Calibration(shipped, solve_on(shipped, sample, floor))


def rows_of(shelf: Shelf, ridge: Ridge, likeness: Likeness, texts: Sequence[str], everyday: Everyday) -> Rows:
    """The base's own rows with their weights; empty where no article has enough phrases."""
    phrases = from_phrases(shelf, likeness, ridge, texts)
    if len(np.unique(phrases.article)) < FEWEST_ARTICLES * len(shelf.ids):
        return stack([])
    total = phrases.weight[phrases.weight == 1].sum()
    others = from_messages(
        shelf,
        everyday.likeness,
        everyday.texts,
        [None] * len(everyday.texts),
        EVERYDAY_WEIGHT * total / len(everyday.texts),
    )
    rows = stack([phrases, others])
    return replace(rows, weight=rows.weight * min(1.0, MOST_EVIDENCE / rows.weight.sum()))


def train(rows: Rows, prior: Logistic) -> Logistic:
    """The model of a base: pulled towards the shipped one as far as its own rows are few."""
    return fit(rows.signals, rows.right, rows.weight, strength=STRENGTH, prior=prior)


def solve_on(model: Logistic, rows: Rows, floor: float) -> Estimate:
    """Threshold of a model on rows it was not trained on."""
    return solve(model.probability(rows.signals), rows.right, rows.weight, rows.article, floor=floor)


def _out_of_fold(rows: Rows, prior: Logistic) -> Floats:
    """Probabilities of each row by a model that saw no row of the same article."""
    _, group = np.unique(rows.article, return_inverse=True)
    fold = np.random.default_rng(0).permutation(group.max() + 1)[group] % FOLDS
    tested = np.zeros(len(rows))
    for at in range(FOLDS):
        out = fold == at
        if out.any() and not out.all():
            kept = Rows(rows.signals[~out], rows.right[~out], rows.weight[~out], rows.article[~out])
            tested[out] = train(kept, prior).probability(rows.signals[out])
    return tested


@cache
def shipped_prior() -> tuple[Logistic, Rows]:
    """The model trained on small bases cut from the shipped articles, and a sample of its left-out rows.

    Written by `knowledge_base.prior`; none of it comes from other data.
    """
    stored = json.loads((DATA / "prior.json").read_text(encoding="utf-8"))
    if stored["names"] != list(NAMES):
        raise ValueError("data/prior.json was made with other signals; run python -m knowledge_base.prior")
    model = Logistic(
        np.array(stored["mean"]), np.array(stored["spread"]), np.array(stored["weights"]), stored["intercept"]
    )
    sample = stored["sample"]
    rows = Rows(
        np.array(sample["signals"]),
        np.array(sample["right"], dtype=bool),
        np.array(sample["weight"]) * (PRIOR_EVIDENCE / sum(sample["weight"])),
        np.array(sample["article"]),
    )
    return model, rows
