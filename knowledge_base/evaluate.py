"""What a base would do with cases, on its own threshold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from knowledge_base.base import Base
from knowledge_base.cases import Case, Prediction
from knowledge_base.ports import Encoder, Progress
from knowledge_base.text import language_of
from knowledge_base.types import SearchResult

CHUNK = 64


def predict(
    base: Base, cases: Sequence[Case], encoder: Encoder, *, today: date, progress: Progress | None = None
) -> list[Prediction]:
    """Search every case as a customer would; `today` decides which articles are valid."""
    found: list[Prediction] = []
    for start in range(0, len(cases), CHUNK):
        some = cases[start : start + CHUNK]
        vectors = encoder.encode_now([base.prepare(case.text) for case in some])
        found += [
            _prediction(
                case,
                base.search(case.text, vectors[at], language=language_of(case.text), today=today, limit=3),
            )
            for at, case in enumerate(some)
        ]
        if progress is not None:
            progress("cases", len(found), len(cases))
    return found


def _prediction(case: Case, result: SearchResult) -> Prediction:
    top = tuple(hit.passage.article_id for hit in result.hits)
    probability = result.hits[0].probability if result.hits else 0.0
    answers = bool(top) and probability >= result.threshold
    return Prediction(case, top[0] if answers else "", probability, top)
