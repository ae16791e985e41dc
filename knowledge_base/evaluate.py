"""What a base would do with cases, on its own threshold or on one that labelled messages prove."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge_base.base import Base
from knowledge_base.bound import all_judged, certify
from knowledge_base.build import build_base
from knowledge_base.cases import Case, Prediction
from knowledge_base.metrics import is_right
from knowledge_base.ports import Encoder, Progress
from knowledge_base.text import language_of
from knowledge_base.threshold import Estimate
from knowledge_base.types import SearchResult

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[Any, np.dtype[np.float32]]

CHUNK = 64
FOLDS = 2


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


def labelled_base(
    folder: Path, encoder: Encoder, labelled: Sequence[Case], *, today: date, floor: float,
    confidence: float, progress: Progress | None = None,
) -> Base:  # fmt: skip
    """A base calibrated on labelled messages too, with the threshold they prove where they prove one.

    A message that helped to train the probability cannot also test it: each is tested by a base trained
    without its half of them (cross-fitting).

    Raises:
        FolderError: the folder is unusable or has a fault.
    """
    remembering = _Remembering(encoder)
    base = build_base(folder, remembering, progress, floor=floor, labelled=_pairs(labelled))
    tested: list[Prediction] = []
    for fold in range(FOLDS):
        kept = [case for at, case in enumerate(labelled) if at % FOLDS != fold]
        other = [case for at, case in enumerate(labelled) if at % FOLDS == fold]
        without = build_base(folder, remembering, progress, floor=floor, labelled=_pairs(kept))
        tested += predict(without, other, remembering, today=today)
    return replace(base, estimate=_proven(base.estimate, tested, floor, confidence))


def _proven(estimate: Estimate, tested: Sequence[Prediction], floor: float, confidence: float) -> Estimate:
    rights = [is_right(found) for found in tested]
    labels = all_judged([found.probability for found in tested], rights)
    bound = certify(labels, floor=floor, confidence=confidence, expected=floor)
    if bound.threshold is None:
        return replace(estimate, missing=bound.missing)
    return Estimate(
        threshold=bound.threshold,
        share=bound.labels / len(tested),
        precision=1 - bound.errors / bound.labels,
        kind="bound",
        confidence=confidence,
        labels=bound.labels,
        missing=0,
    )


def _pairs(cases: Sequence[Case]) -> list[tuple[str, str | None]]:
    return [(case.text, case.expected or None) for case in cases]


def _prediction(case: Case, result: SearchResult) -> Prediction:
    top = tuple(hit.passage.article_id for hit in result.hits)
    probability = result.hits[0].probability if result.hits else 0.0
    answers = bool(top) and probability >= result.threshold
    return Prediction(case, top[0] if answers else "", probability, top)


class _Remembering:
    """An encoder that embeds each text once."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, Floats] = {}

    @property
    def fingerprint(self) -> str:
        return self._encoder.fingerprint

    async def encode(self, texts: Sequence[str]) -> Floats:
        return await self._encoder.encode(texts)

    def encode_now(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> Floats:
        import numpy as np

        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._encoder.encode_now(new, progress), strict=True))
        rows = [self._known[text] for text in texts]
        found: Floats = np.stack(rows) if rows else self._encoder.encode_now([])
        return found
