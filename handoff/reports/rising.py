"""Whether a topic rose unusually: pure arithmetic over counts.

The test is a one-sided prediction test for overdispersed counts. Of each topic the same hours of the same
weekday in the weeks before are the baseline; the count now is compared with a negative binomial whose mean is
the baseline's and whose variance allows for the baseline's own uncertainty and for counts that scatter more
than Poisson's. With a dispersion of 1 it is the exact Gamma-Poisson prediction. After Farrington et al. 1996
(J. R. Stat. Soc. A 159:547) and Noufaily et al. 2013 (Stat. Med. 32:1206). Over all topics the
Benjamini-Hochberg procedure (1995, J. R. Stat. Soc. B 57:289) bounds the share of false alarms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log

LEAST_WEEKS = 2
"""With fewer weeks behind it nothing is known to be usual."""
_SMALL = 1e-15


@dataclass(frozen=True, slots=True)
class Limits:
    """`false_share`: of false alarms among alarms; `least` conversations, `rise` times the usual count."""

    false_share: float
    least: int
    rise: float


@dataclass(frozen=True, slots=True)
class Rising:
    """A topic that rose: how many now, how many are usual, the chance in [0, 1] of so many by accident."""

    topic: str
    count: int
    expected: float
    chance: float


def rising(now: Mapping[str, int], weeks: Sequence[Mapping[str, int]], limits: Limits) -> list[Rising]:
    """Topics that rose, the least likely first; none while fewer than `LEAST_WEEKS` weeks are known.

    Args:
        now: Conversations by topic in the hours that are judged.
        weeks: The same for the same hours of each week before.
        limits: What is worth telling.
    """
    if len(weeks) < LEAST_WEEKS or not now:
        return []
    scatter = dispersion(weeks)
    tested = []
    for topic, count in now.items():
        # Half a conversation more than was seen: the Jeffreys prior; so a new topic is not impossible.
        mean = (sum(week.get(topic, 0) for week in weeks) + 0.5) / len(weeks)
        tested.append(Rising(topic, count, mean, chance_of(count, mean, scatter, len(weeks))))
    tested.sort(key=lambda each: (each.chance, each.topic))
    passed = max(
        (n for n, each in enumerate(tested, 1) if each.chance <= limits.false_share * n / len(tested)),
        default=0,
    )
    return [
        each
        for each in tested[:passed]
        if each.count >= limits.least and each.count >= limits.rise * each.expected
    ]


def dispersion(weeks: Sequence[Mapping[str, int]]) -> float:
    """How much more than Poisson's counts scatter from week to week, over all topics (Pearson's χ² by its
    degrees of freedom); never below 1.
    """
    squares, degrees = 0.0, 0
    for topic in {topic for week in weeks for topic in week}:
        counts = [week.get(topic, 0) for week in weeks]
        mean = sum(counts) / len(counts)
        if mean >= 1:  # of rarer topics the sum says little
            squares += sum((count - mean) ** 2 for count in counts) / mean
            degrees += len(counts) - 1
    return max(squares / degrees, 1.0) if degrees else 1.0


def chance_of(count: int, mean: float, scatter: float, weeks: int) -> float:
    """Chance in [0, 1] of `count` or more where `mean` is usual; 1 for what is not above it."""
    if count <= mean:
        return 1.0
    spread = scatter * (1 + 1 / weeks)  # variance by mean; above 1
    size = mean / (spread - 1)
    chance = exp(
        lgamma(count + size)
        - lgamma(size)
        - lgamma(count + 1)
        - size * log(spread)
        + count * log(1 - 1 / spread)
    )
    total, k = 0.0, count
    while chance > _SMALL * max(total, 1e-280):
        total += chance
        chance *= (k + size) / (k + 1) * (1 - 1 / spread)
        k += 1
    return min(total, 1.0)
