"""Tables as CSV that spreadsheets open as text and numbers, never as formulas."""

from __future__ import annotations

import csv
import io

from handoff.reports.types import Table, Value

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_csv(table: Table) -> str:
    """A header of column names and a line a row; begins with a mark that tells spreadsheets it is UTF-8.

    A text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, "CSV Injection").
    """
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\r\n")
    lines.writerow([_unit(column.name, column.kind) for column in table.columns])
    for row in table.rows:
        lines.writerow([_cell(value) for value in row])
    return "\ufeff" + written.getvalue()


def _unit(name: str, kind: str) -> str:
    return f"{name}_s" if kind == "seconds" and name not in ("median", "p90") else name


def _cell(value: Value) -> Value:
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA):
        return "'" + value
    return value
