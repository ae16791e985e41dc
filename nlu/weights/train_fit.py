"""Fitting the heads, what joins them, and the kinds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import SVC

from nlu.emotion_weights import HEADS, KIND_BUCKETS, Floats, Heads, Kernel, joined
from nlu.weights.train_sets import Numbers, Rows, folded, stacked

UPSET_SHARE = 0.3
"""Assumed share of messages that should go to a person for their mood; the phrases hold more."""
OWN_WEIGHT = 8.0
"""Without the encoder one model reads all: how much a phrase of ours counts against a public row."""
FOLDS = 5
PUBLIC_FOLDS = 3
_PUBLIC_VECTOR_SCALE = 0.5
_KERNEL_DIMENSIONS, _KERNEL_GAMMA, _KERNEL_C = 192, 2.0, 4.0
"""Chosen by training on two authors' phrases and hearing the third's."""
_NEIGHBOUR = 0.3
"""Weight of a set that lends its rows to another's head."""
PARTS = {
    "words": {"own": 1.0},
    "talk_ru": {"brighter-ru-train": 1.0, "cedr-ru-train": _NEIGHBOUR},
    "prose_ru": {"cedr-ru-train": 1.0, "brighter-ru-train": _NEIGHBOUR},
    "talk_en": {"goemotions-en-train": 1.0, "brighter-en-train": _NEIGHBOUR},
}
"""Sets each head learns from, with their weights; `is_support` tells ours from all others."""
_C = {"words": 3.0, "talk_ru": 4.0, "prose_ru": 4.0, "talk_en": 1.0}
"""Inverse strength of the ridge, chosen by folds."""
_GATE_ROWS = 3000
"""Rows of each public set that are enough to tell them from ours."""
_CHUNK_ROWS = 2000
Index = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Linear:
    """One fitted head: coefficients over `stacked` features, and its constant."""

    coefficients: Numbers
    bias: float
    vector_scale: float

    def odds(self, rows: Rows) -> Numbers:
        """Log odds of rows."""
        result: Numbers = _matrix(rows, self.vector_scale) @ self.coefficients + self.bias
        return result


def _matrix(rows: Rows, vector_scale: float) -> csr_matrix:
    return stacked(rows.grams, rows.dense, rows.vectors * vector_scale if vector_scale else None)


def taken(rows: Rows, at: Index) -> Rows:
    """Some of the rows."""
    return Rows(
        texts=[rows.texts[i] for i in at],
        grams=rows.grams[at],
        dense=rows.dense[at],
        vectors=rows.vectors[at],
        labels=rows.labels[at],
        kinds=rows.kinds[at],
    )


def fit_linear(
    parts: list[tuple[Rows, float, Numbers]], *, vector_scale: float, c: float, balanced: bool = False
) -> Linear:
    """A logistic regression over rows with their weights and labels."""
    features = vstack([_matrix(rows, vector_scale) for rows, _, _ in parts]).tocsr()
    weights = np.concatenate([np.full(len(labels), weight) for _, weight, labels in parts])
    labels = np.concatenate([labels for _, _, labels in parts])
    model = LogisticRegression(
        C=c, solver="liblinear", class_weight="balanced" if balanced else None, max_iter=200, tol=0.01
    ).fit(features, labels, sample_weight=weights)
    return Linear(model.coef_[0], float(model.intercept_[0]), vector_scale)


def fit_head(name: str, sets: dict[str, Rows]) -> Linear:
    """The head of that name from the rows given (all of them, or those kept in a fold)."""
    if name == "is_support":
        some = {key: rows if key == "own" else _first(rows, _GATE_ROWS) for key, rows in sets.items()}
        origins = [(rows, 1.0, np.full(len(rows.labels), float(key == "own"))) for key, rows in some.items()]
        return fit_linear(origins, vector_scale=1.0, c=4.0, balanced=True)
    chosen = [(sets[key], weight, sets[key].labels) for key, weight in PARTS[name].items()]
    ours = name == "words"
    scale = 0.0 if ours else _PUBLIC_VECTOR_SCALE
    return fit_linear(chosen, vector_scale=scale, c=_C[name], balanced=ours)


