"""Bringing a message to the form models read."""

from __future__ import annotations

import re

from nlu.rasa_project.duet_text import for_encoder, latin_russian

__all__ = ["blank", "capped", "for_encoder", "latin_russian"]

_LETTER_OR_DIGIT = re.compile(r"[^\W_]")


def blank(text: str) -> bool:
    """True when there is no letter or digit: empty, emoji, signs only."""
    return _LETTER_OR_DIGIT.search(text) is None


def capped(text: str, max_chars: int) -> str:
    """At most `max_chars` characters from the beginning, so that offsets stay true in the original."""
    return text[:max_chars]


def has_letters(text: str) -> bool:
    """Whether there is a letter of any alphabet: without one there are no words to understand."""
    return any(letter.isalpha() for letter in text)
