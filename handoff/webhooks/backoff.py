"""When a failed call is tried again, and when no more."""

from __future__ import annotations

from datetime import timedelta

FIRST_S = 10.0
LONGEST_S = 6 * 3600.0
MOST_ATTEMPTS = 14
"""With doubling from 10 s these take about 20 hours: a receiver may be away for a night."""
MOST_FAILURES = 50
"""Failed attempts in a row after which a webhook is switched off: its receiver is gone, not away."""


def wait_after(attempts: int, *, chance: float) -> timedelta | None:
    """How long to wait after so many attempts; None: give up.

    Doubles each time; `chance` in [0, 1) spreads it over half of the wait, so that a receiver that comes back
    is not met by all at once ("full jitter" halved, AWS Architecture Blog, "Exponential Backoff And Jitter").
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    whole = min(FIRST_S * 2 ** (attempts - 1), LONGEST_S)
    return timedelta(seconds=whole * (0.5 + chance / 2))
