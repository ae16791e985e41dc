"""Drafts offered while an operator types: what colleagues answered to similar words, and canned replies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal, Protocol

from handoff.tools.replies import Filled

Lemmas = Callable[[str], list[str]]
"""Base forms of the words of a text that say something."""

MOST = 3
"""As many as there are keys for them."""
_LEAST_SHARED = 0.34
"""A reply that shares less than a third of its title and words with what was typed is a guess."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Words to insert; `title` says where they are from where that has a name; `score` in [0, 1]."""

    kind: Literal["past", "reply", "article"]
    title: str
    text: str
    score: float


class DraftSource(Protocol):
    """Something that knows good answers, such as the knowledge base."""

    async def drafts(self, question: str, typed: str, language: str) -> Sequence[Draft]:
        """Answers to the customer's words that go with what was typed so far, the best first."""
        ...


def overlap(one: Sequence[str], other: Sequence[str]) -> float:
    """Share of common words: |a ∩ b| / √(|a|·|b|), the cosine of two sets (Ochiai), in [0, 1]."""
    a, b = set(one), set(other)
    return len(a & b) / sqrt(len(a) * len(b)) if a and b else 0.0


def of_replies(replies: Sequence[Filled], typed: str, lemmas: Lemmas) -> list[Draft]:
    """Canned replies whose title or beginning is like what was typed; none before three letters are."""
    begun = typed.strip().lower()
    if len(begun) < 3:
        return []
    wanted = lemmas(begun)
    found = []
    for each in replies:
        starts = each.text.lower().startswith(begun)
        score = (
            1.0 if starts else max(overlap(wanted, lemmas(each.title)), overlap(wanted, lemmas(each.text)))
        )
        if score >= _LEAST_SHARED:
            found.append(Draft("reply", each.title, each.text, score))
    return sorted(found, key=lambda draft: -draft.score)


def best(found: Sequence[Draft], typed: str) -> list[Draft]:
    """The best of all sources, each text once, without what is there already."""
    chosen: dict[str, Draft] = {}
    for draft in sorted(found, key=lambda each: -each.score):
        key = " ".join(draft.text.lower().split())
        if key != " ".join(typed.lower().split()):
            chosen.setdefault(key, draft)
    return list(chosen.values())[:MOST]
