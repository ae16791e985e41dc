"""Which of the two languages a message is in."""

from __future__ import annotations

import re
from typing import Literal

from nlu.normalise import latin_russian

Language = Literal["ru", "en"]

_CYRILLIC = re.compile(r"[А-Яа-яЁё]")
_LATIN = re.compile(r"[A-Za-z]")
_INTERNATIONAL = frozenset(
    {"ok", "okay", "lol", "qr", "sms", "iphone", "android", "wifi", "ip", "id", "vip", "visa"}
)


def detect_language(text: str, *, default: str) -> str:
    """`ru` or `en`; `default` when the message has no letters to tell by.

    Cyrillic wins as soon as it holds a third of the letters: names of products and shops are often Latin in
    a Russian sentence, the other way round is rare. Russian in Latin letters is Russian.
    """
    cyrillic = len(_CYRILLIC.findall(text))
    latin = len(_LATIN.findall(text))
    if cyrillic == latin == 0:
        return default
    if cyrillic * 2 >= latin:
        return "ru"
    return "ru" if latin_russian(text) else _latin(text, default)


def _latin(text: str, default: str) -> str:
    """A lone short word such as `ok` or `iPhone` says nothing of the language."""
    words = re.findall(r"[A-Za-z]+", text)
    return default if len(words) == 1 and words[0].lower() in _INTERNATIONAL else "en"
