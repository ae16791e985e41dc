"""Plain text work shared by index and queries: tidying, words, language."""

from __future__ import annotations

import re
import unicodedata

_URL = re.compile(r"(https?://|www\.)\S+", re.IGNORECASE)
_WORD = re.compile(r"[a-zа-яё]+(?:-[a-zа-яё]+)*|\d+", re.IGNORECASE)
_HIDDEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)


def tidy(text: str) -> str:
    """One line: no addresses, no invisible characters, single spaces, `ё` kept."""
    plain = unicodedata.normalize("NFKC", text)
    return " ".join(_URL.sub(" ", _HIDDEN.sub("", plain)).split())


def words(text: str) -> list[str]:
    """Lower-case words and numbers, `ё` as `е`."""
    return _WORD.findall(text.lower().replace("ё", "е"))


def language_of(text: str, default: str = "ru") -> str:
    """`ru` or `en` by the letters; `default` where there are none."""
    cyrillic, latin = len(_CYRILLIC.findall(text)), len(_LATIN.findall(text))
    if cyrillic == latin == 0:
        return default
    return "ru" if cyrillic >= latin else "en"