def _first(rows: Rows, most: int) -> Rows:
    return taken(rows, np.arange(min(most, len(rows.labels))))


def fit_meaning(ours: Rows) -> Kernel:
    """A support vector machine over the encoder's vectors of our phrases."""
    mean = ours.vectors.mean(axis=0)
    axes = np.linalg.svd(ours.vectors - mean, full_matrices=False)[2][:_KERNEL_DIMENSIONS]
    turned = (ours.vectors - mean) @ axes.T
    machine = SVC(C=_KERNEL_C, gamma=_KERNEL_GAMMA, class_weight="balanced").fit(turned, ours.labels)
    return Kernel(
        mean=mean.astype(np.float32),
        axes=axes.astype(np.float32),
        supports=machine.support_vectors_.astype(np.float32),
        squares=(machine.support_vectors_**2).sum(axis=1).astype(np.float32),
        factors=machine.dual_coef_[0].astype(np.float32),
        bias=float(machine.intercept_[0]),
        gamma=_KERNEL_GAMMA,
    )


def meanings(kernel: Kernel, rows: Rows) -> Numbers:
    """The kernel's value of each row, as `Kernel.value` gives it one by one."""
    turned = (rows.vectors - kernel.mean) @ kernel.axes.T
    values = np.zeros(len(turned))
    for start in range(0, len(turned), _CHUNK_ROWS):
        part = turned[start : start + _CHUNK_ROWS]
        apart = (part**2).sum(axis=1)[:, None] + kernel.squares - 2 * part @ kernel.supports.T
        values[start : start + _CHUNK_ROWS] = np.exp(-kernel.gamma * apart) @ kernel.factors + kernel.bias
    return values


def unseen_odds(sets: dict[str, Rows]) -> dict[str, Numbers]:
    """Odds of HEADS and the kernel's value of every row, `(n, heads + 1)`, by models that did not see it."""
    odds = {key: np.zeros((len(rows.labels), len(HEADS) + 1)) for key, rows in sets.items()}
    ours = {"own": sets["own"]}
    public = {key: rows for key, rows in sets.items() if key != "own"}
    for name in HEADS:
        at = HEADS.index(name)
        if name == "words":
            _fill_unseen(odds, ours, public, at, partial(_head_reader, name))
        elif name == "is_support":
            _fill_unseen(odds, sets, {}, at, partial(_head_reader, name))
        else:
            learnt = {key: public[key] for key in PARTS[name]}
            others = {key: rows for key, rows in sets.items() if key not in learnt}
            _fill_unseen(odds, learnt, others, at, partial(_head_reader, name))
    _fill_unseen(odds, ours, public, len(HEADS), _meaning_reader)
    return odds


def _head_reader(name: str, kept: dict[str, Rows]) -> Callable[[Rows], Numbers]:
    return fit_head(name, kept).odds


def _meaning_reader(kept: dict[str, Rows]) -> Callable[[Rows], Numbers]:
    kernel = fit_meaning(kept["own"])
    return lambda rows: meanings(kernel, rows)


def _fill_unseen(
    odds: dict[str, Numbers],
    learnt: dict[str, Rows],
    others: dict[str, Rows],
    at: int,
    fitted: Callable[[dict[str, Rows]], Callable[[Rows], Numbers]],
) -> None:
    """Fold the sets a model learns from; the others are read by the model of the last fold."""
    count = FOLDS if set(learnt) == {"own"} else PUBLIC_FOLDS
    folds = {
        key: list(StratifiedKFold(count, shuffle=True, random_state=0).split(rows.labels, rows.labels))
        for key, rows in learnt.items()
    }
    for fold in range(count):
        read = fitted({key: taken(rows, folds[key][fold][0]) for key, rows in learnt.items()})
        for key, rows in learnt.items():
            left = folds[key][fold][1]
            odds[key][left, at] = read(taken(rows, left))
    for key, rows in others.items():
        odds[key][:, at] = read(rows)


def stack_inputs(odds: Numbers, russian: Numbers) -> Numbers:
    """What `joined` makes of each row of `(n, heads + 1)`."""
    return np.array(
        [
            joined(list(row[:-1]), float(row[-1]), is_russian=bool(flag))
            for row, flag in zip(odds, russian, strict=True)
        ]
    )


