"""The words of the desk, in every language: `wording/ru.yml`, and `wording/AREA.ru.yml` of each area."""

from __future__ import annotations

from pathlib import Path

from core.web import words
from core.web.words import LANGUAGES, Words

__all__ = ["FOLDER", "LANGUAGES", "Words", "load_words"]

FOLDER = Path(__file__).parent / "wording"


def load_words(folder: Path = FOLDER) -> Words:
    """Read the words of the desk and its areas.

    Raises:
        core.web.words.WordingError: a file cannot be read, lacks a key, or has one that is taken.
    """
    return words.load_words(folder)
