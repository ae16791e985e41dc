"""Questions made from the base itself: each with the article found and whether it is the right one.

One phrase left out imitates a customer who asks what an article answers in words nobody wrote down; a
whole article left out imitates a question nobody wrote an article for; everyday messages imitate the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from knowledge_base.ridge import Ridge, left_out
from knowledge_base.shelf import Likeness, Shelf
from knowledge_base.signals import Coverage, signals
from knowledge_base.text import words

Floats = np.ndarray[Any, np.dtype[Any]]
Ints = np.ndarray[Any, np.dtype[np.int64]]

MOST_PHRASES = 600
"""Phrases left out, spread over the articles; more change the estimate little and take long."""
LEAST_PHRASES = 3
"""Different phrases an article needs for one to be left out: with fewer, too little stays to find it by."""
ARTICLE_WEIGHT = 0.6
EVERYDAY_WEIGHT = 0.4
"""Weight of all left-out articles and of all everyday messages, beside 1 for all left-out phrases.

They say how many messages are taken to be out of scope: 50%. Real shares lie between 0 and 70%.
"""
CHUNK = 128


@dataclass(frozen=True, slots=True)
class Rows:
    """Signals `(n, len(NAMES))`, whether the article found is right, weight, and the article resampled by."""

    signals: Floats
    right: Floats
    weight: Floats
    article: Floats

    def __len__(self) -> int:
        return len(self.right)


def from_phrases(shelf: Shelf, likeness: Likeness, ridge: Ridge, texts: Sequence[str]) -> Rows:
    """Phrases and articles left out; no rows where no article has enough phrases.

    `likeness` is of the passages with each other, `texts` their prepared texts.
    """
    same = _same_text(texts)
    chosen = _choose(shelf, texts)
    if not chosen:
        return stack([])
    phrase = [(at, same[_key(texts[at])]) for at in chosen]
    whole = [(at, np.flatnonzero(shelf.owner == shelf.owner[at])) for at in chosen]
    return stack(
        [
            _leave_out(shelf, likeness, ridge, texts, phrase, weight=1.0, hopeless=False),
            _leave_out(shelf, likeness, ridge, texts, whole, weight=ARTICLE_WEIGHT, hopeless=True),
        ]
    )


def from_messages(
    shelf: Shelf, likeness: Likeness, texts: Sequence[str], right: Sequence[str | None], weight: float
) -> Rows:
    """Messages whose right article is known (None: no article)."""
    scores = shelf.scores(likeness, allowed=np.ones(len(shelf.passages), dtype=bool))
    found = scores.merged.argmax(axis=1)
    coverage = Coverage(shelf)
    heard = np.array(
        [coverage.word_signals(text, int(at)) for text, at in zip(texts, found, strict=True)],
        dtype=np.float32,
    )
    good = np.array([shelf.ids[at] == want for at, want in zip(found, right, strict=True)], dtype=bool)
    groups = np.array([want if want is not None else f"-{at}" for at, want in enumerate(right)])
    return Rows(signals(shelf, scores, found, heard), good, np.full(len(texts), weight), groups)


def stack(parts: Sequence[Rows]) -> Rows:
    """All rows one after another."""
    from knowledge_base.signals import NAMES

    if not parts:
        empty = np.zeros(0)
        return Rows(np.zeros((0, len(NAMES))), empty.astype(bool), empty, empty.astype(str))
    return Rows(
        np.concatenate([part.signals for part in parts]),
        np.concatenate([part.right for part in parts]),
        np.concatenate([part.weight for part in parts]),
        np.concatenate([part.article for part in parts]),
    )


def _leave_out(
    shelf: Shelf,
    likeness: Likeness,
    ridge: Ridge,
    texts: Sequence[str],
    cases: Sequence[tuple[int, Ints]],
    *,
    weight: float,
    hopeless: bool,
) -> Rows:
    coverage = Coverage(shelf)
    parts = []
    for start in range(0, len(cases), CHUNK):
        some = cases[start : start + CHUNK]
        at = np.array([case for case, _ in some])
        allowed = np.ones((len(some), len(shelf.passages)), dtype=bool)
        for row, (_, without) in enumerate(some):
            allowed[row, without] = False
        whole = likeness.whole[at]
        for row, (case, without) in enumerate(some):
            mine = int(shelf.owner[case])
            whole[row, mine] = shelf.whole.without(case, mine, without[shelf.owner[without] == mine])
        scores = shelf.scores(
            Likeness(
                dense=likeness.dense[at],
                lemma=likeness.lemma[at],
                chars=likeness.chars[at],
                whole=whole,
                turned=likeness.turned[at],
                strange=likeness.strange[at],
            ),
            allowed=allowed,
            ridge=np.stack([left_out(ridge, shelf.owner, case, without) for case, without in some]),
        )
        found = scores.merged.argmax(axis=1)
        heard = np.array(
            [
                coverage.word_signals(texts[case], int(article), without)
                for (case, without), article in zip(some, found, strict=True)
            ],
            dtype=np.float32,
        )
        good = np.zeros(len(some), dtype=bool) if hopeless else found == shelf.owner[at]
        groups = np.array([shelf.ids[owner] for owner in shelf.owner[at]])
        parts.append(Rows(signals(shelf, scores, found, heard), good, np.full(len(some), weight), groups))
    return stack(parts)


def _choose(shelf: Shelf, texts: Sequence[str]) -> list[int]:
    """Phrases to leave out, as many from each article that has enough different ones."""
    phrases: dict[int, dict[str, int]] = defaultdict(dict)
    for at, body in enumerate(shelf.is_body):
        if not body:
            phrases[int(shelf.owner[at])].setdefault(_key(texts[at]), at)
    able = [list(found.values()) for found in phrases.values() if len(found) >= LEAST_PHRASES]
    if not able:
        return []
    each = max(MOST_PHRASES // len(able), 1)
    random = np.random.default_rng(0)
    return sorted(
        int(at) for found in able for at in random.permutation(found)[: each if len(found) > each else None]
    )


def _same_text(texts: Sequence[str]) -> dict[str, Ints]:
    places: dict[str, list[int]] = defaultdict(list)
    for at, text in enumerate(texts):
        places[_key(text)].append(at)
    return {key: np.array(found) for key, found in places.items()}


def _key(text: str) -> str:
    return " ".join(words(text))
