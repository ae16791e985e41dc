"""Says when a task becomes due: event `task.due` with `task`, `kind`, `owner`, `audience` and `due_at`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from core.errors import Unavailable
from core.leader import Leader, led
from core.records import dump
from core.redis import Scripts
from handoff.tasks.tables import tasks

_POLL_S = 10.0
_BATCH = 100


class Reminder:
    """Reminds of each task once when it becomes due; after a crash perhaps twice, never not at all."""

    def __init__(self, *, engine: AsyncEngine, scripts: Scripts, now: Callable[[], datetime]) -> None:
        """`engine` of the archive."""
        self._engine = engine
        self._scripts = scripts
        self._now = now

    async def run(self, stop: asyncio.Event, leader: Leader) -> None:
        """Remind until `stop`, in whichever process holds the role."""
        await led(stop, leader, self.step, poll_s=_POLL_S, part="tasks")

    async def step(self) -> int:
        """Remind of what is due; of how many.

        Raises:
            Unavailable: a store does not answer.
        """
        now_ms = int(self._now().timestamp() * 1000)
        due = select(tasks).where(
            tasks.c.status == "open", tasks.c.due_ms <= now_ms, tasks.c.reminded_ms.is_(None)
        )
        try:
            async with self._engine.begin() as connection:
                rows = (await connection.execute(due.order_by(tasks.c.due_ms).limit(_BATCH))).mappings().all()
                for row in rows:
                    await connection.execute(
                        update(tasks).where(tasks.c.id == row["id"]).values(reminded_ms=now_ms)
                    )
                # Told before it is written down: a crash between the two repeats a reminder and loses none.
                for row in rows:
                    told = {
                        "task": row["id"], "kind": row["kind"], "owner": row["owner"],
                        "audience": row["audience"], "due_at": row["due_ms"],
                    }  # fmt: skip
                    await self._scripts.run(
                        "handoff/lua/task_due.lua", row["conversation"] or "", dump(told), ""
                    )
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error
        return len(rows)
