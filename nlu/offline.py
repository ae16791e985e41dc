"""The parser of last resort: needs neither Rasa nor the encoder, and is ready within a second.

Kernel ridge regression on the letters and words of the very phrases Rasa is trained on, solved at start, so
that it can never be older than the data.
"""

from __future__ import annotations

import asyncio
import re
import threading
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

from nlu.entities import EntityExtractor
from nlu.normalise import blank, for_encoder
from nlu.ports import FALLBACK_INTENT, ParsedIntent, ParserName
from nlu.training_data import TrainingData

Floats = npt.NDArray[np.float32]

FEATURES = 32768
_NGRAM_CHARS = (2, 3, 4)
_RIDGE = 0.3
_SHARPNESS = 8.0
"""Ridge and sharpness of the softmax: least log loss in five-fold validation over the training phrases
(docs/decisions/010-rasa-as-parser.md)."""
_WORD = re.compile(r"\w+")


def features_of(text: str) -> list[int]:
    """Numbers of the features a text has: its words, and runs of two to four characters in them."""
    words = _WORD.findall(for_encoder(text))
    grams = {f"w:{word}" for word in words}
    for word in words:
        padded = f" {word} "
        for size in _NGRAM_CHARS:
            grams.update(padded[at : at + size] for at in range(len(padded) - size + 1))
    return sorted({zlib.crc32(gram.encode()) % FEATURES for gram in grams})


class PhraseModel:
    """Intent by likeness to the training phrases."""

    def __init__(self, *, phrases: tuple[tuple[str, str], ...]) -> None:
        """Fit; takes about a second for 2,800 phrases on one core."""
        self.intents = sorted({intent for _, intent in phrases})
        present = [np.array(features_of(text), dtype=np.int64) for text, _ in phrases]
        seen = np.bincount(np.concatenate(present), minlength=FEATURES)
        self._idf = (np.log((1 + len(phrases)) / (1 + seen)) + 1).astype(np.float32)
        weighted = self._unit_rows(present)
        kernel = (weighted @ weighted.T).toarray() + _RIDGE * np.eye(len(phrases), dtype=np.float32)
        self._weights: Floats = weighted.T @ np.linalg.solve(kernel, self._targets(phrases))

    def _unit_rows(self, present: list[npt.NDArray[np.int64]]) -> Any:
        """Weights of the features each phrase has, `(phrases, FEATURES)`, rows of length 1."""
        from scipy.sparse import csr_array

        values = [self._idf[row] / (np.linalg.norm(self._idf[row]) or 1.0) for row in present]
        ends = np.cumsum([0, *map(len, present)])
        shape = (len(present), FEATURES)
        return csr_array((np.concatenate(values), np.concatenate(present), ends), shape=shape)

    def _targets(self, phrases: tuple[tuple[str, str], ...]) -> Floats:
        """One column an intent, centred, so that a text unlike all phrases gets even odds."""
        targets = np.full((len(phrases), len(self.intents)), -1 / len(self.intents), dtype=np.float32)
        for row, (_, intent) in enumerate(phrases):
            targets[row, self.intents.index(intent)] += 1
        return targets

    def probabilities(self, text: str) -> dict[str, float]:
        """Probability of each intent; they sum to 1."""
        present = features_of(text)
        values = self._idf[present]
        norm = float(np.linalg.norm(values)) or 1.0
        scores = _SHARPNESS * (values / norm) @ self._weights[present]
        odds = np.exp(scores - scores.max())
        return dict(zip(self.intents, (odds / odds.sum()).tolist(), strict=True))


class OfflineParser:
    """Parser over PhraseModel and the shared entity patterns; never unavailable."""

    name: ParserName = "offline"

    def __init__(self, *, data: TrainingData, extractor: EntityExtractor) -> None:
        """Fitting waits for the first message or for `warm_up`."""
        self._data = data
        self._extractor = extractor
        self._model: PhraseModel | None = None
        self._fitting = threading.Lock()

    def warm_up(self) -> PhraseModel:
        """Fit now; call it in a thread at start so that the first message need not wait."""
        with self._fitting:
            if self._model is None:
                self._model = PhraseModel(phrases=self._data.phrases)
            return self._model

    def odds(self, text: str) -> dict[str, float]:
        """Probabilities of all intents; blocks for half a second the first time."""
        return (self._model or self.warm_up()).probabilities(text)

    async def parse(self, text: str) -> ParsedIntent:
        """Parse one message; a blank one is out of scope with no confidence."""
        if blank(text):
            return ParsedIntent(intent=FALLBACK_INTENT, confidence=0.0, entities=())
        model = self._model
        if model is None:
            model = await asyncio.to_thread(self.warm_up)
        odds = tuple(model.probabilities(text).items())
        intent, confidence = max(odds, key=lambda pair: pair[1])
        return ParsedIntent(intent, confidence, self._extractor.extract(text), odds)
