"""Base forms of words: pymorphy3 for Russian, a light suffix stemmer for English."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any


@cache
def analyzer() -> Any:
    """The Russian dictionary; loading it takes about a second, so only the first word asks for it."""
    import pymorphy3

    return pymorphy3.MorphAnalyzer(lang="ru")


@lru_cache(maxsize=100_000)
def lemma(word: str) -> str:
    """Base form of one lower-case word; parts of a hyphenated word stay together."""
    if "а" <= word[:1] <= "я" or word[:1] == "ё":
        return str(analyzer().parse(word)[0].normal_form).replace("ё", "е")
    return _stem(word)


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
