"""The figures of an evaluation as a person reads them on a terminal."""

from __future__ import annotations

from knowledge_base.metrics import Report


def figures(found: Report, *, labelled: bool) -> str:
    """Lines of figures; `labelled` tells whether labelled messages were given."""
    answered = f"{_part(found.answered)}, {_part(found.precision)}"
    if found.precision is not None:
        answered += f" ({found.precision_low:.3f} to {found.precision_high:.3f} at {found.confidence:.0%})"
    lines = [
        f"cases                      {found.cases}, {found.in_scope} with an article",
        f"hit@1, hit@3               {_part(found.hit1)}, {_part(found.hit3)}",
        f"threshold                  {_threshold(found)}",
        f"rests on                   {_grounds(found, labelled=labelled)}",
        f"answered, precision        {answered}",
        f"P@20                       {_part(found.precision_at_20)}",
        f"share at >= .90, >= .95    {_part(found.share_at_90)}, {_part(found.share_at_95)}",
        f"expected calibration error {_part(found.ece)}",
        f"AUROC, AURC                {_part(found.auroc)}, {_part(found.aurc)}",
    ]
    return "\n".join(lines)


def _threshold(found: Report) -> str:
    if found.threshold > 1:
        return f"none meets the floor of {found.floor:.2f}: nothing is answered"
    return f"{found.threshold:.3f}, {found.threshold_kind} for a floor of {found.floor:.2f}"


def _grounds(found: Report, *, labelled: bool) -> str:
    if found.threshold_kind == "bound":
        return f"{found.verdicts} labelled messages: a bound at {found.confidence:.0%} confidence"
    what = "the labelled messages, too few for a bound" if labelled else "the base alone"
    return (
        f"{what}: an estimate, no guarantee; a bound at {found.confidence:.0%} takes "
        f"{found.verdicts_needed} verdicts without an error, {found.verdicts_missing} more than there are"
    )


def _part(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
