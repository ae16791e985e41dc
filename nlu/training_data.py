"""The Rasa project's data, read for the offline parser: one source of phrases, patterns and places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from nlu.errors import WeightsError

DATA = Path(__file__).resolve().parent / "rasa_project" / "data"
_MARKED = re.compile(r"\[([^\]]*)\]\(\w+\)")


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Phrases with their intents; regular expressions, places and their names by entity."""

    phrases: tuple[tuple[str, str], ...]
    patterns: tuple[tuple[str, str], ...]
    places: tuple[tuple[str, str], ...]
    names: dict[str, str]


def read_training_data(folder: Path = DATA) -> TrainingData:
    """Read every `*.yml` below a folder.

    Raises:
        WeightsError: the folder holds no phrases, or a file is not Rasa's YAML.
    """
    sections = list(_sections(folder))
    phrases = [(_MARKED.sub(r"\1", text), item["intent"]) for item, text in _lines(sections, "intent")]
    if not phrases:
        raise WeightsError(f"{folder}: no training phrases")
    return TrainingData(
        phrases=tuple(phrases),
        patterns=tuple((item["regex"], text) for item, text in _lines(sections, "regex")),
        places=tuple((text.lower(), item["lookup"]) for item, text in _lines(sections, "lookup")),
        names={text.lower(): item["synonym"] for item, text in _lines(sections, "synonym")},
    )


def _sections(folder: Path) -> Iterator[dict[str, Any]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in sorted(folder.rglob("*.yml")):
        try:
            content = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - both are safe
            yield from content["nlu"]
        except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
            raise WeightsError(f"{path}: cannot be read as training data") from error


def _lines(sections: list[dict[str, Any]], key: str) -> Iterator[tuple[dict[str, Any], str]]:
    for item in sections:
        if key in item:
            for line in item["examples"].splitlines():
                yield item, line.removeprefix("- ")
