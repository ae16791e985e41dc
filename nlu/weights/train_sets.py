"""What the emotion score is trained and measured on: the public sets of a folder, and our own phrases."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import yaml
from scipy.sparse import csr_matrix, diags, hstack

from core.encoder import Encoder
from nlu.emotion_features import BUCKETS, russian
from nlu.emotion_weights import KINDS, features_of
from nlu.lexicon import load_lexicon
from nlu.training_data import read_training_data

HERE = Path(__file__).resolve().parent
ARTICLES = HERE.parent.parent / "knowledge_base" / "articles"
ALARMING = {"chargeback-fraud", "card-lost-blocked"}
PUBLIC = ("brighter-ru-train", "cedr-ru-train", "brighter-en-train", "goemotions-en-train")
DEV = ("brighter-ru-dev", "goemotions-en-dev")
ANGER = {"anger", "annoyance"}
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rows:
    """Texts in numbers: `grams` (n, BUCKETS), `dense` (n, lists and signs), `vectors` (n, 512), `labels`.

    `kinds` holds the number of each upset phrase's kind, -1 where it is calm or not told.
    """

    texts: list[str]
    grams: csr_matrix
    dense: Numbers
    vectors: Numbers
    labels: Numbers
    kinds: npt.NDArray[np.int64]

    @property
    def russian(self) -> Numbers:
        """1 for Russian texts."""
        return np.array([russian(text) for text in self.texts], float)


def public(folder: Path, name: str, encoder: Encoder) -> Rows:
    """One public set: 1 for anger or annoyance, 0 for every other row, neutral ones too."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    labels = [int(bool(set(row["labels"].split("|")) & ANGER)) for row in rows]
    return numbers([row["text"] for row in rows], labels, encoder)


def own(encoder: Encoder) -> Rows:
    """Our phrases: a file a kind here, and the Rasa project's but for complaints, which may be either."""
    texts, labels, kinds = [], [], []
    for path in sorted((HERE / "phrases").glob("*.txt")):
        lines = list(dict.fromkeys(path.read_text(encoding="utf-8").splitlines()))
        texts += lines
        labels += [int(path.stem != "calm")] * len(lines)
        kinds += [KINDS.index(path.stem) if path.stem in KINDS else -1] * len(lines)
    calm = [text for text, intent in read_training_data().phrases if intent not in ("complaint", "ask_human")]
    calm += questions()
    return numbers(
        texts + calm, labels + [0] * len(calm), encoder, np.array(kinds + [-1] * len(calm), dtype=np.int64)
    )


def questions() -> list[str]:
    """What customers ask of the shipped articles, but for those whose customers have reason for alarm."""
    found: list[str] = []
    for path in sorted(ARTICLES.glob("*.md")):
        if path.name.split(".")[0] not in ALARMING and not path.name.startswith("internal-"):
            found += yaml.safe_load(path.read_text(encoding="utf-8").split("---")[1])["questions"]
    return list(dict.fromkeys(found))


def labelled(path: Path, encoder: Encoder) -> Rows:
    """A set of ours kept for development: `text` and `upset` or `label`."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    labels = [int(row.get("upset", row.get("label", "")) in ("1", "upset")) for row in rows]
    return numbers([row["text"] for row in rows], labels, encoder)


def numbers(
    texts: list[str], labels: list[int], encoder: Encoder, kinds: npt.NDArray[np.int64] | None = None
) -> Rows:
    """Texts as the heads read them."""
    lexicon = load_lexicon()
    read = [features_of(text, lexicon)[0] for text in texts]
    return Rows(
        texts=texts,
        grams=grams([features.buckets for features in read], BUCKETS),
        dense=np.array([features.dense for features in read], dtype=np.float64),
        vectors=encoder.encode_now(texts).astype(np.float64),
        labels=np.array(labels, dtype=np.float64),
        kinds=np.full(len(texts), -1, dtype=np.int64) if kinds is None else kinds,
    )


def grams(rows: list[list[int]], size: int) -> csr_matrix:
    """One row a text, scaled by the root of its number of different grams."""
    folded = [sorted({at % size for at in row}) for row in rows]
    columns = np.concatenate([np.asarray(row, dtype=np.int64) for row in folded])
    starts = np.concatenate([[0], np.cumsum([len(row) for row in folded])])
    ones = csr_matrix((np.ones(len(columns), np.float32), columns, starts), shape=(len(rows), size))
    return (diags([1 / np.sqrt(max(1, len(row))) for row in folded]) @ ones).tocsr()


def folded(matrix: csr_matrix, size: int) -> csr_matrix:
    """The same rows over fewer buckets."""
    rows = [matrix.indices[matrix.indptr[i] : matrix.indptr[i + 1]].tolist() for i in range(matrix.shape[0])]
    return grams(rows, size)


def stacked(grams_: csr_matrix, dense: Numbers, vectors: Numbers | None) -> csr_matrix:
    """Features side by side, in the order weights are cut apart again."""
    parts = [grams_, csr_matrix(dense)]
    return hstack(parts if vectors is None else [*parts, csr_matrix(vectors)]).tocsr()
