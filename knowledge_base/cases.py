"""Files of messages with the article that answers each."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

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
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = {"id", "text", "expected"} - set(reader.fieldnames or ())
            if missing:
                raise CasesError(f"{path}:1: missing column {', '.join(sorted(missing))}")
            cases = [_case(path, reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CasesError(f"{path}: cannot be read: {error}") from error
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


def _case(path: Path, line: int, row: dict[str, str | None]) -> Case:
    values = [row.get(name) for name in ("id", "text", "expected")]
    if any(value is None for value in values):
        raise CasesError(f"{path}:{line}: has fewer columns than the first line")
    identity, text, expected = (value or "" for value in values)
    return Case(identity, text, expected.strip())
