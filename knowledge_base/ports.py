"""What the knowledge base needs from outside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    import numpy as np

    from knowledge_base.verdicts import Verdict

    Floats = np.ndarray[Any, np.dtype[np.float32]]

Progress = Callable[[str, int, int], None]
"""Called as `progress(step, done, total)`."""


class Encoder(Protocol):
    """Texts to unit vectors `(n, dim)` float32; vectors of equal `fingerprint` may be compared."""

    @property
    def fingerprint(self) -> str:
        """Names the model."""
        ...

    async def encode(self, texts: Sequence[str]) -> Floats:
        """From an event loop."""
        ...

    def encode_now(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> Floats:
        """From a plain thread."""
        ...


@dataclass(frozen=True, slots=True)
class BaseMeta:
    """What is known of a stored base without loading it.

    `source` is `folder` or `editors`; `content` is the hash of the articles it was built from, `code` that
    of the program that built it, `fingerprint` names the encoder; `share` is what part of the questions
    would be answered, by the same estimate as `threshold`, and `kind` is that of the threshold.
    """

    fingerprint: str
    source: str
    content: str
    code: str
    floor: float
    created_at: datetime
    articles: int
    threshold: float
    share: float | None = None
    kind: Literal["estimate", "bound"] = "estimate"

    @property
    def model(self) -> str:
        """Names the encoder and the program: probabilities of equal models may be compared."""
        return f"{self.fingerprint}/{self.code}"


class BaseStore(Protocol):
    """Published bases and which of them is active. All raise `StoreError` when it cannot be reached."""

    async def save(self, artefact: bytes, meta: BaseMeta) -> int:
        """Keep an artefact; its new version number."""
        ...

    async def load(self, version: int) -> bytes:
        """An artefact."""
        ...

    async def meta(self, version: int) -> BaseMeta:
        """What is known of an artefact."""
        ...

    async def active(self) -> int | None:
        """The active version number, or None before the first publish."""
        ...

    async def activate(self, version: int) -> None:
        """Make a stored version the active one, and announce it."""
        ...


class Announcements(Protocol):
    """Hears that another version became active."""

    async def wait(self, timeout_s: float) -> None:
        """Return when one did, or after that time; raises `StoreError` when it cannot listen."""
        ...


class Verdicts(Protocol):
    """What operators and reviews said of decisions."""

    async def read(self) -> Sequence[Verdict]:
        """The newest verdicts, one a decision; raises `StoreError` when they cannot be read."""
        ...
