"""The words customers read, loaded from `ru.yml` and `en.yml` so that they change without code."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from bot import formats
from core.errors import ConfigError
from core.strict_yaml import load_yaml

LANGUAGES = ("ru", "en")


@dataclass(frozen=True, slots=True)
class Texts:
    """Every text in every language; built by `load_texts`, which has checked it.

    `default_language` stands in for a language there are no words in.
    """

    words: Mapping[str, Mapping[str, str]]
    default_language: str

    def say(self, key: str, language: str, /, **values: object) -> str:
        """The text of a key with its placeholders filled in.

        Raises:
            KeyError: no such key, or a placeholder without a value (a fault of the program, not of a file).
        """
        return self._words(language)[key].format_map(values)

    def section(self, prefix: str, language: str) -> dict[str, str]:
        """All texts under `prefix.`, by the rest of their keys; for a page that fills them in itself."""
        start = f"{prefix}."
        return {
            key[len(start) :]: text for key, text in self._words(language).items() if key.startswith(start)
        }

    def count(self, noun: str, language: str, number: int) -> str:
        """A number with its noun in the right form: `5 баллов`, `1 point`."""
        known = self._known(language)
        form = self.words[known][f"plural.{noun}.{formats.plural_form(known, number)}"]
        return f"{formats.grouped(known, number)} {form}"

    def money(self, language: str, kopecks: int) -> str:
        """An amount: `1 234,50 ₽` (no-break space between thousands), `₽1,234.50`."""
        return self.say("format.money", language, amount=formats.roubles(self._known(language), kopecks))

    def distance(self, language: str, metres: float) -> str:
        """A distance: `350 м`, `1,2 км`, `15 км`."""
        far, number = formats.distance(self._known(language), metres)
        return self.say("format.kilometres" if far else "format.metres", language, number=number)

    def day(self, language: str, day: date) -> str:
        """A date: `5 марта 2027`, `5 March 2027`."""
        month = self.say("format.months", language).split()[day.month - 1]
        return self.say("format.date", language, day=day.day, month=month, year=day.year)

    def weekday(self, language: str, day: date) -> str:
        """When, by weekday: `во вторник`, `on Tuesday`."""
        return self.say("format.weekdays", language).split("|")[day.weekday()]

    def duration(self, language: str, seconds: float) -> str:
        """A wait, rounded up to a minute: `2 минуты`, `1 hour 5 minutes`."""
        hours, minutes = formats.hours_and_minutes(seconds)
        parts = [("hours", hours), ("minutes", minutes)]
        return " ".join(self.count(noun, language, number) for noun, number in parts if number)

    def _known(self, language: str) -> str:
        return language if language in self.words else self.default_language

    def _words(self, language: str) -> Mapping[str, str]:
        return self.words[self._known(language)]


def load_texts(folder: Path, *, default_language: str = "ru") -> Texts:
    """Read and check both files of a wording folder.

    Raises:
        ConfigError: one line that names the file and the key: a file cannot be read, a key or a placeholder
            is in one language only, a text is empty or a placeholder is not a plain name.
    """
    words = {language: _read(folder / f"{language}.yml") for language in LANGUAGES}
    _check_plurals(folder, words)
    _check_same(folder, words)
    return Texts(words=words, default_language=default_language)


def _read(path: Path) -> dict[str, str]:
    try:
        raw = load_yaml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        line = " ".join(str(error).split())
        raise ConfigError(f"{path}: is not valid YAML: {line}") from error
    if not isinstance(raw, dict):
        raise ConfigError(f"{path}: must hold sections such as greeting: and button:")
    words: dict[str, str] = {}
    _flatten(path, "", raw, words)
    return words


def _flatten(path: Path, prefix: str, raw: Mapping[object, object], words: dict[str, str]) -> None:
    for name, value in raw.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict):
            _flatten(path, f"{key}.", value, words)
        elif isinstance(value, str) and value.strip():
            words[key] = value
            _placeholders(path, key, value)
        else:
            raise ConfigError(f"{path}: {key} must be a text that is not empty (put it in quotes)")


def _placeholders(path: Path, key: str, text: str) -> frozenset[str]:
    """Names in braces; only plain ones, since `{a.b}` or `{a!r}` would reach into the program."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError as error:
        raise ConfigError(f"{path}: {key} has an unpaired brace ({error})") from error
    for _, name, spec, conversion in parts:
        if name is not None and (not name.isidentifier() or spec or conversion):
            raise ConfigError(f"{path}: {key} has a placeholder {{{name}}} that is not a plain name")
    return frozenset(name for _, name, _, _ in parts if name is not None)


def _check_plurals(folder: Path, words: dict[str, dict[str, str]]) -> None:
    for language in LANGUAGES:
        forms = formats.PLURAL_FORMS[language]
        nouns = {_noun(key) for key in words[language] if key.startswith("plural.")}
        needed = {f"plural.{noun}.{form}" for noun in nouns for form in forms}
        there = {key for key in words[language] if key.startswith("plural.")}
        if wrong := sorted(needed ^ there):
            path = folder / f"{language}.yml"
            raise ConfigError(f"{path}: {wrong[0]}: a plural needs exactly the forms {', '.join(forms)}")


def _noun(key: str) -> str:
    return key.split(".")[1]


def _comparable(words: Mapping[str, str]) -> dict[str, str]:
    """Keys to compare across languages, to the key that holds them; plural forms differ by language."""
    return {f"plural.{_noun(key)}" if key.startswith("plural.") else key: key for key in words}


def _check_same(folder: Path, words: dict[str, dict[str, str]]) -> None:
    for language, other in (LANGUAGES, reversed(LANGUAGES)):
        path, there = folder / f"{language}.yml", _comparable(words[language])
        for key in _comparable(words[other]):
            if key not in there:
                raise ConfigError(f"{path}: missing key {key}, which {other}.yml has")
    for key, text in words["ru"].items():
        if not key.startswith("plural."):
            _check_placeholders(folder, key, text, words["en"][key])


def _check_placeholders(folder: Path, key: str, russian: str, english: str) -> None:
    names = {
        "ru": _placeholders(folder / "ru.yml", key, russian),
        "en": _placeholders(folder / "en.yml", key, english),
    }
    for language, other in (LANGUAGES, reversed(LANGUAGES)):
        if lost := sorted(names[other] - names[language]):
            path = folder / f"{language}.yml"
            raise ConfigError(f"{path}: {key} lacks the placeholder {{{lost[0]}}}, which {other}.yml has")
