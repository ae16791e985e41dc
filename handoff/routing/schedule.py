"""Sections `hours` and `holidays`: when people work, as leads edit it, and the calendar made of both."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from core.settings import Section
from handoff.routing.hours import Calendar
from handoff.routing.times import read_hours, write_hours


def _zone(name: str) -> str:
    if name and name not in available_timezones():
        raise PydanticCustomError("zone_unknown", "there is no such time zone; use one as Europe/Moscow")
    return name


def _country(code: str) -> str:
    code = code.strip().upper()
    if code and code not in countries():
        raise PydanticCustomError("country_unknown", "no holidays are known of this country")
    return code


DayHours = Annotated[str, Field(max_length=200), AfterValidator(write_hours)]
Week = Annotated[list[DayHours], Field(min_length=7, max_length=7)]


class Hours(BaseModel):
    """A working week, Monday first; an empty zone means the company's."""

    model_config = ConfigDict(extra="forbid")

    zone: Annotated[str, AfterValidator(_zone)] = ""
    week: Week

    @model_validator(mode="after")
    def _opens_sometime(self) -> Hours:
        if not any(self.week):
            raise PydanticCustomError("never_open", "open on one day at least")
        return self


class SpecialDay(BaseModel):
    """A date with hours of its own; empty hours mean closed."""

    model_config = ConfigDict(extra="forbid")

    date: datetime.date
    hours: DayHours = ""
    note: Annotated[str, Field(max_length=120)] = ""


class Holidays(BaseModel):
    """Public holidays of a country (empty: none), on which nobody works, and dates that differ."""

    model_config = ConfigDict(extra="forbid")

    country: Annotated[str, AfterValidator(_country)] = ""
    special: Annotated[list[SpecialDay], Field(max_length=200)] = []

    @model_validator(mode="after")
    def _each_date_once(self) -> Holidays:
        dates = [each.date for each in self.special]
        if len(dates) != len(set(dates)):
            raise PydanticCustomError("date_twice", "a date is there twice")
        return self


HOURS = Section("hours", Hours, Hours(week=["00:00-24:00"] * 7))
"""Round the clock until somebody says otherwise: a customer must not read of hours that nobody chose."""
HOLIDAYS = Section("holidays", Holidays, Holidays())
"""None: support of shops works on public holidays too. One field makes them days off."""


def calendar(hours: Hours, holidays: Holidays, *, company_zone: str) -> Calendar:
    """When people work."""
    return Calendar(
        zone=ZoneInfo(hours.zone or company_zone),
        week=week_of(hours.week),
        special={each.date: read_hours(each.hours) for each in holidays.special},
        closed=lambda day: day in _public(holidays.country, day.year),
    )


def week_of(days: Sequence[str]) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Seven days' hours as intervals; a person without a shift has an empty week."""
    return tuple(read_hours(day) for day in days) or ((),) * 7


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """Codes (ISO 3166-1) of the countries whose holidays are known."""
    import holidays

    return frozenset(holidays.list_supported_countries())


@lru_cache(maxsize=32)
def _public(country: str, year: int) -> frozenset[datetime.date]:
    if not country:
        return frozenset()
    import holidays

    return frozenset(holidays.country_holidays(country, years=year))
