"""Ending asyncio tasks for certain."""

from __future__ import annotations

import asyncio
from typing import Any

AGAIN_S = 0.5
"""How long a task that was cancelled may take before it is cancelled once more."""


async def cancel_all(*tasks: asyncio.Task[Any]) -> list[Any]:
    """Cancel tasks until each has ended; their results or exceptions, in order.

    Once is not enough: in Python 3.11 `asyncio.wait_for`, through which the Redis client sends, swallows a
    cancellation that arrives just as it has finished, and a loop around it goes on (cpython issue 86296,
    mended in Python 3.12).
    """
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=AGAIN_S)
    return await asyncio.gather(*tasks, return_exceptions=True)
