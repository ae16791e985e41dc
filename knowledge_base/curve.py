"""A picture of an evaluation: precision against share answered, and how far probabilities can be believed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from knowledge_base.errors import CasesError
from knowledge_base.metrics import Bin, Point, Report

SIDE = 280
LEFT = 60
TOP = 50
GAP = 90


def svg(points: Sequence[Point], bins: Sequence[Bin], report: Report) -> str:
    """An SVG document of two diagrams."""
    width, height = LEFT + 2 * SIDE + GAP + 30, TOP + SIDE + 60
    second = LEFT + SIDE + GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        *_frame(LEFT, "Precision by share answered", "share answered", "precision"),
        _line(LEFT, [(point.share, point.precision) for point in points], "#1f6feb"),
        *_threshold(report),
        *_frame(second, f"Reliability (ECE {report.ece:.3f})", "probability", "share right"),
        _line(second, [(0, 0), (1, 1)], "#bbb"),
        *_dots(second, bins),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def write_picture(path: Path, document: str) -> None:
    """Write the document.

    Raises:
        CasesError: the file cannot be written.
    """
    try:
        path.write_text(document, encoding="utf-8")
    except OSError as error:
        raise CasesError(f"{path}: cannot be written: {error.strerror}") from error


def _threshold(report: Report) -> list[str]:
    if report.precision is None:
        return [f'<text x="{LEFT + 8}" y="{TOP + 18}" fill="#b00">nothing is answered</text>']
    x, y = _place(LEFT, report.answered, report.precision)
    return [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="#d1242f"/>',
        f'<text x="{LEFT + 8}" y="{TOP + SIDE - 10}" fill="#d1242f">threshold {report.threshold:.3f}: '
        f"{report.answered:.1%} answered, {report.precision:.1%} right</text>",
    ]


def _dots(left: int, bins: Iterable[Bin]) -> list[str]:
    dots = []
    for some in bins:
        x, y = _place(left, some.probability, some.right)
        radius = 3 + min(some.count, 400) ** 0.5 / 3
        dots.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="#1f6feb" fill-opacity="0.6">'
            f"<title>{some.count} cases</title></circle>"
        )
    return dots


def _frame(left: int, title: str, across: str, up: str) -> list[str]:
    parts = [
        f'<text x="{left}" y="{TOP - 20}" font-size="14" font-weight="bold">{title}</text>',
        f'<rect x="{left}" y="{TOP}" width="{SIDE}" height="{SIDE}" fill="none" stroke="#444"/>',
        f'<text x="{left + SIDE / 2}" y="{TOP + SIDE + 40}" text-anchor="middle">{across}</text>',
        f'<text transform="translate({left - 40},{TOP + SIDE / 2}) rotate(-90)" '
        f'text-anchor="middle">{up}</text>',
    ]
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, y = _place(left, tick, tick)
        parts += [
            f'<text x="{x:.1f}" y="{TOP + SIDE + 18}" text-anchor="middle">{tick:g}</text>',
            f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>',
            f'<line x1="{left}" y1="{y:.1f}" x2="{left + SIDE}" y2="{y:.1f}" stroke="#eee"/>',
        ]
    return parts


def _line(left: int, points: Iterable[tuple[float, float]], colour: str) -> str:
    places = (_place(left, x, y) for x, y in points)
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'


def _place(left: int, x: float, y: float) -> tuple[float, float]:
    return left + x * SIDE, TOP + (1 - y) * SIDE
