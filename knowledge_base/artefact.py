"""A base as bytes and back: one NumPy archive, no code in it."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import asdict, fields
from datetime import date
from typing import Any

import numpy as np
from scipy import sparse

from knowledge_base.adapter import Adapter, adapter_for
from knowledge_base.base import Base
from knowledge_base.dense import DenseIndex
from knowledge_base.errors import ArtefactError
from knowledge_base.logistic import Logistic
from knowledge_base.shelf import Shelf
from knowledge_base.signals import NAMES
from knowledge_base.terms import TermIndex
from knowledge_base.threshold import Estimate
from knowledge_base.types import Article, Passage

FORMAT = 2
_MAGIC = b"DUETKB01"
_DIGEST_BYTES = 32


def to_bytes(base: Base) -> bytes:
    """Everything of a base but its version number."""
    arrays: dict[str, Any] = {}
    shelves = {"customer": _pack(base.customer, "customer", arrays)}
    if base.internal is not base.customer:
        shelves["internal"] = _pack(base.internal, "internal", arrays)
    arrays |= {"mean": base.model.mean, "spread": base.model.spread, "model": base.model.weights}
    told = {
        "format": FORMAT,
        "signals": list(NAMES),
        "articles": [asdict(article) for article in base.articles],
        "shelves": shelves,
        "intercept": base.model.intercept,
        "estimate": asdict(base.estimate),
        "fingerprint": base.fingerprint,
        "content": base.content,
    }
    arrays["told"] = np.frombuffer(json.dumps(told, default=str).encode(), dtype=np.uint8)
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    body = stream.getvalue()
    return _MAGIC + hashlib.sha256(body).digest() + body


def from_bytes(stored: bytes, *, version: int = 0) -> Base:
    """The base again.

    Raises:
        ArtefactError: the bytes are cut, altered, of another format, or made with other signals.
    """
    try:
        return _base(_arrays(stored), version)
    except (KeyError, TypeError, ValueError) as error:
        raise ArtefactError(f"the artefact cannot be read: {error}") from error


def articles_in(stored: bytes) -> tuple[Article, ...]:
    """Only the articles, also where the rest was made by another version of Duet.

    Raises:
        ArtefactError: the bytes are cut or altered.
    """
    try:
        told = json.loads(_arrays(stored)["told"].tobytes())
        return tuple(_article(values) for values in told["articles"])
    except (KeyError, TypeError, ValueError) as error:
        raise ArtefactError(f"the artefact cannot be read: {error}") from error


def _arrays(stored: bytes) -> dict[str, Any]:
    start = len(_MAGIC) + _DIGEST_BYTES
    if stored[: len(_MAGIC)] != _MAGIC:
        raise ArtefactError("not a knowledge base artefact, or one of another format")
    if hashlib.sha256(stored[start:]).digest() != stored[len(_MAGIC) : start]:
        raise ArtefactError("the artefact is cut or altered")
    try:
        with np.load(io.BytesIO(stored[start:]), allow_pickle=False) as arrays:
            return dict(arrays)
    except (ValueError, zipfile.BadZipFile) as error:
        raise ArtefactError(f"the artefact cannot be read: {error}") from error


def _base(arrays: dict[str, Any], version: int) -> Base:
    told = json.loads(arrays["told"].tobytes())
    if told["format"] != FORMAT or told["signals"] != list(NAMES):
        raise ArtefactError("the artefact was made by another version of Duet; publish again")
    adapter = adapter_for(told["fingerprint"])
    customer = _unpack(told["shelves"]["customer"], "customer", arrays, adapter)
    inside = told["shelves"].get("internal")
    return Base(
        articles=tuple(_article(values) for values in told["articles"]),
        customer=customer,
        internal=customer if inside is None else _unpack(inside, "internal", arrays, adapter),
        model=Logistic(arrays["mean"], arrays["spread"], arrays["model"], told["intercept"]),
        estimate=Estimate(**told["estimate"]),
        fingerprint=told["fingerprint"],
        content=told["content"],
        version=version,
    )


def _pack(shelf: Shelf, name: str, arrays: dict[str, Any]) -> dict[str, Any]:
    arrays[f"{name}.vectors"] = shelf.dense.vectors
    arrays[f"{name}.centre"] = shelf.dense.mean
    arrays[f"{name}.everyday"] = shelf.everyday
    arrays[f"{name}.owner"] = shelf.owner
    arrays[f"{name}.weights"] = shelf.weights
    for kind, terms in (("lemma", shelf.lemma), ("chars", shelf.chars)):
        arrays[f"{name}.{kind}.idf"] = terms.idf
        arrays[f"{name}.{kind}.data"] = terms.rows.data
        arrays[f"{name}.{kind}.indices"] = terms.rows.indices
        arrays[f"{name}.{kind}.indptr"] = terms.rows.indptr
    return {
        "passages": [[p.article_id, p.lang, p.kind, p.text] for p in shelf.passages],
        "ids": list(shelf.ids),
        "scale": list(shelf.scale),
        "lemma": list(shelf.lemma.vocabulary),
        "chars": list(shelf.chars.vocabulary),
    }


def _unpack(told: dict[str, Any], name: str, arrays: dict[str, Any], adapter: Adapter | None) -> Shelf:
    centre = arrays[f"{name}.centre"]
    return Shelf(
        passages=tuple(Passage(*values) for values in told["passages"]),
        owner=arrays[f"{name}.owner"],
        ids=tuple(told["ids"]),
        dense=DenseIndex(arrays[f"{name}.vectors"], centre, adapter if len(centre) > 1 else None),
        lemma=_terms(told["lemma"], f"{name}.lemma", arrays),
        chars=_terms(told["chars"], f"{name}.chars", arrays),
        weights=arrays[f"{name}.weights"],
        scale=(told["scale"][0], told["scale"][1]),
        everyday=arrays[f"{name}.everyday"],
    )


def _terms(vocabulary: list[str], name: str, arrays: dict[str, Any]) -> TermIndex:
    indptr = arrays[f"{name}.indptr"]
    rows = sparse.csr_matrix(
        (arrays[f"{name}.data"], arrays[f"{name}.indices"], indptr), shape=(len(indptr) - 1, len(vocabulary))
    )
    return TermIndex({term: at for at, term in enumerate(vocabulary)}, arrays[f"{name}.idf"], rows)


def _article(values: dict[str, Any]) -> Article:
    known = {field.name: values[field.name] for field in fields(Article)}
    for key in ("questions", "tags"):
        known[key] = tuple(known[key])
    for key in ("valid_from", "valid_to"):
        known[key] = date.fromisoformat(known[key]) if known[key] else None
    return Article(**known)
