"""Make `emotion.npz` from the emotion sets of a folder and the phrases beside this file.

`python nlu/weights/train.py FOLDER`: FOLDER holds the CSV files named in README.md (columns text, labels).
Needs scikit-learn. Prints average precision and recall on the parts kept for development.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[0] = str(HERE.parent.parent)

from sklearn.metrics import average_precision_score  # noqa: E402
from sklearn.model_selection import StratifiedKFold  # noqa: E402

from core.encoder import Encoder  # noqa: E402
from nlu.emotion_features import BUCKETS  # noqa: E402
from nlu.emotion_weights import HEADS, KIND_BUCKETS, KINDS, VECTOR, Heads, Kernel  # noqa: E402
from nlu.weights import train_fit as fit  # noqa: E402
from nlu.weights import train_sets as data  # noqa: E402
from nlu.weights.train_sets import Numbers, Rows  # noqa: E402

_FALSE_ALARMS = 0.05


def say(line: str) -> None:
    """Print a line of the report."""
    print(line, flush=True)  # noqa: T201 - the command's result


def report(name: str, labels: Numbers, scores: Numbers, threshold: float) -> None:
    """Average precision; recall and false alarms at the threshold; recall at 5% false alarms."""
    precision = average_precision_score(labels, scores)
    at_5 = scores[labels == 1] > np.quantile(scores[labels == 0], 1 - _FALSE_ALARMS)
    heard = scores >= threshold
    say(
        f"{name:32} n={len(labels):6} AP {precision:.3f}  recall@5% {at_5.mean():.3f}  at {threshold}: "
        f"recall {heard[labels == 1].mean():.3f} false {heard[labels == 0].mean():.3f}"
    )


def sigmoid(values: Numbers) -> Numbers:
    """Probabilities of log odds."""
    result: Numbers = 1 / (1 + np.exp(-values))
    return result


def report_kinds(ours: Rows) -> None:
    """Share of right kinds, in folds, of phrases whose kind is told."""
    told = np.flatnonzero(ours.kinds >= 0)
    folds = StratifiedKFold(fit.PUBLIC_FOLDS, shuffle=True, random_state=0)
    right = 0
    for kept, left in folds.split(told, ours.kinds[told]):
        seen, unseen = fit.taken(ours, told[kept]), fit.taken(ours, told[left])
        odds = fit.kinds_odds(unseen, *fit.fit_kinds(seen, vector_scale=1.0), vector_scale=1.0)
        right += int((odds.argmax(axis=1) == unseen.kinds).sum())
    say(f"kind: {right / len(told):.3f} of {len(told)} right, {fit.PUBLIC_FOLDS}-fold")


def kinds_heads(ours: Rows, *, vector_scale: float) -> Heads:
    """The model of kinds as serving reads it."""
    coefficients, bias = fit.fit_kinds(ours, vector_scale=vector_scale)
    scales = np.full(len(KINDS), vector_scale)
    return fit.as_heads(coefficients, bias, scales, size=KIND_BUCKETS, dense=ours.dense.shape[1])


def write(
    path: Path, groups: dict[str, Heads], meaning: Kernel, stack: Numbers, plain_stack: Numbers
) -> None:
    """The file serving reads."""
    arrays = {
        f"{name}_{part}": getattr(heads, part).astype(np.float16 if part != "bias" else np.float32)
        for name, heads in groups.items()
        for part in ("buckets", "dense", "vector", "bias")
    }
    for part in ("mean", "axes", "supports", "factors"):
        arrays[f"kernel_{part}"] = getattr(meaning, part).astype(np.float16)
    arrays["kernel_numbers"] = np.array([meaning.bias, meaning.gamma])
    np.savez_compressed(path, **arrays, stack=stack, plain_stack=plain_stack)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--dev", type=Path, nargs="*", default=[], help="CSVs of text,upset to report on")
    parser.add_argument("--out", type=Path, default=HERE / "emotion.npz")
    parser.add_argument("--threshold", type=float, default=0.5, help="probability reported at")
    arguments = parser.parse_args()
    encoder = Encoder()
    sets = {"own": data.own(encoder)} | {n: data.public(arguments.folder, n, encoder) for n in data.PUBLIC}
    dev = {name: data.public(arguments.folder, name, encoder) for name in data.DEV}
    dev |= {path.name: data.labelled(path, encoder) for path in arguments.dev}
    encoder.close()
    odds = fit.unseen_odds(sets)
    stack = fit.fit_stack(sets, odds)
    for name, rows in sets.items():
        scores = sigmoid(fit.stack_inputs(odds[name], rows.russian) @ stack)
        report(f"{name}, five-fold", rows.labels, scores, arguments.threshold)
    heads = [fit.fit_head(name, sets) for name in HEADS]
    meaning = fit.fit_meaning(sets["own"])
    plain = fit.fit_plain(sets)
    unseen = fit.unseen_plain(sets)
    plain_stack = np.array(fit.calibrated(unseen, sets["own"].labels))
    plain_scores = sigmoid(unseen * plain_stack[0] + plain_stack[1])
    report("own without encoder, five-fold", sets["own"].labels, plain_scores, arguments.threshold)
    for name, rows in dev.items():
        read = np.column_stack([*(head.odds(rows) for head in heads), fit.meanings(meaning, rows)])
        scores = sigmoid(fit.stack_inputs(read, rows.russian) @ stack)
        report(name, rows.labels, scores, arguments.threshold)
        scores = sigmoid(plain.odds(rows) * plain_stack[0] + plain_stack[1])
        report(f"{name}, without encoder", rows.labels, scores, arguments.threshold)
    report_kinds(sets["own"])
    dense = sets["own"].dense.shape[1]
    groups = {
        "heads": fit.as_heads(
            np.array([fit.padded(head.coefficients, BUCKETS + dense + VECTOR) for head in heads]),
            np.array([head.bias for head in heads]),
            np.array([head.vector_scale for head in heads]),
            size=BUCKETS,
            dense=dense,
        ),
        "plain": fit.as_heads(
            plain.coefficients[None, :], np.array([plain.bias]), np.zeros(1), size=BUCKETS, dense=dense
        ),
        "kinds": kinds_heads(sets["own"], vector_scale=1.0),
        "plain_kinds": kinds_heads(sets["own"], vector_scale=0.0),
    }
    write(arguments.out, groups, meaning, stack, plain_stack)


if __name__ == "__main__":
    main()
