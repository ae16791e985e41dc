"""Files of messages with the article that answers each."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge_base.errors import CasesError


@dataclass(frozen=True, slots=True)
class Case:
    """A message; `expected` is an article id, or empty where a person must answer."""

    id: str
    text: str
    expected: str


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the base did with a case; `answered` is empty where it would hand over."""

    case: Case
    answered: str
    probability: float
    top: tuple[str, ...]


def read_cases(path: Path) -> list[Case]:
    """Read a CSV file with the columns id, text and expected.

    Raises:
        CasesError: it cannot be read, lacks a column, or has no rows; the message names the line.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CasesError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise CasesError(f"{path}:{line}: cannot be read: not UTF-8") from error
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        missing = {"id", "text", "expected"} - set(reader.fieldnames or ())
        if missing:
            raise CasesError(f"{path}:1: missing column {', '.join(sorted(missing))}")
        cases = [_case(path, reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise CasesError(f"{path}:{reader.reader.line_num}: cannot be read: {error}") from error
    if not cases:
        raise CasesError(f"{path}: holds no cases")
    return cases


def write_predictions(path: Path, predictions: Iterable[Prediction]) -> None:
    """Write the columns id, text, expected, answered, probability, top1, top2, top3.

    Raises:
        CasesError: the file cannot be written.
    """
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["id", "text", "expected", "answered", "probability", "top1", "top2", "top3"])
            for found in predictions:
                case = found.case
                top = [*found.top[:3], "", "", ""][:3]
                writer.writerow(
                    [case.id, case.text, case.expected, found.answered, f"{found.probability:.6f}", *top]
                )
    except OSError as error:
        raise CasesError(f"{path}: cannot be written: {error.strerror}") from error


def _case(path: Path, line: int, row: Mapping[str | None, Any]) -> Case:
    if None in row:
        raise CasesError(f"{path}:{line}: has more columns than the first line; are commas in quotes?")
    values = [row.get(name) for name in ("id", "text", "expected")]
    if any(value is None for value in values):
        raise CasesError(f"{path}:{line}: has fewer columns than the first line")
    identity, text, expected = (value or "" for value in values)
    return Case(identity, text, expected.strip())
