"""What the hand-over needs from outside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol


class Say(Protocol):
    """The words customers read, by key and language."""

    def __call__(self, key: str, language: str, /, **values: object) -> str:
        """The text with its placeholders filled in; raises `KeyError` for an unknown key."""


Clock = Callable[[], datetime]
"""The present moment, aware."""
