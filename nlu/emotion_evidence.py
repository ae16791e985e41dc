"""The words that led to an emotion, for the operator to read."""

from __future__ import annotations

import math
import re

from nlu.emotion_features import MAX_CHARS, bucket, grams_of, words_of
from nlu.emotion_weights import Heads
from nlu.lexicon import LISTS
from nlu.normalise import for_encoder

_CLAUSE = re.compile(r"[.!?;…\n]+\s*|,\s+|\s[-–—]\s")
_MOST = 3
_SPAN_WORDS = 6
_TOLD = tuple(name for name in LISTS if name != "temper")


def evidence(text: str, words: dict[str, list[str]], heads: Heads) -> str:
    """Up to three pieces of the message: what the lists met, gravest first, then what weighed most.

    What weighed most is the run of at most six words around the heaviest word of the heaviest clause by the
    model of words; the encoder's part is not taken apart, since that would mean encoding again.
    """
    met = [word.strip() for name in _TOLD for word in words.get(name, ())]
    pieces = list(dict.fromkeys(met))[:_MOST]
    heaviest = _heaviest(for_encoder(text[:MAX_CHARS]), heads)
    if len(pieces) < _MOST and heaviest and not any(heaviest in piece for piece in pieces):
        pieces = [piece for piece in pieces if piece not in heaviest] + [heaviest]
    return ", ".join(pieces)


def _heaviest(text: str, heads: Heads) -> str:
    """The heaviest run of words of a text of `for_encoder`'s form; empty when nothing speaks for a mood."""
    clauses = [words for clause in _CLAUSE.split(text) if (words := words_of(clause))]
    weighed = [(words, _weights(words, heads)) for words in clauses]
    words, weights = max(
        weighed, key=lambda pair: sum(pair[1]) / math.sqrt(len(pair[1])), default=([], [0.0])
    )
    if not words or max(weights) <= 0:
        return ""
    starts = range(max(1, len(words) - _SPAN_WORDS + 1))
    start = max(starts, key=lambda at: sum(weights[at : at + _SPAN_WORDS]))
    return " ".join(words[start : start + _SPAN_WORDS])


def _weights(words: list[str], heads: Heads) -> list[float]:
    """How much each word's grams speak for a mood."""
    weights = [0.0] * len(words)
    for gram, at in grams_of(words).items():
        weights[at] += float(heads.buckets[0, bucket(gram)])
    return weights
