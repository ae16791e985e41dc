"""Numbers a message's mood is read from; training and serving share them."""

from __future__ import annotations

import math
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
_SIGNS = [
    re.compile(sign)
    for sign in (
        r"\(\(", r":\s?['`]?-?\(|[^(]\(\s*$", r"\)\)", r"[:;]-?\)", r"[^)]\)\s*$", r"[:xX=;][DdдД]\b",
        r"\^_?\^", r"!", r"!!", r"\?", r"\?!|!\?|\?\?\?", r"\.\.|…", r'["«»„“]', r"^\s*[-–—]", r"[#@]",
        r"\s,\s", r"\d", r"\.\s*$", r"[A-Za-z]", r"(?:[аa][хxh]){2,}|(?:[хxh][аa]){2,}|\blol\b",
        r"[😀-😎😘😍🙏🤗❤💕👍🎉🔥]",
        r"[😠😡🤬👿💢😤🤮]", r"[oо0]_[oо0]", r">:|>_<|:@",
    )
]  # fmt: skip
SIGNS = len(_SIGNS) + 2


def words_of(text: str) -> list[str]:
    """The words of a text of `for_encoder`'s form."""
    return _WORD.findall(text)


def grams_of(words: list[str]) -> dict[str, int]:
    """What words are made of: each gram (word, pair of words, run of letters) with the place of its word."""
    grams = {f"p:{first} {second}": at for at, (first, second) in enumerate(pairwise(words))}
    for at, word in enumerate(words):
        grams[f"w:{word}"] = at
        padded = f" {word} "
        for size in _NGRAM_CHARS:
            for start in range(len(padded) - size + 1):
                grams[padded[start : start + size]] = at
    return grams


def bucket(gram: str) -> int:
    """The number below BUCKETS a gram is kept under."""
    return zlib.crc32(gram.encode()) % BUCKETS


def buckets_of(text: str) -> list[int]:
    """Sorted numbers below BUCKETS: words, pairs of words, runs of letters, and how it is shouted."""
    clipped = text[:MAX_CHARS]
    grams = [*grams_of(words_of(for_encoder(clipped))), *_shouting(clipped)]
    return sorted({bucket(gram) for gram in grams})


def signs_of(text: str) -> list[float]:
    """SIGNS numbers between 0 and 1.4: brackets, smileys and marks, length, capitals."""
    clipped = text[:MAX_CHARS]
    present = [1.0 if sign.search(clipped) else 0.0 for sign in _SIGNS]
    return [*present, math.log1p(len(clipped)) / 5, 1.0 if _mostly_capitals(clipped) else 0.0]


def russian(text: str) -> bool:
    """Whether a text is in Russian, be it in Latin letters."""
    return any("а" <= letter <= "я" for letter in for_encoder(text[:MAX_CHARS]))


def _shouting(text: str) -> list[str]:
    signs = []
    if "!!" in text:
        signs.append("s:!!")
    if "?!" in text or "!?" in text or "???" in text:
        signs.append("s:?!")
    if _mostly_capitals(text):
        signs.append("s:caps")
    return signs


def _mostly_capitals(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return len(letters) >= _CAPS_LEAST and sum(map(str.isupper, letters)) * 10 >= len(letters) * 7
