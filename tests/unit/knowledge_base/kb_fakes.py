"""A small encoder and small articles for tests."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np

from knowledge_base.text import words
from knowledge_base.types import Article

Floats = np.ndarray[Any, np.dtype[np.float32]]


class HashingEncoder:
    """Sums a fixed random direction for each word's first letters: texts that share words are near."""

    fingerprint = "hashing-64"

    async def encode(self, texts: Sequence[str]) -> Floats:
        return self.encode_now(texts)

    def encode_now(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> Floats:
        if progress is not None:
            progress(len(texts), len(texts))
        rows = [sum((_direction(word[:5]) for word in words(text)), _direction("")) for text in texts]
        found = np.array(rows, dtype=np.float32).reshape(len(texts), 64)
        unit: Floats = found / np.linalg.norm(found, axis=1, keepdims=True)
        return unit


def _direction(word: str) -> Floats:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
    drawn: Floats = np.random.default_rng(seed).normal(size=64).astype(np.float32)
    return drawn


def article(
    article_id: str,
    *questions: str,
    lang: str = "ru",
    body: str = "Ответ.",
    audience: Any = "customer",
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Article:
    return Article(
        id=article_id,
        lang=lang,
        title=questions[0],
        questions=questions,
        body=body,
        audience=audience,
        valid_from=valid_from,
        valid_to=valid_to,
        revision="r1",
    )


DELIVERY = article(
    "delivery", "сколько стоит доставка", "цена доставки на дом", "платная ли доставка", "стоимость доставки"
)
POINTS = article("points", "когда сгорят баллы", "срок действия баллов", "баллы пропадут", "сгорание баллов")
RETURNS = article(
    "returns", "как вернуть товар", "возврат покупки", "хочу вернуть чайник", "оформить возврат"
)
SECRET = article(
    "limits", "лимит компенсации клиенту", "сколько компенсировать", "сумма компенсации", audience="internal"
)
RETURNS_EN = article(
    "returns",
    "how to return goods",
    "give a purchase back",
    "i want to return a kettle",
    lang="en",
    body="Answer.",
)
EVERYTHING = (DELIVERY, POINTS, RETURNS, SECRET, RETURNS_EN)
