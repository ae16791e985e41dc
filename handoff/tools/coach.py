"""Expressions to avoid in replies: found by the base forms of their words, never in the way of sending."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

from core.settings import Section
from core.strict_yaml import load_yaml

Lemma = Callable[[str], str]
"""The base form of one lower-case word."""

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_DATA = Path(__file__).parent / "data" / "coach.yml"

Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Expression(BaseModel):
    """What to avoid and what to write instead."""

    model_config = ConfigDict(frozen=True)

    language: Literal["ru", "en"]
    avoid: Phrase
    prefer: Phrase

    @field_validator("avoid")
    @classmethod
    def _has_words(cls, value: str) -> str:
        if not _WORD.search(value):
            raise PydanticCustomError("no_words", "has no words")
        return value


class Coach(BaseModel):
    """The list, and whether it is used."""

    model_config = ConfigDict(frozen=True)

    active: bool = True
    expressions: Annotated[tuple[Expression, ...], Field(max_length=1000)] = ()


@cache
def _shipped() -> Coach:
    return Coach(expressions=tuple(Expression(**each) for each in load_yaml(_DATA.read_text("utf-8"))))


def coach_section() -> Section[Coach]:
    """What leads settled; the shipped list until then."""
    return Section("coach", Coach, _shipped())


@dataclass(frozen=True, slots=True)
class Found:
    """An expression in a text. `start` and `end` count UTF-16 units, as browsers do."""

    start: int
    end: int
    avoid: str
    prefer: str


class Matcher:
    """Finds the expressions of one list; making it costs a few milliseconds, asking it well under one."""

    def __init__(self, expressions: Sequence[Expression], lemma: Lemma) -> None:
        """`lemma` gives base forms; both the list and the texts go through it."""
        self._lemma = lemma
        by_first: dict[str, list[tuple[tuple[str, ...], Expression]]] = {}
        for each in expressions:
            forms = tuple(self._form(word) for word in _WORD.findall(each.avoid))
            by_first.setdefault(forms[0], []).append((forms, each))
        self._by_first: Mapping[str, Sequence[tuple[tuple[str, ...], Expression]]] = {
            # The longest first: "you must not" is said of more words than "you must".
            first: sorted(known, key=lambda pair: -len(pair[0]))
            for first, known in by_first.items()
        }

    def find(self, text: str) -> list[Found]:
        """What should be said otherwise, in the order of the text, without overlaps."""
        words = list(_WORD.finditer(text))
        forms = [self._form(word[0]) for word in words]
        # A full stop between two words parts them; a comma does not ("нет, нельзя").
        joined = [not re.search(r"[.!?;:\n]", text[a.end() : b.start()]) for a, b in pairwise(words)]
        found: list[Found] = []
        place = 0
        while place < len(words):
            hit = self._hit(forms, joined, place)
            if hit is None:
                place += 1
                continue
            size, expression = hit
            start, end = words[place].start(), words[place + size - 1].end()
            prefer = _cased(expression.prefer, text[start])
            found.append(Found(_units(text[:start]), _units(text[:end]), text[start:end], prefer))
            place += size
        return found

    def _hit(self, forms: list[str], joined: list[bool], place: int) -> tuple[int, Expression] | None:
        for pattern, expression in self._by_first.get(forms[place], ()):
            size = len(pattern)
            same = tuple(forms[place : place + size]) == pattern
            if same and all(joined[place : place + size - 1]):
                return size, expression
        return None

    def _form(self, word: str) -> str:
        # Most people write е for ё, and "чем" and "чём" have base forms that differ.
        return self._lemma(word.lower().replace("’", "'").replace("ё", "е"))


def _cased(prefer: str, first: str) -> str:
    return prefer[:1].upper() + prefer[1:] if first.isupper() else prefer


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
