"""Settings that must be in place before Rasa and TensorFlow are imported."""

from __future__ import annotations

import logging
import os
import warnings
from typing import Any

VARIABLES = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TQDM_DISABLE": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
}
"""Telemetry off, no progress bars, one thread: more are slower for single messages."""


def _ignore(*_args: Any, **_fields: Any) -> None:
    """Drop a warning of a pinned library: nobody here can act on it."""


def silence() -> None:
    """Set the variables that are not set yet and keep Rasa's logs, which hold users' words, to errors."""
    for name, value in VARIABLES.items():
        os.environ.setdefault(name, value)
    warnings.showwarning = _ignore  # the libraries reset the filters, but not this
    logging.basicConfig(level=logging.ERROR)


def silence_rasa() -> None:
    """Until this is called an in-process Agent prints every text it parses."""
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.ERROR)
    for name in ("rasa", "matplotlib", "tensorflow", "asyncio"):
        logging.getLogger(name).setLevel(logging.ERROR)
