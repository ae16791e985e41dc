"""From the places a message names to the one that is meant, or to the question which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.skills.place_cues import DISTRICT, METRO, ROAD_OF, PlaceKind
from bot.skills.place_words import tokens
from bot.skills.places import Match, Place, PlaceIndex

_ORDER: tuple[PlaceKind, ...] = ("street", "metro", "district", "city")
"""What is meant where a name is several things in one city: Тверская is more often the street."""


@dataclass(frozen=True, slots=True)
class Found:
    """The place that is meant; `elsewhere`: a finer place was named that this city does not have."""

    place: Place
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A name found in several cities; one place a city."""

    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class NotFound:
    """Nothing of the store list was named."""


Choice = Found | Ambiguous | NotFound


def choose(index: PlaceIndex, text: str, *, city: str = "") -> Choice:
    """What a message means; `city` (id) is the customer's answer to the question which city."""
    matches = index.find(text)
    cities = [match.place for match in matches if match.place.kind == "city"]
    finer = _as_called([match for match in matches if match.place.kind != "city"], tokens(text))
    wanted = {city} if city else {place.city for place in cities}
    here = [match for match in finer if not wanted or match.place.city in wanted]
    if here:
        return _one_a_city(here)
    if cities:
        return Found(cities[0], elsewhere=bool(finer))
    return NotFound()


def _as_called(matches: Sequence[Match], asked: Sequence[str]) -> list[Match]:
    """Only stations where "metro" stands beside, only squares where "square" does, and so on."""
    roads = {ROAD_OF[token] for token in asked if token in ROAD_OF} - {"улица"}
    for fits in (
        [match for match in matches if match.place.kind == "metro" and METRO.intersection(asked)],
        [match for match in matches if match.place.kind == "district" and DISTRICT.intersection(asked)],
        [match for match in matches if match.pattern.road in roads],
        [match for match in matches if match.place.kind == "street" and "улица" in _roads(asked)],
    ):
        if fits:
            return fits
    return list(matches)


def _roads(asked: Sequence[str]) -> set[str]:
    return {ROAD_OF[token] for token in asked if token in ROAD_OF}


def _one_a_city(matches: Sequence[Match]) -> Found | Ambiguous:
    best: dict[str, Match] = {}
    for match in sorted(matches, key=_rank):
        best.setdefault(match.place.city, match)
    places = tuple(match.place for match in best.values())
    return Found(places[0]) if len(places) == 1 else Ambiguous(places)


def _rank(match: Match) -> tuple[int, bool, int, int]:
    """The longest name first, then one spelt right, then by kind, then the one with more stores."""
    place = match.place
    return (-len(match.positions), not match.exact, _ORDER.index(place.kind), -place.stores)
