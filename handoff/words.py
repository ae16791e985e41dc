"""The words of the desk, in every language, from `handoff/wording`."""

from __future__ import annotations

from pathlib import Path

from core.web import words
from core.web.words import LANGUAGES, Words

__all__ = ["FOLDER", "LANGUAGES", "Words", "load_words"]

FOLDER = Path(__file__).parent / "wording"


def load_words(folder: Path = FOLDER) -> Words:
    """Read `ru.yml` and `en.yml`.

    Raises:
        WordingError: a file cannot be read, or has a key that the other lacks.
    """
    return words.load_words(folder)
