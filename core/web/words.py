"""The words of pages, in every language."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from core.errors import CoreError

LANGUAGES = ("ru", "en")
SHARED = Path(__file__).parent / "wording"
"""Words of the frame that every page stands in."""

Words = Mapping[str, Mapping[str, str]]
"""Language → key such as `list.empty_waiting` → text."""


class WordingError(CoreError):
    """A file with the words of a page cannot be used; the message names the file and the key."""


def load_words(folder: Path) -> Words:
    """Read `ru.yml` and `en.yml`, every `AREA.ru.yml` and `AREA.en.yml` beside them, and the shared words.

    Raises:
        WordingError: a file cannot be read, has a key that the other language lacks, or one that is taken.
    """
    words = {
        language: _load(SHARED / f"{language}.yml") | _merged(folder, language) for language in LANGUAGES
    }
    reference = words[LANGUAGES[0]]
    for language, texts in words.items():
        odd = sorted(set(texts) ^ set(reference))
        if odd:
            raise WordingError(f"{folder / language}.yml: {odd[0]} is not in every language")
    return words


def _merged(folder: Path, language: str) -> dict[str, str]:
    texts = _load(folder / f"{language}.yml")
    for path in sorted(folder.glob(f"*.{language}.yml")):
        more = _load(path)
        twice = sorted(set(texts) & set(more))
        if twice:
            raise WordingError(f"{path}: {twice[0]} is in another file already")
        texts |= more
    return texts


def _load(path: Path) -> dict[str, str]:
    try:
        data = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise WordingError(f"{path}: cannot be read ({type(error).__name__})") from error
    if not isinstance(data, dict):
        raise WordingError(f"{path}: must hold sections such as list: and login:")
    return dict(_flat(data, path, ""))


def _flat(data: Mapping[Any, Any], path: Path, prefix: str) -> list[tuple[str, str]]:
    texts: list[tuple[str, str]] = []
    for name, value in data.items():
        if not isinstance(name, str):
            # YAML reads on, off, yes and no as true and false.
            raise WordingError(f"{path}: the key {prefix}{name} must be a text; put it in quotes")
        key = f"{prefix}{name}"
        if isinstance(value, dict):
            texts += _flat(value, path, f"{key}.")
        elif isinstance(value, str):
            texts.append((key, value))
        else:
            raise WordingError(f"{path}: {key} must be a text; put it in quotes")
    return texts
