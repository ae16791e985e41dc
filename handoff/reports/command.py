"""`python -m handoff report`: the main figures of a day, for people and for programs."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from handoff.reports.report import Report
from handoff.reports.types import Column, Table, Value

_SHOWN = ("days", "precision", "reasons", "times", "groups", "operators")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be asked for."""
    parser.add_argument(
        "--day",
        type=date.fromisoformat,
        default=None,
        help="such as 2026-03-01, on the company's clock; default today",
    )
    parser.add_argument("--days", type=int, default=1, help="days that end with it; default 1")
    parser.add_argument("--channel", default="", help="only this channel")
    parser.add_argument("--json", action="store_true", help="everything as one JSON object")


def as_json(report: Report) -> str:
    """Every table, rows as objects; times in seconds, shares in [0, 1]."""
    data: dict[str, Any] = {
        "since": report.period.first.isoformat(),
        "until": report.period.last.isoformat(),
        "target": report.target,
        "summary": dict(report.summary),
    }
    for name, table in report.tables.items():
        heads = [column.name for column in table.columns]
        data[name] = [dict(zip(heads, row, strict=True)) for row in table.rows]
    return json.dumps(data, ensure_ascii=False)


def as_text(report: Report) -> str:
    """The main tables, aligned."""
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    found = report.summary
    yield f"{report.period.first} to {report.period.last} ({report.period.zone.key})"
    yield f"conversations {found['conversations']}: bot {found['bot']}, people {found['people']}"
    share = _shown(Column("share", "share"), found["share"])
    yield f"share of the bot {share}, target {_shown(Column('target', 'share'), report.target)}"
    for name in _SHOWN:
        table = report.tables[name]
        if table.rows:
            yield ""
            yield f"{name}:"
            yield from _aligned(table)


def _aligned(table: Table) -> Iterator[str]:
    cells = [[column.name for column in table.columns]]
    cells += [[_shown(*pair) for pair in zip(table.columns, row, strict=True)] for row in table.rows]
    widths = [max(len(row[n]) for row in cells) for n in range(len(table.columns))]
    for row in cells:
        yield "  " + "  ".join(
            text.rjust(width) if n else text.ljust(width)
            for n, (text, width) in enumerate(zip(row, widths, strict=True))
        )


def _shown(column: Column, value: Value) -> str:
    if value is None:
        return "-"
    return f"{float(value):.1%}" if column.kind == "share" else str(value)
