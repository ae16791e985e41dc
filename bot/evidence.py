"""What the parser and the knowledge base say of a message, brought to one scale: the chance of being right.

The base tells how likely its best article is the answer, but cannot know what else customers write about; the
parser tells whether a message is a question of the kind articles answer, but not which. Both formulas are
logistic; their numbers come from `python -m bot.weights.train`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.weights.numbers import WEIGHTS

QUESTION, OUTSIDE = "question", "out_of_scope"
_LEAST = 1e-3
_FAINT = 0.02
"""Odds below which it does not matter how small they are."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the parser says of a message: `odds` of every intent, empty when it gave none."""

    odds: Mapping[str, float]

    @property
    def outside(self) -> float:
        """Log odds that no article is about this; never below 0: a question may be another article's."""
        question, other = self.odds.get(QUESTION, 0.0), self.odds.get(OUTSIDE, 0.0)
        return max(0.0, math.log((other + _FAINT) / (question + _FAINT)))


def article_chances(found: Sequence[float], heard: Heard) -> tuple[float, ...]:
    """Chance of each article found, best first, given the base's own; together they are at most 1.

    Without odds, the base's own chances stand.
    """
    if not heard.odds:
        return tuple(found)
    first = WEIGHTS["article"]
    chances: list[float] = []
    for own in found:
        chance = _sigmoid(first["own"] * logit(own) - first["outside"] * heard.outside + first["intercept"])
        chances.append(min(chance, chances[-1], 1 - chances[0]) if chances else chance)
    return tuple(chances)


def skill_chance(confidence: float, best_article: float) -> float:
    """Chance that the intent's skill is wanted: "how many points per purchase" is for an article.

    `best_article` is the base's own chance of its best article.
    """
    skill = WEIGHTS["skill"]
    against = -math.log(1 - min(best_article, 1 - _LEAST))
    return _sigmoid(skill["confidence"] * logit(confidence) - skill["article"] * against + skill["intercept"])


def logit(chance: float) -> float:
    """Log odds of a chance, which is kept off 0 and 1."""
    inside = min(max(chance, _LEAST), 1 - _LEAST)
    return math.log(inside / (1 - inside))


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))
