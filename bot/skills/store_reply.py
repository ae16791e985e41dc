"""How stores are told to a customer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.skills.hours import DAY_MIN, Opening, Span, opening_at
from bot.skills.places import Place
from bot.skills.store_directory import NearStore
from bot.texts import Texts

SAME_SPOT_M = 40
"""A store this close to the place asked for stands at it: a distance would say nothing."""


class StoreWording:
    """Stores and places in words."""

    def __init__(self, *, texts: Texts) -> None:
        self._texts = texts

    def place(self, place: Place, language: str) -> str:
        """What a place is called: `метро Маяковская`."""
        return self._texts.say(f"store.kind.{place.kind}", language, name=place.names.of(language))

    def stores(self, near: Sequence[NearStore], language: str, now: datetime) -> str:
        """A list, one store a line: name, address, distance, hours today, whether it is open."""
        return "\n".join(f"- {self._line(one, language, now)}" for one in near)

    def _line(self, near: NearStore, language: str, now: datetime) -> str:
        store, distance = near.store, ""
        if near.metres >= SAME_SPOT_M:
            written = self._texts.distance(language, near.metres)
            distance = self._texts.say("store.line_distance", language, distance=written)
        opening = opening_at(store.hours, now, store.city.zone)
        return self._texts.say(
            "store.line",
            language,
            name=store.names.of(language),
            address=store.address(language),
            distance=distance,
            hours=self.hours(opening, language),
        )

    def hours(self, opening: Opening, language: str) -> str:
        """Hours today, and now: `Сегодня 08:00–23:00, сейчас открыто до 23:00.`"""
        today = self._today(opening.today, language)
        if opening.until is not None:
            return self._say("open_until", language, today=today, closes=f"{opening.until:%H:%M}")
        if opening.is_open:
            return self._say("open", language, today=today)
        if opening.opens_at is None:
            return self._say("closed", language, today=today)
        return self._closed(opening.now, opening.opens_at, today, language)

    def _closed(self, now: datetime, opens_at: datetime, today: str, language: str) -> str:
        opens, days = f"{opens_at:%H:%M}", (opens_at.date() - now.date()) // timedelta(days=1)
        if days == 0:
            return self._say("closed_until_today", language, today=today, opens=opens)
        if days == 1:
            return self._say("closed_until_tomorrow", language, today=today, opens=opens)
        day = opens_at.date()
        when = self._texts.weekday(language, day) if days < 7 else self._texts.day(language, day)
        return self._say("closed_until_day", language, today=today, opens=opens, day=when)

    def _today(self, span: Span | None, language: str) -> str:
        if span is None:
            return self._say("today_closed", language)
        if span.around_the_clock:
            return self._say("today_around_clock", language)
        return self._say("today", language, opens=_clock(span.opens_min), closes=_clock(span.closes_min))

    def _say(self, key: str, language: str, **values: str) -> str:
        return self._texts.say(f"store.hours.{key}", language, **values)


def _clock(minutes: int) -> str:
    """`08:00`; midnight at the end of a day reads `00:00`, as on shop doors."""
    hours, rest = divmod(minutes % DAY_MIN, 60)
    return f"{hours:02}:{rest:02}"
