"""The table of `make quality`, as Markdown that reads well on a terminal too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from knowledge_base.bound import interval
from knowledge_base.metrics import Report
from knowledge_base.ranked import Scored, points_of, precision_at, share_at
from scripts.quality_emotion import EmotionFigures

SIGNIFICANT = 0.05
"""P-value under which a set is told to be below the floor by more than chance; each set is one test."""


@dataclass(frozen=True, slots=True)
class SetFigures:
    """One development set: our figures, others' answers with how many messages they were given."""

    name: str
    found: Report
    others: Mapping[str, tuple[Scored, int]]

    @property
    def answered(self) -> int:
        """Messages answered at the threshold."""
        return round(self.found.answered * self.found.cases)

    @property
    def right(self) -> int:
        """Right ones among them."""
        return round((self.found.precision or 0.0) * self.answered)


def below_floor(right: int, answered: int, floor: float) -> float:
    """One-sided binomial p-value: so few right answers or fewer, at a precision of exactly the floor."""
    from scipy.stats import binom

    return float(binom.cdf(right, answered, floor)) if answered else 1.0


def quality_text(
    sets: Sequence[SetFigures], emotion: Sequence[EmotionFigures], *, alone: bool = False
) -> str:
    """All tables; `alone` leaves out what compares several sets."""
    parts = [_ranking(sets), _thresholds(sets), *([] if alone else [_pooled(sets)])]
    if emotion:
        parts.append(_emotion(emotion))
    return "\n\n".join(parts) + "\n"


def _ranking(sets: Sequence[SetFigures]) -> str:
    rows = []
    for some in sets:
        found = some.found
        rows.append(
            [
                some.name, str(found.cases), f"{1 - found.in_scope / found.cases:.0%}", "**Duet**",
                _part(found.hit1), _part(found.hit3), _part(found.precision_at_20), _part(found.share_at_90),
                _part(found.auroc), _part(found.aurc), _part(found.ece),
            ]
        )  # fmt: skip
        for name, (scored, total) in some.others.items():
            share = share_at(points_of(scored, total), 0.9)
            p20 = precision_at(scored, total, 0.2)
            rows.append(["", "", "", name, "", "", _part(p20), _part(share), "", "", ""])
    head = [
        "set",
        "n",
        "out of scope",
        "system",
        "hit@1",
        "hit@3",
        "P@20",
        "share at >= .90",
        "AUROC",
        "AURC",
        "ECE",
    ]
    return "Ranking by confidence, all messages counted\n\n" + _table(head, rows)


def _thresholds(sets: Sequence[SetFigures]) -> str:
    rows = []
    for some in sets:
        found = some.found
        threshold = "nothing is answered" if found.threshold > 1 else f"{found.threshold:.3f}"
        rows.append(
            [
                some.name, f"{threshold} ({found.threshold_kind})", _part(found.answered),
                f"{some.right}/{some.answered}", _part(found.precision),
                f"{found.precision_low:.3f} to {found.precision_high:.3f}",
                f"{below_floor(some.right, some.answered, found.floor):.3f}",
            ]
        )  # fmt: skip
    head = ["set", "threshold", "share", "right", "precision", "interval", "p of being below the floor"]
    return "At the solved threshold\n\n" + _table(head, rows)


def _pooled(sets: Sequence[SetFigures]) -> str:
    right, answered = sum(some.right for some in sets), sum(some.answered for some in sets)
    first = sets[0].found
    if not answered:
        return "Pooled: nothing is answered."
    low, high = interval(right, answered, first.confidence)
    chance = below_floor(right, answered, first.floor)
    verdict = "at or above" if right / answered >= first.floor else "below"
    worse = [
        f"{some.name} ({below_floor(some.right, some.answered, first.floor):.3f})"
        for some in sets
        if below_floor(some.right, some.answered, first.floor) < SIGNIFICANT
    ]
    return (
        f"Pooled over all sets: {right}/{answered} right, precision {right / answered:.3f} "
        f"({low:.3f} to {high:.3f}), {verdict} the floor of {first.floor:.2f} (p {chance:.3f}). "
        f"Sets below the floor by more than chance: {', '.join(worse) or 'none'}."
    )


def _emotion(emotion: Sequence[EmotionFigures]) -> str:
    rows = [
        [
            some.name + (" (trained on)" if some.trained_on else ""), str(some.count), str(some.upset),
            f"{some.average_precision:.3f}",
        ]
        for some in emotion
    ]  # fmt: skip
    return "Emotion\n\n" + _table(["set", "n", "upset", "average precision"], rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[at]) for row in (head, *rows)) for at in range(len(head))]
    lines = [head, ["-" * width for width in widths], *rows]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in lines
    )


def _part(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
