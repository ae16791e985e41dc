"""Bodies of the loyalty and store service as they travel, checked and turned into our values."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, Field, field_validator

from bot.skills.hours import DAY_MIN, Hours, Span
from bot.skills.loyalty_types import CardActivated, CardStatus, LoyaltyAccount, NextExpiry
from bot.skills.store_types import City, MetroStation, Names, Store, StoreList
from bot.types import Location

Latitude = Annotated[float, Field(ge=-85, le=85)]  # beyond, Redis GEO has no cells
Longitude = Annotated[float, Field(ge=-180, le=180)]
ClockTime = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]
SpanWire = tuple[ClockTime, ClockTime] | None
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class ErrorWire(BaseModel):
    """Body of an error."""

    code: str
    attempts_left: int | None = None


class ExpiryWire(BaseModel):
    """Next points to expire."""

    points: int
    date: date


class AccountWire(BaseModel):
    """`GET /v1/customers`."""

    card_number: str
    card_status: CardStatus
    points: Annotated[int, Field(ge=0)]
    worth_kopecks: Annotated[int, Field(ge=0)]
    next_expiry: ExpiryWire | None = None

    def value(self) -> LoyaltyAccount:
        """As our value."""
        expiry = self.next_expiry
        return LoyaltyAccount(
            card_number=self.card_number,
            card_status=self.card_status,
            points=self.points,
            worth_kopecks=self.worth_kopecks,
            next_expiry=NextExpiry(expiry.points, expiry.date) if expiry else None,
        )


class CodeSentWire(BaseModel):
    """`POST /v1/verifications`; nothing in it is needed."""


class CheckWire(BaseModel):
    """`POST /v1/verifications/check`."""

    verified: Literal[True]


class ActivatedWire(BaseModel):
    """`POST /v1/cards/activate`."""

    card_number: str
    card_status: Literal["active"]

    def value(self) -> CardActivated:
        """As our value."""
        return CardActivated(self.card_number)


class PlaceWire(BaseModel):
    """Anything with a name and a point."""

    name: str
    name_en: str = ""
    lat: Latitude
    lon: Longitude

    def names(self) -> Names:
        """Both names."""
        return Names(self.name, self.name_en)

    def location(self) -> Location:
        """The point."""
        return Location(self.lat, self.lon)


class CityWire(PlaceWire):
    """A city; without a zone of its own, the company's counts."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,20}$")]  # travels inside button ids
    aliases: list[str] = []
    timezone: str | None = None

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        try:
            return value and ZoneInfo(value).key
        except ZoneInfoNotFoundError as error:
            raise ValueError("is not an IANA time zone") from error

    def value(self, company_zone: ZoneInfo) -> City:
        """As our value."""
        return City(
            id=self.id,
            names=self.names(),
            aliases=tuple(self.aliases),
            centre=self.location(),
            zone=ZoneInfo(self.timezone) if self.timezone else company_zone,
        )


class SpecialDayWire(BaseModel):
    """A day whose hours differ."""

    date: date
    hours: SpanWire


class StoreWire(PlaceWire):
    """A store."""

    id: str
    city: str
    district: str = ""
    district_en: str = ""
    street: str
    street_en: str = ""
    house: str
    metro: list[PlaceWire] = []
    hours: dict[Weekday, SpanWire]
    special_days: list[SpecialDayWire] = []

    def value(self, cities: dict[str, City]) -> Store:
        """As our value."""
        return Store(
            id=self.id,
            city=cities[self.city],
            names=self.names(),
            district=Names(self.district, self.district_en),
            street=Names(self.street, self.street_en),
            house=self.house,
            metro=tuple(MetroStation(station.names(), station.location()) for station in self.metro),
            location=self.location(),
            hours=self._hours(),
        )

    def _hours(self) -> Hours:
        return Hours(
            week=tuple(_span(self.hours.get(day)) for day in WEEKDAYS),
            special={day.date: _span(day.hours) for day in self.special_days},
        )


class StoresWire(BaseModel):
    """`GET /v1/stores`."""

    cities: list[CityWire]
    stores: list[StoreWire]

    @field_validator("stores")
    @classmethod
    def _unique(cls, value: list[StoreWire]) -> list[StoreWire]:
        if len({store.id for store in value}) != len(value):
            raise ValueError("two stores share an id")
        return value

    def value(self, company_zone: ZoneInfo) -> StoreList:
        """As our value; a store of a city that is not listed is left out."""
        cities = {city.id: city.value(company_zone) for city in self.cities}
        stores = tuple(store.value(cities) for store in self.stores if store.city in cities)
        return StoreList(cities=tuple(cities.values()), stores=stores)


def _span(wire: SpanWire) -> Span | None:
    if wire is None:
        return None
    opens, closes = (_minutes(clock) for clock in wire)
    return Span(opens, closes if closes > opens else closes + DAY_MIN)


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
