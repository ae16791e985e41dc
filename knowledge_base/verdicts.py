"""From operators' verdicts to the threshold: a bound where they prove one, a raise where they refute it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from knowledge_base.bound import GRID, Bound, Labels, certify, needed
from knowledge_base.threshold import ANSWER_NOTHING, Estimate

Source = Literal["operator", "review", "customer"]
COUNTED: frozenset[Source] = frozenset({"operator", "review"})
"""Sources that count for the bound; customers' presses are their judgement of an answer, reported apart."""

WORSE = 2.0
"""Error rate looked for, as a multiple of the one the floor allows: .10 where .05 is allowed.

The alarm comes at a likelihood ratio of 1 / (1 - confidence). Simulated at .95 and 95%: a false alarm after
1,200 verdicts on average at a precision of exactly the floor, after 4,300 at .97; a precision of .88 is found
after 76 (176 in 19 of 20 runs), .85 after 46 (102), .75 after 22 (44). Ratios of 30 and 50 take a fifth and
two fifths longer; looking for 2.5 times the allowed rate is no sooner for the same false alarms.
"""
LOOK_EVERY = 30
"""Verdicts after which a raised threshold is looked at again."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person said of one decision.

    Attributes:
        probability: Of the first article, in [0, 1].
        right: Whether that article was the right one.
        source: Who said so.
        base_version: Base that decided.
        model: Names the encoder and the program that made that base.
        at_ms: When the message was decided; milliseconds since 1970, UTC.
        article, revision: The first article as it then was.
        in_force: Threshold the decision was made with.
        answered: Whether the bot answered; otherwise the operator's choice of an article is the verdict.
    """

    probability: float
    right: bool
    source: Source
    base_version: int
    model: str
    at_ms: int
    article: str
    revision: str
    in_force: float
    answered: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """The threshold the floor allows now, and why.

    Attributes:
        threshold: Above 1: nothing may be answered.
        kind: `estimate` or `bound` as published, `raised` after verdicts refuted the published one.
        verdicts: Verdicts on answers that count.
        errors: Wrong ones among them.
        bound: What the verdicts certify since the last alarm.
        alarms: Times (milliseconds) of the verdicts at which the floor was found broken.
    """

    threshold: float
    kind: Literal["estimate", "bound", "raised"]
    verdicts: int
    errors: int
    bound: Bound
    alarms: tuple[int, ...] = ()


def countable(
    verdicts: Iterable[Verdict], *, model: str, revisions: Mapping[str, frozenset[str]]
) -> list[Verdict]:
    """Verdicts that speak of the base served: same model, and the article still reads as it did.

    `revisions` are those of each article. Oldest decision first; customers' own judgements are left out.
    """
    kept = [
        some
        for some in verdicts
        if some.source in COUNTED
        and some.model == model
        and some.revision in revisions.get(some.article, frozenset())
    ]
    return sorted(kept, key=lambda some: some.at_ms)


def labels_of(verdicts: Sequence[Verdict]) -> Labels:
    """Verdicts as arrays."""
    return Labels(
        np.array([some.probability for some in verdicts], dtype=float),
        np.array([some.right for some in verdicts], dtype=bool),
        np.array([some.in_force for some in verdicts], dtype=float),
        np.array([some.answered for some in verdicts], dtype=bool),
    )


def proven(estimate: Estimate, verdicts: Sequence[Verdict], *, floor: float, confidence: float) -> Estimate:
    """What to publish: the bound countable verdicts certify, else the base's estimate.

    Verdicts that refute the estimate raise it; verdicts too few to certify anything leave it.
    """
    found = judge(estimate, verdicts, floor=floor, confidence=confidence)
    if found.bound.threshold is None:
        return Estimate(found.threshold, estimate.share, estimate.precision, missing=found.bound.missing)
    bound = found.bound
    return Estimate(
        threshold=found.bound.threshold,
        share=estimate.share,
        precision=1 - bound.errors / bound.labels,
        kind="bound",
        confidence=confidence,
        labels=bound.labels,
        missing=0,
    )


