"""Lexical rankers: sparse tf-idf over base forms of words and over character n-grams."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from knowledge_base.lemmas import content, lemma, lemmas, meaning
from knowledge_base.text import words

Floats = np.ndarray[Any, np.dtype[np.float32]]
NGRAMS = range(2, 6)
"""Lengths of character n-grams; they forgive typos and endings."""


def lemma_terms(text: str) -> list[str]:
    """Base forms without stop words, one for all that mean the same."""
    return [meaning(form) for form in content(lemmas(text))]


def char_terms(text: str) -> list[str]:
    """Character n-grams within words, the word's edges marked by a space; synonyms are the same word."""
    grams = []
    for given in words(text):
        form = lemma(given)
        shared = meaning(form)
        word = given if shared == form else shared
        padded = f" {word} "
        for size in NGRAMS:
            if size >= len(padded):
                grams.append(padded)
                break
            grams += [padded[at : at + size] for at in range(len(padded) - size + 1)]
    return grams


@dataclass(frozen=True)
class TermIndex:
    """Rows of unit length over a vocabulary; `idf` is smoothed as in scikit-learn's TfidfTransformer."""

    vocabulary: dict[str, int]
    idf: Floats
    rows: sparse.csr_matrix

    def similarities(self, queries: Sequence[Sequence[str]]) -> Floats:
        """Cosine of each query with each row, `(queries, rows)`; terms never seen count for nothing."""
        matrix = _rows(queries, self.vocabulary, self.idf)
        return np.asarray((matrix @ self._columns).todense(), dtype=np.float32)

    def among_rows(self) -> Floats:
        """Cosine of each row with each row, `(rows, rows)`."""
        return np.asarray((self.rows @ self._columns).todense(), dtype=np.float32)

    @cached_property
    def _columns(self) -> sparse.csr_matrix:
        return self.rows.T.tocsr()


def build_terms(texts: Sequence[Sequence[str]]) -> TermIndex:
    """Index the terms of each text, a row each."""
    seen: Counter[str] = Counter()
    for terms in texts:
        seen.update(set(terms))
    vocabulary = {term: at for at, term in enumerate(sorted(seen))}
    idf = np.array(
        [math.log((1 + len(texts)) / (1 + seen[term])) + 1 for term in vocabulary], dtype=np.float32
    )
    return TermIndex(vocabulary, idf, _rows(texts, vocabulary, idf))


def _rows(texts: Sequence[Sequence[str]], vocabulary: dict[str, int], idf: Floats) -> sparse.csr_matrix:
    indptr, indices, values = [0], [], []
    for terms in texts:
        counts = Counter(vocabulary[term] for term in terms if term in vocabulary)
        row = [(at, (1 + math.log(count)) * float(idf[at])) for at, count in sorted(counts.items())]
        norm = math.sqrt(sum(value * value for _, value in row)) or 1.0
        indices += [at for at, _ in row]
        values += [value / norm for _, value in row]
        indptr.append(len(indices))
    return sparse.csr_matrix(
        (
            np.array(values, dtype=np.float32),
            np.array(indices, dtype=np.int32),
            np.array(indptr, dtype=np.int32),
        ),
        shape=(len(texts), len(vocabulary)),
    )
