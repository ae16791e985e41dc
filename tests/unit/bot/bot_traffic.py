"""A made-up desk: conversations whose topics drift, verdicts that come late, and the real pure functions."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from bot.governing import Band, Course, Measured, effective_threshold, next_course
from knowledge_base.threshold import Estimate
from knowledge_base.verdicts import Judged, Verdict, judge

FLOOR, CONFIDENCE, MAXIMUM = 0.95, 0.95, 0.99
BAND = Band(target=0.20, tolerance=0.05, window=200, step=0.01)
SKILLS = 0.05
"""Share of the conversations a skill ends."""


@dataclass(frozen=True, slots=True)
class Mix:
    """What customers ask: how probabilities lie, and how often the first article is right at each.

    `strength` is the first parameter of a beta distribution of probabilities; `honest` maps a probability to
    the chance of being right.
    """

    strength: float
    honest: Callable[[float], float]


@dataclass(slots=True)
class Line:
    """One conversation: who had it, how likely an answer was right, the threshold, verdicts heard before."""

    by_bot: bool
    answered: bool
    chance: float
    threshold: float
    heard: int


@dataclass(slots=True)
class Desk:
    """Runs conversations one by one; a millisecond each."""

    seed: int
    published: Estimate
    mix_at: Callable[[int], Mix]
    review: float = 0.5
    choice: float = 0.4
    late: tuple[int, int] = (20, 200)
    lines: list[Line] = field(default_factory=list)
    courses: list[Course] = field(default_factory=list)
    judged: Judged | None = None

    def run(self, count: int) -> Desk:
        """That many conversations."""
        random = np.random.default_rng(self.seed)
        course, waiting, heard = Course(), list[tuple[int, int, Verdict]](), list[Verdict]()
        self.judged = judge(self.published, [], floor=FLOOR, confidence=CONFIDENCE)
        for now in range(1, count + 1):
            floor_threshold = max(self.published.threshold, self.judged.threshold)
            threshold = effective_threshold(floor_threshold, course.raised, MAXIMUM)
            verdict = self._converse(now, threshold, random, sum(some.answered for some in heard))
            if verdict is not None:
                due = now + int(random.integers(*self.late))
                heapq.heappush(waiting, (due, now, verdict))
            if now % 50 == 0:
                self._hear(now, waiting, heard)
            if now % 10 == 0:
                most = max(MAXIMUM - self.judged.threshold, 0.0)
                course = next_course(course, self._measured(course), BAND, most=most, now_ms=now)
                self.courses.append(course)
        return self

    def _converse(
        self, now: int, threshold: float, random: np.random.Generator, heard: int
    ) -> Verdict | None:
        mix = self.mix_at(now)
        skill = random.uniform() < SKILLS
        probability = float(random.beta(mix.strength, 0.7))
        chance = mix.honest(probability)
        right = bool(random.uniform() < chance)
        answered = not skill and probability >= threshold
        self.lines.append(Line(skill or answered, answered, chance, threshold, heard))
        judged = random.uniform() < (self.review if answered else self.choice)
        if skill or not judged:
            return None
        return Verdict(probability, right, "review", 1, "m", now, "a", "r", threshold, answered)

    def _hear(self, now: int, waiting: list[tuple[int, int, Verdict]], heard: list[Verdict]) -> None:
        """Verdicts arrive out of order; they are read in the order of the decisions, as from the archive."""
        if not waiting or waiting[0][0] > now:
            return
        while waiting and waiting[0][0] <= now:
            heard.append(heapq.heappop(waiting)[2])
        heard.sort(key=lambda some: some.at_ms)
        self.judged = judge(self.published, heard, floor=FLOOR, confidence=CONFIDENCE)

    def _measured(self, course: Course) -> Measured:
        since = self.lines[course.moved_ms :][-BAND.window :]
        fresh = len(self.lines) - max(course.looked_ms, course.moved_ms)
        return Measured(sum(line.by_bot for line in since), len(since), fresh, len(self.lines))

    def share(self, start: int, end: int) -> float:
        """Share of the bot among conversations from one to another."""
        return sum(line.by_bot for line in self.lines[start:end]) / (end - start)

    def precision(self, start: int, end: int) -> float | None:
        """Expected precision of the bot's answers there; None of fewer than 20."""
        chances = [line.chance for line in self.lines[start:end] if line.answered]
        return sum(chances) / len(chances) if len(chances) >= 20 else None

    def after_verdicts(self, drift: int, count: int) -> int:
        """Number of the conversation at which that many verdicts on answers after a drift had been heard."""
        before = self.lines[drift].heard
        return next(
            (at for at, line in enumerate(self.lines) if line.heard >= before + count), len(self.lines)
        )
