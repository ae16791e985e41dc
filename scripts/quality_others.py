"""Other systems on the same messages: what peers answered, and a TF-IDF baseline made in the run."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from knowledge_base.cases import Case
from knowledge_base.ranked import Scored
from knowledge_base.types import Article

COLUMNS = {"peer", "expected", "answered", "confidence"}
BASELINE = "TF-IDF"
GRAMS = (2, 5)
"""Lengths of character n-grams within words."""


class PeersError(Exception):
    """A file of peers' answers cannot be read; the message names the line."""


def read_peers(path: Path) -> dict[str, tuple[list[tuple[float, bool]], int]]:
    """Each peer's answers with their confidence, and how many messages it was given.

    An empty answer is an abstention and stands at no confidence; an answer to a message that no article
    answers is wrong.

    Raises:
        PeersError: the file is not of that form.
    """
    found: dict[str, tuple[list[tuple[float, bool]], int]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = COLUMNS - set(reader.fieldnames or ())
        if missing:
            raise PeersError(f"{path}:1: missing column {', '.join(sorted(missing))}")
        for row in reader:
            answers, total = found.get(row["peer"], ([], 0))
            if row["answered"]:
                answers.append((_confidence(path, reader.line_num, row), _right(row)))
            found[row["peer"]] = (answers, total + 1)
    return found


def baseline(articles: Sequence[Article], cases: Sequence[Case]) -> Scored:
    """The nearest phrase by TF-IDF over character n-grams; its cosine is the confidence."""
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer

    shown = [article for article in articles if article.audience == "customer"]
    phrases = [
        (text, article.id) for article in shown for text in dict.fromkeys((*article.questions, article.title))
    ]
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=GRAMS, sublinear_tf=True)
    known = vectorizer.fit_transform([text for text, _ in phrases])
    near = vectorizer.transform([case.text for case in cases]) @ known.T
    best = np.asarray(near.argmax(axis=1)).ravel()
    return [
        (float(near[at, phrase]), phrases[phrase][1] == case.expected)
        for at, (case, phrase) in enumerate(zip(cases, (int(place) for place in best), strict=True))
    ]


def _confidence(path: Path, line: int, row: dict[str, str]) -> float:
    try:
        return float(row["confidence"])
    except ValueError as error:
        raise PeersError(f"{path}:{line}: confidence is not a number") from error


def _right(row: dict[str, str]) -> bool:
    return row["answered"] == row["expected"]
