"""Numbers a message's mood is read from; training and serving share them."""

from __future__ import annotations

import re
import zlib
from itertools import pairwise

from nlu.normalise import for_encoder

BUCKETS = 1 << 16
MAX_CHARS = 1000
"""A person's mood shows in the first thousand characters; longer ones would take over 2 ms."""
_WORD = re.compile(r"[^\W_]+")
_NGRAM_CHARS = (3, 4, 5)
_CAPS_LEAST = 8


def buckets_of(text: str) -> list[int]:
    """Sorted numbers below BUCKETS: words, pairs of words, runs of letters, and how it is shouted."""
    clipped = text[:MAX_CHARS]
    words = _WORD.findall(for_encoder(clipped))
    grams = {f"w:{word}" for word in words}
    grams.update(f"p:{first} {second}" for first, second in pairwise(words))
    for word in words:
        padded = f" {word} "
        for size in _NGRAM_CHARS:
            grams.update(padded[at : at + size] for at in range(len(padded) - size + 1))
    grams.update(_shouting(clipped))
    return sorted({zlib.crc32(gram.encode()) % BUCKETS for gram in grams})


def _shouting(text: str) -> list[str]:
    signs = []
    if "!!" in text:
        signs.append("s:!!")
    if "?!" in text or "!?" in text or "???" in text:
        signs.append("s:?!")
    letters = [letter for letter in text if letter.isalpha()]
    if len(letters) >= _CAPS_LEAST and sum(map(str.isupper, letters)) * 10 >= len(letters) * 7:
        signs.append("s:caps")
    return signs
