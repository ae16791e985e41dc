"""Entities by regular expression and lists of places, from the very files Rasa is trained on."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nlu.training_data import TrainingData
from nlu.types import Entity

_WORD = re.compile(r"[\w-]+")
_LONGEST_PLACE_WORDS = 3
_RANK = {name: rank for rank, name in enumerate(("phone", "card_number", "address", "metro", "city"))}


class EntityExtractor:
    """Finds city, address, metro, card_number and phone."""

    def __init__(self, *, data: TrainingData) -> None:
        """Compile the expressions and index the places."""
        self._patterns = [(name, re.compile(text, re.IGNORECASE)) for name, text in data.patterns]
        self._places = dict(data.places)
        self._names = data.names

    def extract(self, text: str) -> tuple[Entity, ...]:
        """Entities in their order, without overlaps; offsets count characters of `text`."""
        return tidy([*self._by_pattern(text), *self._by_place(text)])

    def _by_pattern(self, text: str) -> Iterable[Entity]:
        for name, pattern in self._patterns:
            for match in pattern.finditer(text):
                value = self._names.get(match.group().lower(), match.group())
                yield Entity(name=name, value=value, start=match.start(), end=match.end())

    def _by_place(self, text: str) -> Iterable[Entity]:
        words = [(match.start(), match.end()) for match in _WORD.finditer(text)]
        for first, (start, _) in enumerate(words):
            for _, end in words[first : first + _LONGEST_PLACE_WORDS]:
                found = text[start:end].lower()
                if found in self._places:
                    yield Entity(self._places[found], self._names.get(found, text[start:end]), start, end)


def tidy(entities: Iterable[Entity]) -> tuple[Entity, ...]:
    """Without overlaps (the longest stays, then the more specific), in order, numbers in one form."""
    kept: list[Entity] = []
    for entity in sorted(entities, key=_precedence):
        if all(entity.end <= other.start or entity.start >= other.end for other in kept):
            kept.append(_in_one_form(entity))
    return tuple(sorted(kept, key=lambda entity: entity.start))


def _precedence(entity: Entity) -> tuple[int, int, int]:
    return (entity.start - entity.end, _RANK.get(entity.name, len(_RANK)), entity.start)


def _in_one_form(entity: Entity) -> Entity:
    """Card numbers become digits; phones begin with + and, when Russian, with +7."""
    if entity.name not in ("phone", "card_number"):
        return entity
    digits = re.sub(r"\D", "", entity.value)
    if entity.name == "phone":
        digits = "+" + ("7" + digits[1:] if len(digits) == 11 and digits[0] == "8" else digits)
    return Entity(name=entity.name, value=digits, start=entity.start, end=entity.end)
