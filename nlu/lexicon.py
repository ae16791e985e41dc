"""Lists of words that tell a mood or a danger, from `nlu/weights/lexicon.yml`."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from nlu.errors import WeightsError

LEXICON = Path(__file__).resolve().parent / "weights" / "lexicon.yml"
KINDS = ("anger", "threat", "distress", "sensitive")


class Lexicon:
    """Finds what was said, by kind."""

    def __init__(self, *, patterns: dict[str, list[str]]) -> None:
        """Each pattern is matched from the beginning of a word."""
        self._compiled = {kind: re.compile(r"\b(?:" + "|".join(patterns[kind]) + ")") for kind in KINDS}

    def find(self, text: str) -> dict[str, list[str]]:
        """Words found of each kind in a text of `for_encoder`'s form; kinds without any are left out."""
        found = {
            kind: [m.group() for m in compiled.finditer(text)] for kind, compiled in self._compiled.items()
        }
        return {kind: words for kind, words in found.items() if words}


def load_lexicon(path: Path = LEXICON) -> Lexicon:
    """Read the lists.

    Raises:
        WeightsError: the file is missing, a kind is, or a pattern is not an expression.
    """
    try:
        return Lexicon(patterns=yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, KeyError, TypeError, re.error) as error:
        raise WeightsError(f"{path}: cannot be read as lists of words") from error
