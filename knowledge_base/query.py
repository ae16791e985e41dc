"""A customer's message made ready for comparing with passages."""

from __future__ import annotations

from knowledge_base.text import tidy

MAX_CHARS = 1000
"""Characters of a message that are searched with."""


def prepare(text: str) -> str:
    """The words that carry the question."""
    return tidy(text)[:MAX_CHARS]
