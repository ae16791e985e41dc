"""Numbers, plural forms and durations as each language writes them; words come from the wording files."""

from __future__ import annotations

import math
from decimal import Decimal

PLURAL_FORMS: dict[str, tuple[str, ...]] = {"ru": ("one", "few", "many"), "en": ("one", "other")}
"""Plural categories of whole numbers, as in Unicode CLDR."""

_NBSP = "\u00a0"


def plural_form(language: str, number: int) -> str:
    """Name of the plural form a whole number takes (rules of Unicode CLDR for ru and en)."""
    number = abs(number)
    if language != "ru":
        return "one" if number == 1 else "other"
    if number % 10 == 1 and number % 100 != 11:
        return "one"
    if number % 10 in {2, 3, 4} and number % 100 not in {12, 13, 14}:
        return "few"
    return "many"


def grouped(language: str, number: int) -> str:
    """A whole number with its thousands apart: `1 234` (no-break space) or `1,234`."""
    separator = _NBSP if language == "ru" else ","
    return f"{number:,}".replace(",", separator)


def roubles(language: str, kopecks: int) -> str:
    """Kopecks as roubles without the sign of the currency; kopecks are left out when there are none."""
    whole, rest = divmod(abs(kopecks), 100)
    text = grouped(language, whole)
    if rest:
        text += f"{_decimal_point(language)}{rest:02}"
    return f"-{text}" if kopecks < 0 else text


def distance(language: str, metres: float) -> tuple[bool, str]:
    """Whether to write kilometres, and the number: tens of metres, tenths below 10 km, whole above."""
    if metres < 995:
        return False, str(max(10, round(metres / 10) * 10))
    kilometres = Decimal(metres) / 1000
    if metres < 9950:
        return True, f"{kilometres:.1f}".replace(".", _decimal_point(language))
    return True, grouped(language, round(kilometres))


def hours_and_minutes(seconds: float) -> tuple[int, int]:
    """A wait in whole hours and minutes, rounded up to a minute so that it is not promised too short."""
    return divmod(max(1, math.ceil(seconds / 60)), 60)


def _decimal_point(language: str) -> str:
    return "," if language == "ru" else "."
