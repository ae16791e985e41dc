"""Which city, district, street or metro station of our store list a message names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.skills import place_words
from bot.skills.place_cues import GENERIC, METRO, OPTIONAL, PREPOSITIONS, ROAD_OF, SILENT, PlaceKind
from bot.skills.store_types import Names, Store, StoreList
from bot.types import Location

_ORDINAL = re.compile(r"\b\d+(-[а-я]{1,2}|st|nd|rd|th)\b")
_MOSCOW_TIME = re.compile(r"\bпо (московскому|мск)( времени)?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """Something that stores stand at; `point` is where distances count from."""

    kind: PlaceKind
    city: str
    names: Names
    point: Location
    stores: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way to name a place: the words that must be there, and the kind of road it is, if any."""

    place: Place
    words: tuple[str, ...]
    road: str
    needs_cue: bool


@dataclass(frozen=True, slots=True)
class Match:
    """A pattern found in a message at the `positions` of its words; `exact` is False for a misspelling."""

    pattern: Pattern
    positions: tuple[int, ...]
    exact: bool

    @property
    def place(self) -> Place:
        """What was named."""
        return self.pattern.place


def places_of(stores: StoreList) -> list[Place]:
    """Every place of a list: its cities, and the districts, streets and stations of each city."""
    found = [
        Place("city", city.id, city.names, city.centre, sum(store.city is city for store in stores.stores))
        for city in stores.cities
    ]
    districts: dict[tuple[str, Names], list[Store]] = defaultdict(list)
    streets: dict[tuple[str, Names], list[Store]] = defaultdict(list)
    stations: dict[tuple[str, Names], tuple[Location, int]] = {}
    for store in stores.stores:
        districts[store.city.id, store.district].append(store)
        streets[store.city.id, store.street].append(store)
        for station in store.metro:
            key = (store.city.id, station.names)
            stations[key] = (station.location, stations.get(key, (station.location, 0))[1] + 1)
    found += _grouped("district", districts)
    found += _grouped("street", streets)
    found += [Place("metro", city, names, at, count) for (city, names), (at, count) in stations.items()]
    return found


def _grouped(kind: PlaceKind, groups: dict[tuple[str, Names], list[Store]]) -> list[Place]:
    return [
        Place(kind, city, names, _middle(stores), len(stores))
        for (city, names), stores in groups.items()
        if names.ru
    ]


def _middle(stores: Sequence[Store]) -> Location:
    return Location(
        lat=sum(store.location.lat for store in stores) / len(stores),
        lon=sum(store.location.lon for store in stores) / len(stores),
    )


class PlaceIndex:
    """All places of one store list, ready to be looked up; built in about 0.2 s."""

    def __init__(self, stores: StoreList) -> None:
        aliases = {city.id: city.aliases for city in stores.cities}
        self._patterns = [
            pattern for place in places_of(stores) for pattern in _patterns(place, aliases[place.city])
        ]
        words = {word for pattern in self._patterns for word in pattern.words}
        self._vocabulary = place_words.Vocabulary(words)

    def find(self, text: str) -> list[Match]:
        """Places a message names, each of its words read as the longest name it fits."""
        asked = _split(text)
        read = [self._read(token) for token in asked]
        matches = [match for pattern in self._patterns if (match := _match(pattern, read))]
        sure = {at for match in matches if not match.pattern.needs_cue for at in match.positions}
        return _best(
            match for match in matches if not match.pattern.needs_cue or _has_cue(match, asked, sure)
        )

    def _read(self, token: str) -> tuple[set[str], bool]:
        """Words of names a token stands for, and whether it is spelt right."""
        if exact := self._vocabulary.exact(token):
            return exact, True
        if token in GENERIC or token in SILENT or token in PREPOSITIONS:
            return set(), True
        return self._vocabulary.near(token), False


def looks_like_answer(text: str) -> bool:
    """Whether a message may be an answer to "where": up to three words, with "street" or no everyday ones."""
    asked = _split(text)
    named = [token for token in asked if not _says_nothing(token)]
    if not 1 <= len(named) <= 3:
        return False
    return any(token in GENERIC for token in asked) or all(
        place_words.is_cyrillic(token) and not place_words.is_common(token) for token in named
    )


