"""Messages typed in the other keyboard layout or in Latin letters, turned back; only where words come out."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from knowledge_base.lemmas import is_russian_word, stop_words
from knowledge_base.text import words

LEAST_KNOWN = 0.6
"""Share of the longer words that must come out as dictionary words; short ones come out by chance."""
LEAST_LETTERS = 3

_LATIN_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_RUSSIAN_KEYS = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_TO_RUSSIAN = str.maketrans(
    _LATIN_KEYS + _LATIN_KEYS.upper() + '{}:"<>~', _RUSSIAN_KEYS + _RUSSIAN_KEYS.upper() + "ХЪЖЭБЮЁ"
)
_TO_LATIN = str.maketrans(_RUSSIAN_KEYS + _RUSSIAN_KEYS.upper(), _LATIN_KEYS + _LATIN_KEYS.upper())

_SOUNDS = (
    ("shch", "щ"), ("sch", "щ"), ("sh", "ш"), ("ch", "ч"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"),
    ("yu", "ю"), ("ju", "ю"), ("iu", "ю"), ("ya", "я"), ("ja", "я"), ("ia", "ия"), ("yo", "ё"),
    ("jo", "ё"), ("ye", "е"), ("iy", "ий"), ("yy", "ый"), ("yi", "ый"), ("4", "ч"), ("6", "ш"),
    ("a", "а"), ("b", "б"), ("v", "в"), ("w", "в"), ("g", "г"), ("d", "д"), ("e", "е"), ("z", "з"),
    ("i", "и"), ("j", "й"), ("k", "к"), ("l", "л"), ("m", "м"), ("n", "н"), ("o", "о"), ("p", "п"),
    ("r", "р"), ("s", "с"), ("t", "т"), ("u", "у"), ("f", "ф"), ("h", "х"), ("x", "х"), ("c", "ц"),
    ("q", "к"), ("'", "ь"),
)  # fmt: skip
_END = re.compile(r"(\S*?)([,.;]*(?:\s+|$))")
_ENGLISH_SPELLING = re.compile(
    r"[wqx]|th|ck|ee|oo|gh|ea|ou|ing$|tion|[a-z]{2}[bcdfgklmnprstvz]e$|[^aeiouy]y$"
)
_SOFT = "лнтсрдзмв"
_VOWELS = "аеёиоуыэюя"
_LATIN_WORD = re.compile(r"[a-z46'][a-z46']*", re.IGNORECASE)
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)


def repair(text: str) -> str:
    """The message as it was meant; unchanged where that is not plain."""
    if not _CYRILLIC.search(text) and _LATIN.search(text):
        if _english_share(text) >= 1 - LEAST_KNOWN:
            return text
        by_sound = "" if _looks_english(text) else _if_russian(_transliterate(text))
        return _if_russian(_retype(text)) or by_sound or text
    if not _LATIN.search(text) and _CYRILLIC.search(text) and not _if_russian(text, least=0.3):
        latin = text.translate(_TO_LATIN)
        return latin if _english_share(latin) >= LEAST_KNOWN else text
    return text


def _if_russian(text: str, least: float = LEAST_KNOWN) -> str:
    """The text where enough of its longer words are Russian, else empty."""
    return text if _share(text, is_russian_word) >= least else ""


def _english_share(text: str) -> float:
    return _share(text, lambda word: word in _english(), letters=2)


def _share(text: str, known: Callable[[str], bool], letters: int = LEAST_LETTERS) -> float:
    found = [word for word in words(text) if len(word) >= letters and word.isalpha()]
    return sum(known(word) for word in found) / len(found) if found else 0.0


@cache
def _english() -> frozenset[str]:
    """Common English words; those that are also Russian words in Latin letters are left out."""
    folder = Path(__file__).parent / "data"
    files = (folder / name for name in ("common.en.txt", "everyday.en.txt"))
    listed = {word for file in files for word in words(file.read_text(encoding="utf-8"))}
    both = {"a", "i", "on", "no", "do", "to", "so", "me", "u", "s", "k", "v", "ok"}
    return (frozenset(listed) | stop_words()) - both


def _looks_english(text: str) -> bool:
    """Whether a third of the longer words are spelt as Russian ones in Latin letters never are."""
    found = [word for word in words(text) if len(word) >= LEAST_LETTERS]
    return 3 * sum(bool(_ENGLISH_SPELLING.search(word)) for word in found) >= max(len(found), 1)


def _retype(text: str) -> str:
    """The same keys in the Russian layout; a comma or full stop at a word's end stays one."""
    return _END.sub(lambda match: match[1].translate(_TO_RUSSIAN) + match[2], text)


def _transliterate(text: str) -> str:
    return _LATIN_WORD.sub(lambda match: _word(match[0].lower()), text)


def _word(latin: str) -> str:
    if latin.isdigit():
        return latin
    done = ""
    while latin:
        if latin[0] == "y" and not latin.startswith(("yu", "ya", "yo", "ye", "yy", "yi")):
            done += "й" if done[-1:] and done[-1] in _VOWELS else "ы"
            latin = latin[1:]
            continue
        sound, letter = next(((a, b) for a, b in _SOUNDS if latin.startswith(a)), (latin[0], latin[0]))
        done += letter
        latin = latin[len(sound) :]
    return done if is_russian_word(done) else _mended(done)


def _mended(word: str) -> str:
    """With the `й` or `ь` that people leave out when they write in Latin letters, where that makes a word."""
    short = (word[:at] + "й" + word[at + 1 :] for at in range(1, len(word)) if _is_short_i(word, at))
    soft = (word[:at] + "ь" + word[at:] for at in range(2, len(word) + 1) if word[at - 1] in _SOFT)
    return next((fixed for fixed in (*short, *soft) if is_russian_word(fixed)), word)


def _is_short_i(word: str, at: int) -> bool:
    return word[at] == "и" and word[at - 1] in _VOWELS
