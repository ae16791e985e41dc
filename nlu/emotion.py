"""How upset a message is: a small linear model over letters and words, and lists of plain words."""

from __future__ import annotations

import math
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlu.emotion_features import BUCKETS, MAX_CHARS, buckets_of
from nlu.errors import WeightsError
from nlu.lexicon import KINDS, Lexicon
from nlu.normalise import blank, for_encoder
from nlu.types import Emotion

WEIGHTS = Path(__file__).resolve().parent / "weights" / "emotion.npz"
_MOST_HITS = 2
_EVIDENCE_WORDS = 3


@dataclass(frozen=True, slots=True)
class EmotionWeights:
    """`buckets` (BUCKETS,) and `bias` give the model's log odds; `stack` joins them with the lists.

    `stack` holds the factor of the log odds, one factor for each of KINDS, and the constant.
    """

    buckets: npt.NDArray[np.float32]
    bias: float
    stack: tuple[float, ...]


def load_emotion_weights(path: Path = WEIGHTS) -> EmotionWeights:
    """Read the file `nlu/weights/train.py` wrote.

    Raises:
        WeightsError: it is missing, damaged or of another size.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            buckets = stored["buckets"].astype(np.float32)
            bias = float(stored["bias"])
            stack = tuple(float(value) for value in stored["stack"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise WeightsError(f"{path}: cannot be read as emotion weights") from error
    if buckets.shape != (BUCKETS,) or len(stack) != len(KINDS) + 2:
        raise WeightsError(f"{path}: was made for another version; run nlu/weights/train.py")
    return EmotionWeights(buckets=buckets, bias=bias, stack=stack)


def log_odds(weights: EmotionWeights, text: str) -> float:
    """The model alone: log odds that a text is angry, averaged so that long texts are not angrier."""
    present = buckets_of(text)
    return float(weights.buckets[present].sum() / math.sqrt(max(1, len(present)))) + weights.bias


def hits(found: dict[str, list[str]]) -> list[float]:
    """How often each of KINDS was found, two at most."""
    return [float(min(_MOST_HITS, len(found.get(kind, ())))) for kind in KINDS]


class LinearEmotionScorer:
    """EmotionScorer of the first version: 0.2 ms for a usual message, numpy only."""

    def __init__(self, *, weights: EmotionWeights, lexicon: Lexicon, threshold: float) -> None:
        """`threshold` is the calibrated probability from which a person takes over, in [0, 1]."""
        self._weights, self._lexicon, self._threshold = weights, lexicon, threshold

    def score(self, text: str) -> Emotion:
        """Score one message; a blank one is calm."""
        if blank(text):
            return Emotion(score=0.0, escalate=False)
        found = self._lexicon.find(for_encoder(text[:MAX_CHARS]))
        values = [log_odds(self._weights, text), *hits(found), 1.0]
        total = sum(factor * value for factor, value in zip(self._weights.stack, values, strict=True))
        score = 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
        escalate = score >= self._threshold
        return Emotion(score=score, escalate=escalate, kind=_kind(found, escalate), evidence=_evidence(found))


def _kind(found: dict[str, list[str]], escalate: bool) -> str:
    """The gravest of what was found; anger when only the model heard it; nothing for a calm message."""
    if not escalate:
        return ""
    return next((kind for kind in ("sensitive", "threat", "distress") if kind in found), "anger")


def _evidence(found: dict[str, list[str]]) -> str:
    words = [word for kind in ("sensitive", "threat", "distress", "anger") for word in found.get(kind, ())]
    return ", ".join(dict.fromkeys(words[:_EVIDENCE_WORDS]))
