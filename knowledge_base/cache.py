"""Bases of folders kept on disk, so that the same folder is not indexed twice."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from core.logging import get_logger
from knowledge_base.errors import ArtefactError
from knowledge_base.ports import Encoder, Progress

if TYPE_CHECKING:
    from knowledge_base.base import Base

KEPT = 20
"""Bases kept; the ones not used longest go first."""

_log = get_logger("knowledge_base.cache")


def cached_base(
    folder: Path, encoder: Encoder, cache: Path, progress: Progress | None = None, *, floor: float
) -> Base:
    """The base of a folder, from the cache where its articles, model, floor and this code are the same.

    Raises:
        FolderError: the folder is unusable or has a fault.
    """
    from knowledge_base.artefact import from_bytes, to_bytes
    from knowledge_base.build import build
    from knowledge_base.folder import code_hash, content_hash, load_articles

    articles = load_articles(folder)
    name = hashlib.sha256(
        "|".join([content_hash(articles), encoder.fingerprint, str(floor), code_hash()]).encode()
    ).hexdigest()[:24]
    path = cache / f"{name}.kb"
    try:
        base = from_bytes(path.read_bytes())
        path.touch()
    except OSError:
        pass
    except ArtefactError:
        _log.warning("cache.broken", file=path.name)
    else:
        return base
    base = build(articles, encoder, progress, floor=floor)
    _keep(path, to_bytes(base))
    return base


def _keep(path: Path, content: bytes) -> None:
    """Write whole or not at all; a cache that cannot be written is only slower."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(content)
        Path(file.name).replace(path)
        kept = sorted(path.parent.glob("*.kb"), key=lambda name: name.stat().st_mtime, reverse=True)
        for old in kept[KEPT:]:
            old.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("cache.not_written", error=os.strerror(error.errno or 0))