def fit_stack(sets: dict[str, Rows], odds: dict[str, Numbers]) -> Numbers:
    """Factors for `joined`, each set counting alike; then the scale at which ours are calibrated.

    In every set the same share is made upset: where shares differ, being of a set would itself be a sign.
    """
    inputs = {key: stack_inputs(odds[key], rows.russian) for key, rows in sets.items()}
    weights = np.concatenate([_shared(rows.labels) * 1000 / len(rows.labels) for rows in sets.values()])
    model = LogisticRegression(C=10.0, max_iter=2000, fit_intercept=False).fit(
        np.vstack(list(inputs.values())),
        np.concatenate([rows.labels for rows in sets.values()]),
        sample_weight=weights,
    )
    factors: Numbers = model.coef_[0]
    scale, constant = calibrated(inputs["own"] @ factors, sets["own"].labels)
    factors = factors * scale
    factors[-1] += constant
    return factors


def calibrated(values: Numbers, labels: Numbers) -> tuple[float, float]:
    """Platt's scale and constant, weighted so that UPSET_SHARE of messages is upset."""
    model = LogisticRegression(C=100.0, max_iter=1000)
    model.fit(values[:, None], labels, sample_weight=_shared(labels))
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def _shared(labels: Numbers) -> Numbers:
    """Weights, one on average, under which UPSET_SHARE of rows is upset."""
    share = labels.mean()
    weights: Numbers = np.where(labels == 1, UPSET_SHARE / share, (1 - UPSET_SHARE) / (1 - share))
    return weights


def fit_plain(sets: dict[str, Rows]) -> Linear:
    """The one model that does without the encoder."""
    parts = [(rows, OWN_WEIGHT if key == "own" else 1.0, rows.labels) for key, rows in sets.items()]
    return fit_linear(parts, vector_scale=0.0, c=8.0)


def unseen_plain(sets: dict[str, Rows]) -> Numbers:
    """Odds of each of our phrases from a plain model that has not seen it."""
    ours = sets["own"]
    odds = np.zeros(len(ours.labels))
    for kept, left in StratifiedKFold(PUBLIC_FOLDS, shuffle=True, random_state=0).split(odds, ours.labels):
        odds[left] = fit_plain({**sets, "own": taken(ours, kept)}).odds(taken(ours, left))
    return odds


def fit_kinds(ours: Rows, *, vector_scale: float) -> tuple[Numbers, Numbers]:
    """Coefficients `(kinds, features)` and constants of a model of kinds, from phrases whose kind is told."""
    told = ours.kinds >= 0
    features = stacked(
        folded(ours.grams[told], KIND_BUCKETS),
        ours.dense[told],
        ours.vectors[told] * vector_scale if vector_scale else None,
    )
    model = LogisticRegression(C=6.0, max_iter=400, class_weight="balanced").fit(features, ours.kinds[told])
    return model.coef_, model.intercept_


def kinds_odds(ours: Rows, coefficients: Numbers, bias: Numbers, *, vector_scale: float) -> Numbers:
    """Log odds `(n, kinds)` of rows."""
    features = stacked(
        folded(ours.grams, KIND_BUCKETS), ours.dense, ours.vectors * vector_scale if vector_scale else None
    )
    result: Numbers = features @ coefficients.T + bias
    return result


def padded(coefficients: Numbers, width: int) -> Numbers:
    """Coefficients of a head that does without the encoder's vector, with zeros for it."""
    result: Numbers = np.pad(coefficients, (0, width - len(coefficients)))
    return result


def as_heads(coefficients: Numbers, bias: Numbers, scales: Numbers, *, size: int, dense: int) -> Heads:
    """Coefficients cut apart as serving reads them."""

    def part(values: Numbers) -> Floats:
        return values.astype(np.float32)

    return Heads(
        buckets=part(coefficients[:, :size]),
        dense=part(coefficients[:, size : size + dense]),
        vector=part(coefficients[:, size + dense :] * scales[:, None]),
        bias=part(bias),
    )
