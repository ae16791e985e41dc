"""Tasks that are told to end do end."""

from __future__ import annotations

import asyncio

from core.tasks import cancel_all


async def test_a_task_that_swallows_a_cancellation_is_cancelled_again() -> None:
    swallowed = 0

    async def stubborn() -> None:
        nonlocal swallowed
        while True:
            try:
                await asyncio.sleep(10)
            except asyncio.CancelledError:
                swallowed += 1
                if swallowed > 2:
                    raise

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    await asyncio.wait_for(cancel_all(task), timeout=5)
    assert task.cancelled()
    assert swallowed == 3


async def test_results_of_tasks_that_had_ended_are_kept_in_order() -> None:
    async def number() -> int:
        return 7

    async def failure() -> None:
        raise ValueError("no")

    tasks = [asyncio.create_task(number()), asyncio.create_task(failure())]
    await asyncio.wait(tasks)
    done, failed = await cancel_all(*tasks)
    assert done == 7
    assert isinstance(failed, ValueError)
