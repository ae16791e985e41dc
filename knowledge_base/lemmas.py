"""Words of a text as base forms, without those that say nothing."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from core.lemmas import analyzer, lemma
from knowledge_base.text import words

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["content", "is_russian_word", "lemma", "lemmas", "meaning", "stop_words"]


@cache
def stop_words() -> frozenset[str]:
    """Words, Russian and English, that say nothing of what is asked."""
    folder = Path(__file__).parent / "data"
    files = (folder / name for name in ("stop.ru.txt", "stop.en.txt"))
    return frozenset(word for file in files for word in file.read_text(encoding="utf-8").split())


@cache
def _alike() -> dict[str, str]:
    """Words of everyday support talk that mean the same, as base forms: each with the first of its line."""
    file = Path(__file__).parent / "data" / "alike.txt"
    lines = [line.split() for line in file.read_text(encoding="utf-8").splitlines()]
    found: dict[str, str] = {}
    for line in lines:
        for word in line:
            found.setdefault(lemma(word), lemma(line[0]))
    return found


def meaning(form: str) -> str:
    """The base form that stands for all that mean the same, or the form itself."""
    return _alike().get(form, form)


@lru_cache(maxsize=100_000)
def is_russian_word(word: str) -> bool:
    """Whether the dictionary has this very form."""
    return bool(analyzer().word_is_known(word))


def lemmas(text: str) -> list[str]:
    """Base forms of the words of a text, stop words included."""
    return [lemma(word) for word in words(text)]


def content(forms: Iterable[str]) -> list[str]:
    """Without stop words; all of them when nothing else is left."""
    known = stop_words()
    given = list(forms)
    return [form for form in given if form not in known] or given
