"""Make `emotion.npz` from the emotion sets of a folder and the phrases beside this file.

`python nlu/weights/train.py FOLDER`: FOLDER holds the CSV files named in README.md (columns text, labels).
Needs scikit-learn. Prints average precision and recall on the parts kept for development.
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

from scipy.sparse import csr_matrix, diags, vstack  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.metrics import average_precision_score  # noqa: E402
from sklearn.model_selection import StratifiedKFold  # noqa: E402

from nlu.emotion import hits  # noqa: E402
from nlu.emotion_features import BUCKETS, buckets_of  # noqa: E402
from nlu.lexicon import load_lexicon  # noqa: E402
from nlu.normalise import for_encoder  # noqa: E402
from nlu.training_data import read_training_data  # noqa: E402

TRAIN = ("brighter-ru-train", "brighter-en-train", "cedr-ru-train", "goemotions-en-train")
DEV = ("brighter-ru-dev", "goemotions-en-dev")
UPSET = {"anger", "annoyance", "disgust"}
UNCLEAR = {"disapproval", "disappointment"}
OWN_WEIGHT = 8.0
"""How much one phrase of ours counts against one of the public sets: they are 60,000, ours 1,300."""
UPSET_SHARE = 0.3
"""Assumed share of messages that should go to a person for their mood; the phrases hold more."""
Numbers = npt.NDArray[np.float64]


def public(folder: Path, names: tuple[str, ...]) -> tuple[list[str], list[int]]:
    """Texts and 1 for anger; rows whose labels are unclear for the purpose are left out."""
    texts, labels = [], []
    for name in names:
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                given = set(row["labels"].split("|"))
                if given & UPSET or not given & UNCLEAR:
                    texts.append(row["text"])
                    labels.append(int(bool(given & UPSET)))
    return texts, labels


def own() -> tuple[list[str], list[int]]:
    """Our phrases: the two files here, and the Rasa project's but for complaints, which may be either."""
    upset = (HERE / "phrases_upset.txt").read_text(encoding="utf-8").splitlines()
    calm = (HERE / "phrases_calm.txt").read_text(encoding="utf-8").splitlines()
    angry_possible = {"complaint", "ask_human"}
    calm += [text for text, intent in read_training_data().phrases if intent not in angry_possible]
    return upset + calm, [1] * len(upset) + [0] * len(calm)


def matrix(texts: list[str]) -> csr_matrix:
    """One row a text, scaled by the root of its number of features."""
    rows = [buckets_of(text) for text in texts]
    columns = np.concatenate([np.asarray(row, dtype=np.int64) for row in rows])
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    ones = csr_matrix((np.ones(len(columns), np.float32), columns, starts), shape=(len(texts), BUCKETS))
    return (diags([1 / np.sqrt(max(1, len(row))) for row in rows]) @ ones).tocsr()


def fit(features: csr_matrix, labels: Numbers, weights: Numbers) -> LogisticRegression:
    """The model of letters and words."""
    model = LogisticRegression(C=8.0, solver="liblinear", max_iter=200)
    return model.fit(features, labels, sample_weight=weights)


def stack_inputs(texts: list[str], odds: Numbers) -> Numbers:
    """Log odds of the model and hits of the lists."""
    lexicon = load_lexicon()
    return np.column_stack([odds, np.array([hits(lexicon.find(for_encoder(text))) for text in texts])])


def fit_stack(inputs: Numbers, labels: Numbers) -> LogisticRegression:
    """Joins model and lists, weighted so that the assumed share of messages is upset."""
    share = labels.mean()
    weights = np.where(labels == 1, UPSET_SHARE / share, (1 - UPSET_SHARE) / (1 - share))
    return LogisticRegression(C=1.0, max_iter=1000).fit(inputs, labels, sample_weight=weights)


def report(name: str, labels: Numbers, scores: Numbers) -> None:
    """Average precision, and at 0.70 recall and how many calm ones are taken for upset."""
    taken = scores >= 0.7
    print(  # noqa: T201 - the command's result
        f"{name}: n={len(labels)} AP={average_precision_score(labels, scores):.3f} "
        f"recall@.70={taken[labels == 1].mean():.3f} false@.70={taken[labels == 0].mean():.3f}"
    )


def weighted(base_y: Numbers, ours_y: Numbers) -> tuple[Numbers, Numbers]:
    """Labels of both together, and how much each row counts."""
    weights = np.concatenate([np.ones(len(base_y)), np.full(len(ours_y), OWN_WEIGHT)])
    return np.concatenate([base_y, ours_y]), weights


def unseen_odds(base: csr_matrix, base_y: Numbers, ours: csr_matrix, ours_y: Numbers) -> Numbers:
    """Log odds of each of our phrases from a model that has not seen it."""
    odds = np.zeros(len(ours_y))
    for kept, left in StratifiedKFold(5, shuffle=True, random_state=0).split(odds, ours_y):
        part = fit(vstack([base, ours[kept]]), *weighted(base_y, ours_y[kept]))
        odds[left] = part.decision_function(ours[left])
    return odds


def unseen_scores(inputs: Numbers, labels: Numbers) -> Numbers:
    """Probability of each phrase from a stack that has not seen it."""
    scores = np.zeros(len(labels))
    for kept, left in StratifiedKFold(5, shuffle=True, random_state=1).split(inputs, labels):
        scores[left] = fit_stack(inputs[kept], labels[kept]).predict_proba(inputs[left])[:, 1]
    return scores


def report_dev(folder: Path, dev: list[Path], model: LogisticRegression, stack: LogisticRegression) -> None:
    """What the finished model makes of the parts kept for development."""
    for name in DEV:
        texts, labels = public(folder, (name,))
        scores = 1 / (1 + np.exp(-model.decision_function(matrix(texts))))
        report(f"{name}, model alone", np.array(labels, float), scores)
    for path in dev:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        texts, truth = [row["text"] for row in rows], np.array([float(row["upset"]) for row in rows])
        inputs = stack_inputs(texts, model.decision_function(matrix(texts)))
        report(f"{path.name}, whole", truth, stack.predict_proba(inputs)[:, 1])


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--dev", type=Path, nargs="*", default=[], help="CSVs of text,upset to report on")
    parser.add_argument("--out", type=Path, default=HERE / "emotion.npz")
    arguments = parser.parse_args()
    public_texts, public_labels = public(arguments.folder, TRAIN)
    own_texts, own_labels = own()
    base, ours = matrix(public_texts), matrix(own_texts)
    base_y, ours_y = np.array(public_labels, float), np.array(own_labels, float)
    inputs = stack_inputs(own_texts, unseen_odds(base, base_y, ours, ours_y))
    report("own phrases, five-fold", ours_y, unseen_scores(inputs, ours_y))
    stack = fit_stack(inputs, ours_y)
    model = fit(vstack([base, ours]), *weighted(base_y, ours_y))
    report_dev(arguments.folder, arguments.dev, model, stack)
    np.savez_compressed(
        arguments.out,
        buckets=model.coef_[0].astype(np.float16),
        bias=np.float64(model.intercept_[0]),
        stack=np.array([*stack.coef_[0], stack.intercept_[0]]),
    )


if __name__ == "__main__":
    main()
