"""The encoder's thread: batching, failing, closing; with a model of the test's own."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from core.encoder import BATCH, Encoder, EncoderDown


class _Model:
    """A text's vector says how long it is; waits at the gate, so that requests pile up."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.batches: list[int] = []
        self.threads: set[str] = set()

    def encode(self, texts: list[str]) -> Any:
        self.gate.wait(10)
        self.batches.append(len(texts))
        self.threads.add(threading.current_thread().name)
        if "bad" in texts:
            raise ValueError("cannot read this")
        return np.array([[len(text), 0] for text in texts], dtype=np.float32)


@pytest.fixture
def model() -> _Model:
    return _Model()


@pytest.fixture
def encoder(model: _Model) -> Iterator[Encoder]:
    made = Encoder(load=lambda name, threads: model)
    yield made
    model.gate.set()
    made.close()


async def test_requests_that_wait_are_encoded_together_and_each_gets_its_own_rows(
    model: _Model, encoder: Encoder
) -> None:
    waiting = [asyncio.ensure_future(encoder.encode(["x" * at, "y" * (at + 1)])) for at in range(1, 21)]
    await asyncio.sleep(0.05)
    model.gate.set()
    found = await asyncio.gather(*waiting)
    assert [rows[:, 0].tolist() for rows in found] == [[at, at + 1] for at in range(1, 21)]
    assert len(model.batches) <= 3
    assert model.threads == {"encoder"}


async def test_one_bad_text_fails_its_caller_and_the_thread_lives_on(model: _Model, encoder: Encoder) -> None:
    model.gate.set()
    with pytest.raises(ValueError, match="cannot read this"):
        await encoder.encode(["bad"])
    assert (await encoder.encode(["four"]))[0, 0] == 4


async def test_a_cancelled_request_does_not_harm_the_next(model: _Model, encoder: Encoder) -> None:
    first = asyncio.ensure_future(encoder.encode(["a"]))
    second = asyncio.ensure_future(encoder.encode(["bb"]))
    await asyncio.sleep(0.02)
    second.cancel()
    model.gate.set()
    assert (await first)[0, 0] == 1
    assert (await encoder.encode(["ccc"]))[0, 0] == 3


def test_many_texts_are_encoded_in_batches_with_progress(model: _Model, encoder: Encoder) -> None:
    model.gate.set()
    seen: list[tuple[int, int]] = []
    count = 2 * BATCH + 5
    found = encoder.encode_now(["x"] * count, lambda done, total: seen.append((done, total)))
    assert found.shape == (count, 2)
    assert seen == [(BATCH, count), (2 * BATCH, count), (count, count)]


async def test_a_model_that_cannot_be_loaded_makes_the_encoder_down_and_says_why() -> None:
    def load(name: str, threads: int) -> Any:
        raise OSError("no such folder")

    encoder = Encoder(model="/nowhere", load=load)
    with pytest.raises(EncoderDown, match="'/nowhere' cannot be loaded: no such folder"):
        await encoder.encode(["x"])
    assert encoder.state == "down"
    with pytest.raises(EncoderDown):
        encoder.encode_now(["x"])
    encoder.close()


async def test_closing_fails_what_comes_after_and_leaves_no_thread(model: _Model) -> None:
    before = set(threading.enumerate())  # another test's model may still be loading
    encoder = Encoder(load=lambda name, threads: model)
    model.gate.set()
    await encoder.encode(["x"])
    assert encoder.state == "ok"
    encoder.close()
    encoder.close()
    with pytest.raises(EncoderDown, match="closed"):
        await encoder.encode(["x"])
    assert "encoder" not in {thread.name for thread in set(threading.enumerate()) - before}


def test_fingerprints_tell_models_apart() -> None:
    assert Encoder().fingerprint == Encoder().fingerprint
    assert Encoder().fingerprint != Encoder(model="other/name").fingerprint


def test_importing_the_encoder_and_the_commands_loads_nothing_heavy() -> None:
    heavy = "{'torch', 'faiss', 'sentence_transformers', 'scipy', 'sklearn', 'numpy'}"
    code = "import sys, core.encoder, knowledge_base.cli, knowledge_base.live\n"
    code += f"print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
