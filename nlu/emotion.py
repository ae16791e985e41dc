"""How upset a message is: linear models over letters, words, lists and the sentence encoder's vector."""

from __future__ import annotations

import math

from nlu.emotion_evidence import evidence
from nlu.emotion_features import russian
from nlu.emotion_weights import KINDS, VECTOR, EmotionWeights, Features, Floats, features_of, joined
from nlu.lexicon import Lexicon
from nlu.normalise import blank
from nlu.types import Emotion

_RULES = ("health", "fear", "legal")
_NAMED_LEAST = 0.5
"""Probability from which words of health, danger or law bring a person: as likely as not.

It hears 17 of the 20 dangers of `tests/unit/nlu/sensitive.csv` where the usual threshold hears 15.
"""
_RULE_LEAST = 0.05
"""Share the model of kinds must leave a kind for its list to decide: a word may be there by chance."""


class LinearEmotionScorer:
    """EmotionScorer in numpy only; 0.5 ms for a usual message beside the encoder's work."""

    def __init__(
        self, *, weights: EmotionWeights, lexicon: Lexicon, threshold: float, vectors: bool = True
    ) -> None:
        """`threshold` is the calibrated probability from which a person takes over, in [0, 1].

        `vectors` is false where vectors are not of the offline encoder: they mean nothing to the weights.
        """
        self._weights, self._lexicon, self._threshold = weights, lexicon, threshold
        self._vectors = vectors

    def score(self, text: str, vector: Floats | None = None) -> Emotion:
        """Score one message; a blank one is calm.

        `vector` is the offline sentence encoder's, `(512,)`; without it, or with one of another length, a
        model of words alone is used, which hears less.
        """
        if blank(text):
            return Emotion(score=0.0, escalate=False)
        usable = vector if self._vectors and vector is not None and vector.shape == (VECTOR,) else None
        features, found = features_of(text, self._lexicon, usable)
        score = self._probability(features, text)
        if score < self._least(found.words):
            return Emotion(score=score, escalate=False)
        return Emotion(
            score=score,
            escalate=True,
            kind=self._kind(features, found.words),
            evidence=evidence(text, found.words, self._weights.plain),
        )

    def _least(self, words: dict[str, list[str]]) -> float:
        """What must be reached: less where words of danger or law were said; missing those costs more."""
        named = any(kind in words for kind in _RULES)
        return min(self._threshold, _NAMED_LEAST) if named else self._threshold

    def _probability(self, features: Features, text: str) -> float:
        weights = self._weights
        if features.vector is None:
            factor, constant = weights.plain_stack
            return _sigmoid(factor * weights.plain.odds(features)[0] + constant)
        meaning = weights.meaning.value(features.vector)
        inputs = joined(weights.heads.odds(features), meaning, is_russian=russian(text))
        return _sigmoid(sum(a * b for a, b in zip(weights.stack, inputs, strict=True)))

    def _kind(self, features: Features, words: dict[str, list[str]]) -> str:
        """The likeliest kind; where a list of health, danger or law was met and may be right, that one."""
        heads = self._weights.plain_kinds if features.vector is None else self._weights.kinds
        shares = _shares(heads.odds(features))
        by_rule = (kind for kind in _RULES if kind in words and shares[kind] >= _RULE_LEAST)
        return next(by_rule, max(shares, key=lambda kind: shares[kind]))


def _shares(odds: list[float]) -> dict[str, float]:
    raised = [math.exp(value - max(odds)) for value in odds]
    return {kind: value / sum(raised) for kind, value in zip(KINDS, raised, strict=True)}


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))
