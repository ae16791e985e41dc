"""Lists of words that tell a mood or a danger, from `nlu/weights/lexicon.yml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from nlu.errors import WeightsError

LEXICON = Path(__file__).resolve().parent / "weights" / "lexicon.yml"
LISTS = ("health", "fear", "legal", "leaving", "despair", "profanity", "repeated", "anger", "temper")
"""Names of the lists, gravest first; each but `temper` is also the name of a kind."""
_MOST = 2
_REST = re.compile(r"\w*")


@dataclass(frozen=True, slots=True)
class Found:
    """What a text holds: words by list, and how often each line of the lists was met, two at most."""

    words: dict[str, list[str]]
    counts: list[float]


class Lexicon:
    """Finds what was said, by list and line."""

    def __init__(self, *, patterns: dict[str, list[str]]) -> None:
        """Each pattern is matched from the beginning of a word."""
        self._lines = [
            (name, re.compile(rf"\b(?:{pattern})")) for name in LISTS for pattern in patterns[name]
        ]

    @property
    def lines(self) -> int:
        """How many numbers `find` counts."""
        return len(self._lines)

    def find(self, text: str) -> Found:
        """What is found in a text of `for_encoder`'s form; lists without any word are left out."""
        words: dict[str, list[str]] = {}
        counts = []
        for name, compiled in self._lines:
            met = [_whole(text, match) for match in compiled.finditer(text)]
            counts.append(float(min(_MOST, len(met))))
            if met:
                words.setdefault(name, []).extend(met)
        return Found(words, counts)


def _whole(text: str, match: re.Match[str]) -> str:
    """What was met, to the end of its last word, so that a person can read it."""
    end = _REST.match(text, match.end())
    return text[match.start() : end.end() if end else match.end()]


def load_lexicon(path: Path = LEXICON) -> Lexicon:
    """Read the lists.

    Raises:
        WeightsError: the file is missing, a list is, or a pattern is not an expression.
    """
    try:
        return Lexicon(patterns=yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, KeyError, TypeError, re.error) as error:
        raise WeightsError(f"{path}: cannot be read as lists of words") from error
