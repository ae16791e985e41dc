"""Base forms of words: pymorphy3 for Russian, a light suffix stemmer for English."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from knowledge_base.text import words

if TYPE_CHECKING:
    from collections.abc import Iterable

_RU_STOP = frozenset(
    "и в во не что он на я с со как а то все она так его но да ты к у же вы за бы по ее мне было вот от меня "
    "еще нет о из ему теперь когда даже ну ли если уже или ни быть был него до вас нибудь опять уж вам ведь там "
    "потом себя ничего ей может они тут где есть надо ней для мы тебя их чем была сам чтоб без будто чего раз "
    "тоже себе под будет ж тогда кто этот того потому этого какой совсем ним здесь этом один почти мой тем чтобы "
    "нее сейчас были куда зачем всех никогда можно при наконец два об другой хоть после над больше тот через эти "
    "нас про всего них какая много разве эта мою моя свой этой перед иногда лучше чуть том такой им более всегда "
    "конечно всю между это мочь который".split()
)
_EN_STOP = frozenset(
    "a an the and or but if of to in on at by for with from as is are was were be been being am i me my mine we our "
    "you your he him his she her it its they them their this that these those do does did doing have has had "
    "can could will would shall should may might must not no so than then there here what which who whom when where "
    "why how all any some just about into over out up down s t d ll re ve m".split()
)


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
    kept = [form for form in forms if form not in _RU_STOP and form not in _EN_STOP]
    return kept or list(forms)


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
