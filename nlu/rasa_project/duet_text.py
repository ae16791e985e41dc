"""Russian written in Latin letters, and what else a message needs before the encoder reads it.

Standard library only: Rasa's environment and the main one both use it, so that a message looks the same
to the model, to the offline parser and to language detection.
"""

from __future__ import annotations

import re
from pathlib import Path

_WORD = re.compile(r"[a-z']+")
_LATIN = re.compile(r"[A-Za-z]")
_CYRILLIC = re.compile(r"[А-Яа-яЁё]")
_RUN = re.compile(r"(\D)\1{2,}")


def _words(name: str) -> tuple[str, ...]:
    path = Path(__file__).resolve().parent / "words" / name
    return tuple(path.read_text(encoding="utf-8").split())


# Beginnings of words customers of a shop write, four letters or more, or whole short words.
_STEMS = _words("russian_beginnings.txt")
_SHORT = frozenset(_words("russian_short.txt"))
_ENGLISH = frozenset(_words("english_common.txt"))
_ENGLISH_LOOK = re.compile(r"tion|ing$|th|wh|ee|oo|ght|ck|[wxq]")
_PAIRS = (
    ("shch", "щ"), ("sch", "щ"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("ch", "ч"), ("sh", "ш"),
    ("yu", "ю"), ("ju", "ю"), ("iu", "ю"), ("ya", "я"), ("ja", "я"), ("ia", "ия"), ("yo", "ё"), ("jo", "ё"),
    ("ye", "е"), ("ck", "к"), ("ci", "ци"), ("ce", "це"), ("iy", "ий"), ("yy", "ый"), ("yi", "ый"),
)  # fmt: skip
_SINGLE = dict(zip("abcdefghijklmnopqrstuvwxyz'", "абкдефгхийклмнопкрстуввхйзь", strict=True))
_VOWELS = "aeiouy"
_KEYS = dict(zip("qwertyuiop[]asdfghjkl;'zxcvbnm,.`", "йцукенгшщзхъфывапролджэячсмитьбюё", strict=True))


def to_cyrillic(word: str) -> str:
    """One lower-case Latin word by sound, as people type it: `blizhayshiy` becomes `ближайший`."""
    out: list[str] = []
    at = 0
    while at < len(word):
        pair = next(((a, b) for a, b in _PAIRS if word.startswith(a, at)), None)
        if pair is not None:
            out.append(pair[1])
            at += len(pair[0])
            continue
        out.append(_one(word, at))
        at += 1
    return "".join(out)


def _one(word: str, at: int) -> str:
    """`y` is a vowel after a consonant and short i after a vowel; every other letter has one reading."""
    letter = word[at]
    if letter == "y":
        return "й" if at == 0 or word[at - 1] in _VOWELS else "ы"
    return _SINGLE.get(letter, letter)


def from_wrong_layout(text: str) -> str:
    """What was meant when Russian was typed with the English keyboard on: `ghbdtn` becomes `привет`."""
    return "".join(_KEYS.get(letter, letter) for letter in text.lower())


def _known(word: str) -> bool:
    return word in _SHORT or any(word.startswith(stem) for stem in _STEMS)


def _weight(words: list[str]) -> int:
    """Letters of the words that are known to be Russian."""
    return sum(len(word) for word in words if _known(word))


def latin_russian(text: str) -> str:
    """The Cyrillic reading of a text in Latin letters that is Russian; empty when it is not.

    It is taken for Russian when the letters in known Russian words outnumber those in words that are or look
    English, and make up a third of the whole; half of it, if the keyboard was on the wrong layout.
    """
    if _CYRILLIC.search(text) or not _LATIN.search(text):
        return ""
    lowered = text.lower()
    words = _WORD.findall(lowered)
    foreign = [word for word in words if word not in _ENGLISH and not _ENGLISH_LOOK.search(word)]
    total = sum(map(len, words))
    english = total - sum(map(len, foreign))
    sounded = _weight([to_cyrillic(word) for word in foreign])
    if sounded > english and sounded * 3 >= total:
        return _WORD.sub(lambda match: to_cyrillic(match.group()), lowered)
    typed = from_wrong_layout(lowered)
    meant = _weight([word for word in re.findall(r"[а-яё]+", typed) if len(word) > 3])
    return typed if meant > english and meant * 2 >= total else ""


def for_encoder(text: str) -> str:
    """The text as models read it: lower case, Cyrillic for Russian, no runs of one sign, single spaces."""
    lowered = (latin_russian(text) or text).lower()
    return " ".join(_RUN.sub(r"\1\1", lowered).split())
