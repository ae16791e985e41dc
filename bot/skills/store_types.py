"""Stores, their cities and metro stations."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.skills.hours import Hours
from bot.types import Location


@dataclass(frozen=True, slots=True)
class Names:
    """One name in both languages."""

    ru: str
    en: str

    def of(self, language: str) -> str:
        """The name in a language; Russian where there is no other."""
        return self.en if language == "en" and self.en else self.ru


@dataclass(frozen=True, slots=True)
class City:
    """A city with stores; `centre` is where distances count from when only the city is known."""

    id: str
    names: Names
    aliases: tuple[str, ...]
    centre: Location
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class MetroStation:
    """A metro station near a store."""

    names: Names
    location: Location


@dataclass(frozen=True, slots=True)
class Store:
    """One store."""

    id: str
    city: City
    names: Names
    district: Names
    street: Names
    house: str
    metro: tuple[MetroStation, ...]
    location: Location
    hours: Hours

    def address(self, language: str) -> str:
        """City, street and house."""
        return f"{self.city.names.of(language)}, {self.street.of(language)}, {self.house}"


@dataclass(frozen=True, slots=True)
class StoreList:
    """All stores at one time."""

    cities: tuple[City, ...]
    stores: tuple[Store, ...]
