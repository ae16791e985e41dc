"""A picture of an evaluation: precision against share answered, and how far probabilities can be believed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

from knowledge_base.errors import CasesError
from knowledge_base.metrics import Bin, Report
from knowledge_base.ranked import Point

SIDE = 300
LEFT = 64
TOP = 56
GAP = 96
LEGEND = 20
COLUMNS = 4
LIGHT = ("#bf8700", "#1a7f37", "#8250df", "#bc4c00", "#bf3989", "#0a7d8c", "#6e7781")
DARK = ("#d29922", "#3fb950", "#bc8cff", "#f0883e", "#f778ba", "#39c5cf", "#b1bac4")
"""Colours of other curves; further ones begin anew."""

STYLE = f"""
svg {{ font: 12px sans-serif }} polyline {{ fill: none; stroke-width: 1.5 }}
.paper {{ fill: #fff }} text {{ fill: #1f2328 }} .soft {{ fill: #59636e }} .grid {{ stroke: #d8dee4 }}
.title {{ font-size: 14px; font-weight: bold }} .frame {{ fill: none; stroke: #59636e }}
.ours {{ stroke: #0969da; stroke-width: 2.5 }} .dot {{ fill: #0969da; fill-opacity: .6 }}
.mark {{ fill: #cf222e }} .floor {{ stroke: #cf222e; stroke-dasharray: 2 4 }}
.even {{ stroke: #59636e; stroke-dasharray: 4 4 }}
{" ".join(f".c{at} {{ stroke: {colour} }}" for at, colour in enumerate(LIGHT))}
@media (prefers-color-scheme: dark) {{
.paper {{ fill: #0d1117 }} text {{ fill: #e6edf3 }} .soft {{ fill: #9198a1 }} .grid {{ stroke: #30363d }}
.frame {{ stroke: #9198a1 }} .ours {{ stroke: #58a6ff }} .dot {{ fill: #58a6ff }}
.mark {{ fill: #ff7b72 }} .floor {{ stroke: #ff7b72 }} .even {{ stroke: #9198a1 }}
{" ".join(f".c{at} {{ stroke: {colour} }}" for at, colour in enumerate(DARK))}
}}
"""


def svg(
    points: Sequence[Point],
    bins: Sequence[Bin],
    report: Report,
    *,
    title: str = "",
    others: Mapping[str, Sequence[Point]] | None = None,
) -> str:
    """An SVG document of two diagrams, for light and dark pages; `others` are curves of other systems."""
    curves = {} if others is None else dict(others)
    second = LEFT + SIDE + GAP
    width, height = second + SIDE + 30, TOP + SIDE + 60 + LEGEND * _rows(curves)
    name = title or "Risk-coverage and reliability"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-label="{escape(name, quote=True)}">',
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{width}" height="{height}"/>',
        f'<text class="title" x="{LEFT}" y="18">{escape(title)}</text>',
        *_frame(LEFT, "Precision by share answered", "share of messages answered", "precision of answers"),
        _line(LEFT, [(0, report.floor), (1, report.floor)], "floor"),
        *(
            _line(LEFT, _steps(curve), f"c{at % len(LIGHT)}")
            for at, curve in enumerate(curves.values())
        ),
        _line(LEFT, _steps(points), "ours"),
        *_threshold(report),
        *_frame(
            second, f"Reliability (expected calibration error {report.ece:.3f})", "told probability",
            "share that was right",
        ),
        _line(second, [(0, 0), (1, 1)], "even"),
        *_dots(second, bins),
        *_legend(curves),
        "</svg>",
    ]  # fmt: skip
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


def _steps(points: Sequence[Point]) -> list[tuple[float, float]]:
    return [(point.share, point.precision) for point in points]


def _rows(curves: Mapping[str, Sequence[Point]]) -> int:
    return -(-(len(curves) + 1) // COLUMNS) if curves else 0


def _legend(curves: Mapping[str, Sequence[Point]]) -> list[str]:
    if not curves:
        return []
    kinds = ["ours", *(f"c{at % len(LIGHT)}" for at in range(len(curves)))]
    step = (2 * SIDE + GAP) / COLUMNS
    parts = []
    for at, (name, kind) in enumerate(zip(["Duet", *curves], kinds, strict=True)):
        x, y = LEFT + step * (at % COLUMNS), TOP + SIDE + 66 + LEGEND * (at // COLUMNS)
        parts += [
            f'<line class="{kind}" x1="{x:.0f}" y1="{y - 4}" x2="{x + 24:.0f}" y2="{y - 4}"/>',
            f'<text x="{x + 32:.0f}" y="{y}">{escape(name)}</text>',
        ]
    return parts


def _threshold(report: Report) -> list[str]:
    if report.precision is None:
        words = "no threshold meets the floor: nothing is answered" if report.threshold > 1 else "no answers"
        return [f'<text class="mark" x="{LEFT + 8}" y="{TOP + SIDE - 10}">{words}</text>']
    x, y = _place(LEFT, report.answered, report.precision)
    lines = (
        f"threshold {report.threshold:.3f} ({report.threshold_kind}), floor {report.floor:.2f}",
        f"{report.answered:.1%} answered, {report.precision:.1%} right",
    )
    return [
        f'<circle class="mark" cx="{x:.1f}" cy="{y:.1f}" r="5"/>',
        *(
            f'<text class="mark" x="{LEFT + 8}" y="{TOP + SIDE - 26 + 16 * at}">{line}</text>'
            for at, line in enumerate(lines)
        ),
    ]


def _dots(left: int, bins: Iterable[Bin]) -> list[str]:
    dots = []
    for some in bins:
        x, y = _place(left, some.probability, some.right)
        radius = 3 + min(some.count, 400) ** 0.5 / 3
        dots.append(
            f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}">'
            f"<title>{some.count} cases</title></circle>"
        )
    return dots


def _frame(left: int, title: str, across: str, up: str) -> list[str]:
    parts = [f'<text class="title" x="{left}" y="{TOP - 14}">{title}</text>']
    for tick in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        x, y = _place(left, tick, tick)
        parts += [
            f'<line class="grid" x1="{left}" y1="{y:.1f}" x2="{left + SIDE}" y2="{y:.1f}"/>',
            f'<text class="soft" x="{x:.1f}" y="{TOP + SIDE + 18}" text-anchor="middle">{tick:g}</text>',
            f'<text class="soft" x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>',
        ]
    middle = TOP + SIDE / 2
    return [
        *parts,
        f'<rect class="frame" x="{left}" y="{TOP}" width="{SIDE}" height="{SIDE}"/>',
        f'<text x="{left + SIDE / 2}" y="{TOP + SIDE + 38}" text-anchor="middle">{across}</text>',
        f'<text transform="translate({left - 42},{middle}) rotate(-90)" text-anchor="middle">{up}</text>',
    ]


def _line(left: int, points: Iterable[tuple[float, float]], kind: str) -> str:
    places = (_place(left, x, y) for x, y in points)
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    return f'<polyline class="{kind}" points="{path}"/>'


def _place(left: int, x: float, y: float) -> tuple[float, float]:
    return left + x * SIDE, TOP + (1 - y) * SIDE