def judge(published: Estimate, verdicts: Sequence[Verdict], *, floor: float, confidence: float) -> Judged:
    """Read countable verdicts in the order of decisions; raise the threshold where they break the floor.

    A cumulative sum (Page 1954) of log likelihood ratios, of an error rate `WORSE` times the allowed one
    against the allowed one, raises an alarm; by Lorden (1971) wrongly after no fewer than
    1 / (1 - confidence) verdicts on average, and in fact far later (`WORSE`). The threshold then becomes the
    lowest at which the verdicts since the change keep the floor, or none. It comes down again, never below
    the published one, when verdicts since then certify a lower one.
    """
    labels, times = labels_of(verdicts), [some.at_ms for some in verdicts]
    watch = _Watch(published.threshold, labels, floor=floor, confidence=confidence)
    heard = [watch.hear(at) for at in range(len(verdicts))]
    since = labels.since(watch.regime, len(verdicts))
    wrong = labels.answered & ~labels.right
    return Judged(
        threshold=watch.threshold,
        kind="raised" if watch.threshold > published.threshold else published.kind,
        verdicts=int(labels.answered.sum()),
        errors=int(wrong.sum()),
        bound=certify(since, floor=floor, confidence=confidence, expected=published.threshold),
        alarms=tuple(time for time, alarm in zip(times, heard, strict=True) if alarm),
    )


class _Watch:
    """The cumulative sum over verdicts on answers, and the threshold it has led to."""

    def __init__(self, published: float, labels: Labels, *, floor: float, confidence: float) -> None:
        self._published = published
        self._labels = labels
        self._floor = floor
        self._confidence = confidence
        bad = 1 - floor
        worse = min(WORSE * bad, (1 + bad) / 2)
        self._wrong, self._right = math.log(worse / bad), math.log((1 - worse) / (1 - bad))
        self._alarm = -math.log(1 - confidence)
        self._sum = 0.0
        self._changed = 0
        self._alarmed = False
        self.threshold = published
        self.regime = 0

    def hear(self, at: int) -> bool:
        """Verdict number `at`; whether it raised an alarm."""
        labels = self._labels
        if self._alarmed and at % LOOK_EVERY == 0:
            self._ease(at + 1)
        if not labels.answered[at] or labels.probability[at] < self.threshold:
            return False
        if self._sum <= 0:
            self._changed = at
        self._sum = max(0.0, self._sum + (self._right if labels.right[at] else self._wrong))
        if self._sum < self._alarm:
            return False
        self._sum, self.regime, self._alarmed = 0.0, self._changed, True
        self.threshold = self._higher(at + 1)
        return True

    def _higher(self, end: int) -> float:
        """The lowest threshold above the present one that cuts off what speaks against the floor.

        Answers since the change must keep the floor from there on, and no stretch that begins there may
        speak for the worse rate.
        """
        labels = self._labels.since(self.regime, end)
        against = np.where(labels.right, self._right, self._wrong) * labels.answered
        cut = [float(against[labels.probability < threshold].sum()) for threshold in GRID]
        best = max(range(len(GRID)), key=lambda at: cut[at])
        for threshold in reversed(GRID[: best + 1]):
            reached = labels.answered & (labels.probability >= threshold)
            count = int(reached.sum())
            if threshold > self.threshold and count and labels.right[reached].sum() >= self._floor * count:
                return float(threshold)
        return ANSWER_NOTHING

    def _ease(self, end: int) -> None:
        """Come down to what verdicts since the change certify."""
        labels = self._labels.since(self.regime, end)
        if len(labels) < needed(self._floor, self._confidence):
            return
        found = certify(labels, floor=self._floor, confidence=self._confidence, expected=self._published)
        if found.threshold is not None and found.threshold < self.threshold:
            self.threshold = max(found.threshold, self._published)
