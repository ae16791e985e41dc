"""Base forms of words: pymorphy3 for Russian, a light suffix stemmer for English."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge_base.text import words

if TYPE_CHECKING:
    from collections.abc import Iterable


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


@cache
def _analyzer() -> Any:
    import pymorphy3

    return pymorphy3.MorphAnalyzer(lang="ru")


@lru_cache(maxsize=100_000)
def lemma(word: str) -> str:
    """Base form of one lower-case word; parts of a hyphenated word stay together."""
    if "а" <= word[:1] <= "я" or word[:1] == "ё":
        return str(_analyzer().parse(word)[0].normal_form).replace("ё", "е")
    return _stem(word)


@lru_cache(maxsize=100_000)
def is_russian_word(word: str) -> bool:
    """Whether the dictionary has this very form."""
    return bool(_analyzer().word_is_known(word))


def lemmas(text: str) -> list[str]:
    """Base forms of the words of a text, stop words included."""
    return [lemma(word) for word in words(text)]


def content(forms: Iterable[str]) -> list[str]:
    """Without stop words; all of them when nothing else is left."""
    known = stop_words()
    given = list(forms)
    return [form for form in given if form not in known] or given


def _stem(word: str) -> str:
    """Strip the commonest English endings (after the S-stemmer of Harman 1991, plus -ed and -ing)."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("es") and word[-3] in "sxz":
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and word[-2] not in "su":
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            root = word[: -len(ending)]
            root = root[:-1] if len(root) > 3 and root[-1] == root[-2] and root[-1] not in "lsz" else root
            return root.rstrip("e") if len(root) > 3 else root
    return word.rstrip("e") if len(word) > 4 else word
