"""The weights of the emotion score: what `nlu/weights/train.py` wrote and how it is read."""

from __future__ import annotations

import math
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlu.emotion_features import BUCKETS, MAX_CHARS, buckets_of, signs_of
from nlu.errors import WeightsError
from nlu.lexicon import Found, Lexicon
from nlu.normalise import for_encoder

WEIGHTS = Path(__file__).resolve().parent / "weights" / "emotion.npz"
KIND_BUCKETS = 1 << 13
VECTOR = 512
"""Length of the sentence encoder's vector the weights were made with."""
HEADS = ("words", "talk_ru", "prose_ru", "talk_en", "is_support")
"""Linear models beside each other: words of our domain, three kinds of public text, and whether a text is of
our domain. The meaning of texts of our domain is read by `Kernel`."""
KINDS = (
    "anger",
    "icy",
    "sarcasm",
    "despair",
    "fear",
    "legal",
    "leaving",
    "profanity",
    "repeated",
    "health",
)
_DENSE_SCALE = 0.5
_OURS_FIRST = 1.0
"""Log odds in favour of our domain: customers write to it, so a doubtful text is of it."""
_KERNEL = ("mean", "axes", "supports", "factors")

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Features:
    """A message in numbers: hashed grams present, lists and signs `(dense,)`, encoder's vector or None."""

    buckets: list[int]
    dense: Floats
    vector: Floats | None


@dataclass(frozen=True, slots=True)
class Heads:
    """Linear models that read the same features.

    `buckets` is `(heads, a divisor of BUCKETS)`, `dense` `(heads, lists and signs)`, `vector`
    `(heads, VECTOR)` or `(heads, 0)` for models that do without the encoder, `bias` `(heads,)`.
    """

    buckets: Floats
    dense: Floats
    vector: Floats
    bias: Floats

    def odds(self, features: Features) -> list[float]:
        """Log odds of each head; grams are averaged so that long texts are not angrier."""
        size = self.buckets.shape[1]
        present = sorted({at % size for at in features.buckets}) if size < BUCKETS else features.buckets
        total = self.buckets[:, present].sum(axis=1) / math.sqrt(max(1, len(present)))
        total = total + self.dense @ features.dense + self.bias
        if features.vector is not None and self.vector.shape[1]:
            total = total + self.vector @ features.vector
        return [float(value) for value in total]


@dataclass(frozen=True, slots=True)
class Kernel:
    """A support vector machine over the encoder's vector, turned onto its main axes.

    `mean` is `(VECTOR,)`, `axes` `(dim, VECTOR)`, `supports` `(n, dim)`, `factors` `(n,)`; `squares` `(n,)`
    are the supports' squared lengths.
    """

    mean: Floats
    axes: Floats
    supports: Floats
    squares: Floats
    factors: Floats
    bias: float
    gamma: float

    def value(self, vector: Floats) -> float:
        """Distance from the border between upset and calm, positive when upset."""
        turned = self.axes @ (vector - self.mean)
        apart = self.squares + turned @ turned - 2 * (self.supports @ turned)
        return float(self.factors @ np.exp(-self.gamma * apart)) + self.bias


@dataclass(frozen=True, slots=True)
class EmotionWeights:
    """Heads and what joins them: `stack` for `joined`, `plain_stack` (factor, constant) without encoder."""

    heads: Heads
    meaning: Kernel
    plain: Heads
    kinds: Heads
    plain_kinds: Heads
    stack: tuple[float, ...]
    plain_stack: tuple[float, ...]


def features_of(text: str, lexicon: Lexicon, vector: Floats | None = None) -> tuple[Features, Found]:
    """What the heads read of a text, and the words of the lists in it."""
    found = lexicon.find(for_encoder(text[:MAX_CHARS]))
    dense = np.asarray([*found.counts, *signs_of(text)], dtype=np.float32) * _DENSE_SCALE
    return Features(buckets_of(text), dense, vector), found


def joined(odds: list[float], meaning: float, *, is_russian: bool) -> list[float]:
    """What `stack` weighs: our domain's odds where a text is of our domain, the public ones elsewhere.

    A soft switch between experts, Jacobs et al. 1991, "Adaptive Mixtures of Local Experts".
    """
    words, talk_ru, prose_ru, talk_en, gate = odds
    ours = 1 / (1 + math.exp(-max(-30.0, min(30.0, gate + _OURS_FIRST))))
    other, russian = 1 - ours, float(is_russian)
    return [
        ours * words,
        ours * meaning,
        ours,
        other * words,
        other * meaning,
        other * russian * talk_ru,
        other * russian * prose_ru,
        other * (1 - russian) * talk_en,
        other * russian,
        1.0,
    ]


def load_emotion_weights(path: Path = WEIGHTS) -> EmotionWeights:
    """Read the file `nlu/weights/train.py` wrote.

    Raises:
        WeightsError: it is missing, damaged or of another size.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            groups = {name: _heads(stored, name) for name in ("heads", "plain", "kinds", "plain_kinds")}
            stack = tuple(float(value) for value in stored["stack"])
            kernel = {name: stored[f"kernel_{name}"].astype(np.float32) for name in _KERNEL}
            bias, gamma = (float(value) for value in stored["kernel_numbers"])
            plain_stack = tuple(float(value) for value in stored["plain_stack"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise WeightsError(f"{path}: cannot be read as emotion weights") from error
    squares = (kernel["supports"] ** 2).sum(axis=1)
    meaning = Kernel(**kernel, squares=squares, bias=bias, gamma=gamma)
    weights = EmotionWeights(**groups, meaning=meaning, stack=stack, plain_stack=plain_stack)
    if not _fits(weights):
        raise WeightsError(f"{path}: was made for another version; run nlu/weights/train.py")
    return weights


def _heads(stored: np.lib.npyio.NpzFile, name: str) -> Heads:
    parts = ("buckets", "dense", "vector", "bias")
    buckets, dense, vector, bias = (stored[f"{name}_{part}"].astype(np.float32) for part in parts)
    return Heads(buckets, dense, vector, bias)


def _fits(weights: EmotionWeights) -> bool:
    return (
        weights.heads.buckets.shape == (len(HEADS), BUCKETS)
        and weights.heads.vector.shape[1] == VECTOR
        and weights.meaning.axes.shape[1] == VECTOR
        and weights.plain.buckets.shape == (1, BUCKETS)
        and weights.kinds.buckets.shape == (len(KINDS), KIND_BUCKETS)
        and weights.plain_kinds.buckets.shape == (len(KINDS), KIND_BUCKETS)
        and len(weights.stack) == len(joined([0.0] * len(HEADS), 0.0, is_russian=False))
        and len(weights.plain_stack) == 2
    )
