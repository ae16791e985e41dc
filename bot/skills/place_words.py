"""Words of place names: their inflected forms, their spelling in Latin letters, and near misses."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

_TOKEN = re.compile(r"\d+|[a-zа-я]+(?:-[a-zа-я]+)*")
_CYRILLIC = re.compile(r"[а-я]")

_RUSSIAN_LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_IN_LATIN = "a,b,v,g,d,e,e,zh,z,i,y,k,l,m,n,o,p,r,s,t,u,f,kh,ts,ch,sh,shch,,y,,e,yu,ya"
_LATIN = dict(zip(_RUSSIAN_LETTERS, _IN_LATIN.split(","), strict=True))
# Ways to write one Russian sound in Latin letters, brought to one; longer ones first.
_SOUNDS = (
    ("shch", "w"), ("sch", "w"), ("sh", "w"), ("zh", "w"), ("ch", "#"), ("kh", "h"), ("ts", "%"), ("tz", "%"),
    ("ya", "a"), ("ia", "a"), ("ja", "a"), ("yu", "u"), ("iu", "u"), ("ju", "u"), ("yo", "e"), ("jo", "e"),
    ("ye", "e"), ("je", "e"), ("ie", "e"), ("x", "ks"), ("ck", "k"), ("c", "k"), ("j", "i"), ("y", "i"),
)  # fmt: skip
_REPEATED = re.compile(r"(.)\1+")


@cache
def analyzer() -> Any:
    """The Russian dictionary, loaded at first use (0.1 s)."""
    import pymorphy3

    return pymorphy3.MorphAnalyzer()


def normal(text: str) -> str:
    """Lower case, ё as е."""
    return text.lower().replace("ё", "е")


def tokens(text: str) -> list[str]:
    """Words and numbers; a hyphenated word comes as one."""
    return _TOKEN.findall(normal(text))


def is_cyrillic(word: str) -> bool:
    """Whether a word is written in Russian letters."""
    return bool(_CYRILLIC.search(word))


def sound(word: str) -> str:
    """What a word sounds like, whichever letters it is in: `тверская`, `tverskaya`, `tverskaja` are one."""
    latin = "".join(_LATIN.get(letter, letter) for letter in normal(word))
    for spelling, one in _SOUNDS:
        latin = latin.replace(spelling, one)
    return _REPEATED.sub(r"\1", latin)


def forms(word: str) -> set[str]:
    """A word in every case, in its own gender and number."""
    found = {normal(word)}
    for parse in analyzer().parse(normal(word)):
        if "nomn" not in parse.tag:
            continue  # a genitive such as Ленина or Мира stays as it is
        gender, number = parse.tag.gender, parse.tag.number
        for form in parse.lexeme:
            if form.tag.number in (number, None) and gender in (form.tag.gender, None):
                found.add(normal(form.word))
    return found


def is_known(word: str) -> bool:
    """Whether the dictionary has a word, so that it is not somebody's misspelling."""
    return bool(analyzer().word_is_known(word))


def is_geographic(word: str) -> bool:
    """Whether a word names some place on earth, ours or not."""
    likeliest = analyzer().parse(word)[0]
    return "Geox" in likeliest.tag and likeliest.is_known


def is_common(word: str) -> bool:
    """Whether a word has an everyday meaning besides being part of a name.

    Names of places and people have none; nor do adjectives in -ская, which Russian makes of places.
    """
    if not is_cyrillic(word):
        return not word.isalpha()
    parses = [parse for parse in analyzer().parse(word) if parse.is_known]
    if any(parse.tag.POS == "ADJF" for parse in parses):
        return not re.search(r"ск(ая|ий|ой|ое|ого|ом|ую)$", word)
    proper = {"Geox", "Surn", "Name", "Patr", "Orgn"}
    return bool(parses) and not any(proper & set(parse.tag.grammemes) for parse in parses)


class Vocabulary:
    """Finds which words of place names a customer's word may stand for."""

    def __init__(self, words: Iterable[str]) -> None:
        self._written: dict[str, set[str]] = defaultdict(set)
        self._sounds: dict[str, set[str]] = defaultdict(set)
        for word in words:
            for form in forms(word) if is_cyrillic(word) else {word}:
                self._written[form].add(word)
                self._sounds[sound(form)].add(word)

    def exact(self, token: str) -> set[str]:
        """Words of which a token is a form, in Russian or Latin letters."""
        if is_cyrillic(token) or token.isdigit():
            return self._written.get(token, set())
        return self._written.get(token, set()) | self._sounds.get(sound(token), set())

    def near(self, token: str) -> set[str]:
        """Words of which a token is likely a misspelling."""
        if token.isdigit() or (is_cyrillic(token) and is_known(token)):
            return set()
        spoken = not is_cyrillic(token)
        known, asked = (self._sounds, sound(token)) if spoken else (self._written, token)
        limit = _allowed_edits(asked)
        if not limit:
            return set()
        hits = process.extract(asked, known.keys(), scorer=OSA.distance, score_cutoff=limit, limit=None)
        best = min((distance for _, distance, _ in hits), default=0)
        near = [form for form, distance, _ in hits if distance == best and _same_start(form, asked, best)]
        return set().union(*(known[form] for form in near))


def _allowed_edits(word: str) -> int:
    """Slips (insertions, deletions, swaps, changes) a word of this length may hold; set by the tests."""
    if len(word) < 5:
        return 0
    return 1 if len(word) < 9 else 2


def _same_start(form: str, asked: str, distance: int) -> bool:
    """Two slips are believed only where the first letter is right."""
    return distance < 2 or form[0] == asked[0]
