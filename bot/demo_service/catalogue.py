"""The invented stores and customers, read from the CSV files beside the code."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.demo_service import opening_hours
from bot.demo_service.errors import DemoDataError

DATA = Path(__file__).resolve().parent / "data"
KOPECKS_PER_POINT = 100
"""One point buys for one rouble, as the article on earning and spending points says."""


@dataclass(frozen=True, slots=True)
class DemoCustomer:
    """A customer of the demo; `status` is that of the card when the service first starts.

    `expires_in_days` counts from the day of the question, so that the demo never grows old.
    """

    phone: str
    card_number: str
    status: str
    points: int
    expiring_points: int
    expires_in_days: int


def read_customers(folder: Path = DATA) -> dict[str, DemoCustomer]:
    """Customers by their phone."""
    return {
        row["phone"]: DemoCustomer(
            phone=row["phone"],
            card_number=row["card_number"],
            status=row["status"],
            points=int(row["points"]),
            expiring_points=int(row["expiring_points"] or 0),
            expires_in_days=int(row["expires_in_days"] or 0),
        )
        for row in _rows(folder / "customers.csv")
    }


def read_stores(*, today: date, folder: Path = DATA) -> dict[str, object]:
    """The answer of `GET /v1/stores`: cities with their centres, and stores."""
    metro = {row["id"]: _point(row) | _names(row) for row in _rows(folder / "metro.csv")}
    cities = [
        {"id": row["id"], "aliases": row["aliases"].split("|") if row["aliases"] else []}
        | {"timezone": row["timezone"]}
        | _names(row)
        | _point(row)
        for row in _rows(folder / "cities.csv")
    ]
    stores = [_store(row, metro, today) for row in _rows(folder / "stores.csv")]
    return {"cities": cities, "stores": stores}


def _store(row: dict[str, str], metro: dict[str, dict[str, object]], today: date) -> dict[str, object]:
    stations = row["metro"].split("|") if row["metro"] else []
    if lost := [station for station in stations if station not in metro]:
        raise DemoDataError(f"stores.csv: {row['id']}: no metro station {lost[0]} in metro.csv")
    return {
        "id": row["id"],
        "city": row["city"],
        **_names(row),
        **{key: row[key] for key in ("district", "district_en", "street", "street_en", "house")},
        "metro": [metro[station] for station in stations],
        **_point(row),
        "hours": opening_hours.week(row["hours"]),
        "special_days": opening_hours.special_days(row["special"], today=today),
    }


def _names(row: dict[str, str]) -> dict[str, object]:
    return {"name": row["name"], "name_en": row["name_en"]}


def _point(row: dict[str, str]) -> dict[str, object]:
    return {"lat": float(row["lat"]), "lon": float(row["lon"])}


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
