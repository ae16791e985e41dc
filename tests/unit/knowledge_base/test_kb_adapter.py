"""The adapter behind the encoder, and the likeness to everyday messages."""

from __future__ import annotations

import numpy as np
import pytest

from core.encoder import Encoder as OfflineEncoder
from knowledge_base.adapter import Adapter, adapter_for, shipped_adapter
from knowledge_base.artefact import from_bytes, to_bytes
from knowledge_base.build import build
from knowledge_base.calibrate import everyday_messages
from knowledge_base.dense import DenseIndex
from knowledge_base.query import prepare
from tests.unit.knowledge_base.kb_fakes import EVERYTHING, Floats, HashingEncoder

RANDOM = np.random.default_rng(3)


def _unit(count: int, dim: int) -> Floats:
    drawn = RANDOM.normal(size=(count, dim)).astype(np.float32)
    unit: Floats = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return unit


class NamedLikeOffline(HashingEncoder):
    """As wide as the real encoder and named like it."""

    fingerprint = "usem3-test"

    def encode_now(self, texts, progress=None):  # type: ignore[no-untyped-def]
        return np.pad(super().encode_now(texts, progress), ((0, 0), (0, 448)))


def test_the_shipped_adapter_fits_the_offline_encoder_and_no_other() -> None:
    assert adapter_for(OfflineEncoder().fingerprint) is shipped_adapter()
    assert adapter_for("some/model-st6.2.0") is None
    assert shipped_adapter().change.shape == (512, 512)


def test_the_shipped_adapter_changes_vectors_a_little_and_keeps_their_length() -> None:
    vectors = _unit(20, 512)
    turned = shipped_adapter()(vectors)
    np.testing.assert_allclose(np.linalg.norm(turned, axis=1), 1, atol=1e-5)
    assert ((turned * vectors).sum(axis=1) > 0.5).all()
    assert not np.allclose(turned, vectors, atol=1e-3)


def test_likeness_is_the_mean_of_the_encoders_view_and_the_adapters() -> None:
    vectors, queries = _unit(12, 8), _unit(3, 8)
    adapter = Adapter(RANDOM.normal(scale=0.3, size=(8, 8)).astype(np.float32))
    plain, _ = (index := DenseIndex.of(vectors)).similarities(index.views(queries))
    turned, _ = (index := DenseIndex.of(adapter(vectors))).similarities(index.views(adapter(queries)))
    both, last = (index := DenseIndex.of(vectors, adapter)).similarities(index.views(queries))
    np.testing.assert_allclose(last, turned, atol=1e-5)
    np.testing.assert_allclose(both, (plain + turned) / 2, atol=1e-5)


def test_without_an_adapter_there_is_one_view() -> None:
    index = DenseIndex.of(_unit(5, 8))
    found, last = index.similarities(index.views(_unit(2, 8)))
    np.testing.assert_array_equal(found, last)


@pytest.mark.parametrize("encoder", [HashingEncoder(), NamedLikeOffline()])
def test_a_stored_base_scores_as_before_with_its_adapter_or_without(encoder: HashingEncoder) -> None:
    base = build(EVERYTHING, encoder)
    again = from_bytes(to_bytes(base))
    texts = ["платная доставка", "вернуть чайник"]
    before, after = (some.customer.likeness(texts, encoder.encode_now(texts)) for some in (base, again))
    np.testing.assert_array_equal(before.dense, after.dense)
    np.testing.assert_array_equal(before.turned, after.turned)
    np.testing.assert_array_equal(before.strange, after.strange)
    assert len(again.customer.dense.mean) == (2 if isinstance(encoder, NamedLikeOffline) else 1)


def test_an_everyday_message_is_strange_to_a_base_but_not_by_itself_while_calibrating() -> None:
    encoder = HashingEncoder()
    shelf = build(EVERYTHING, encoder).customer
    everyday = [prepare(text) for text in everyday_messages()]
    heard = shelf.strange(shelf.dense.views(encoder.encode_now(everyday)))
    np.testing.assert_allclose(heard, 1, atol=1e-4)
    apart = shelf.strange(shelf.everyday_views, themselves=True)
    assert (apart <= heard + 1e-6).all()
    assert apart.mean() < 0.95