def _says_nothing(token: str) -> bool:
    return token in SILENT or token in PREPOSITIONS or token in GENERIC or token.isdigit()


def looks_like_place(text: str) -> bool:
    """Whether a message seems to name a place, known to us or not."""
    asked = _split(text)
    return any(token in METRO or token in ROAD_OF for token in asked if len(token) > 2) or any(
        place_words.is_geographic(token) for token in asked if place_words.is_cyrillic(token)
    )


def _split(text: str) -> list[str]:
    """Tokens, hyphenated words taken apart unless they are a shorthand such as `пр-т`."""
    found: list[str] = []
    for token in place_words.tokens(_MOSCOW_TIME.sub(" ", text)):
        found += [token] if token in GENERIC else token.split("-")
    return found


def _patterns(place: Place, aliases: tuple[str, ...]) -> list[Pattern]:
    """The ways to name a place; an English name stands on its own as far as the Russian one does."""
    russian = _pattern(place, place.names.ru)
    names = {place.names.en} | set(aliases if place.kind == "city" else ())
    others = [_pattern(place, name) for name in names if name]
    if russian.needs_cue:
        others = [
            pattern if place_words.is_cyrillic(pattern.words[0]) else replace(pattern, needs_cue=True)
            for pattern in others
        ]
    return [russian, *others]


def _pattern(place: Place, name: str) -> Pattern:
    asked = _split(_ORDINAL.sub(" ", name))
    road = next((ROAD_OF[token] for token in asked if token in ROAD_OF), "")
    core = [token for token in asked if token not in GENERIC] or asked
    words = [token for token in core if token not in OPTIONAL] or core
    return Pattern(place, tuple(words), road, needs_cue=_needs_cue(place, words))


def _needs_cue(place: Place, words: list[str]) -> bool:
    """Names made of everyday words, with numbers, or of districts called by an adjective (Советский)."""
    if place.kind == "district" and words[-1].endswith(("ый", "ий", "ой", "y")):
        return True
    return any(word.isdigit() for word in words) or all(place_words.is_common(word) for word in words)


def _match(pattern: Pattern, read: list[tuple[set[str], bool]]) -> Match | None:
    positions: list[int] = []
    for word in pattern.words:
        at = next((i for i, (words, _) in enumerate(read) if word in words and i not in positions), None)
        if at is None:
            return None
        positions.append(at)
    if max(positions) - min(positions) >= len(positions) + 2:
        return None
    return Match(pattern, tuple(sorted(positions)), exact=all(read[at][1] for at in positions))


def _has_cue(match: Match, asked: list[str], sure: set[int]) -> bool:
    """Whether words around say that a place is meant, or nothing but names of places was written.

    `sure` are the positions of names that need no cue.
    """
    pattern, positions = match.pattern, match.positions
    first, last = min(positions), max(positions)
    if any(token in GENERIC for token in asked[max(0, first - 2) : last + 2]):
        return True
    numbered = any(word.isdigit() for word in pattern.words)
    before = asked[first - 1] if first else ""
    if before in PREPOSITIONS and not numbered and pattern.place.kind != "district":
        return True
    rest = (token for at, token in enumerate(asked) if at not in positions and at not in sure)
    quiet = PREPOSITIONS if pattern.place.kind == "district" else SILENT | PREPOSITIONS
    return all(token in quiet or token.isdigit() for token in rest)


def _best(matches: Iterable[Match]) -> list[Match]:
    """Without those whose words another match reads better: as a longer name, or as one spelt right."""
    ranked = sorted(matches, key=lambda match: (-len(match.positions), not match.exact))
    kept: list[Match] = []
    for match in ranked:
        if not any(_beats(other, match) for other in kept):
            kept.append(match)
    return kept


def _beats(other: Match, match: Match) -> bool:
    if not set(match.positions) & set(other.positions):
        return False
    longer = len(other.positions) > len(match.positions)
    return longer or (other.exact and not match.exact)
