"""Tasks in SQL; who may change which is decided here, so that no page can get it wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, func, insert, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core.auth import Operator
from core.errors import Unavailable
from core.records import dump, new_id
from core.sql import insert_once, only_reading
from core.tables import audit, conversations, customers, tickets
from handoff.tasks.tables import tasks
from handoff.tasks.types import NewTask, Task, TaskError, View

MOST = 200
"""Tasks on a page; the most urgent of more."""
_LEADS = ("lead", "administrator")


class Tasks:
    """Makes, finds and settles tasks."""

    def __init__(self, engine: AsyncEngine) -> None:
        """`engine` of the archive."""
        self._engine = engine
        self._reading = only_reading(engine)

    async def promise(self, task: NewTask, *, task_id: str, by: str, now: datetime) -> None:
        """Keep a task; the same `task_id` (80 characters at most) twice is one.

        Raises:
            Unavailable: the database does not answer.
        """
        try:
            async with self._engine.begin() as connection:
                row = _row(task, task_id, by, now)
                if task.conversation and not task.customer:
                    row["customer"] = await _customer(connection, task.conversation)
                await insert_once(connection, tasks, row, key="id")
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error

    async def add(self, task: NewTask, *, by: str, now: datetime) -> str:
        """A new task; its id.

        Raises:
            TaskError: it would have been due before it was made.
            Unavailable: the database does not answer.
        """
        if task.due_at <= now:
            raise TaskError("due_past")
        task_id = new_id("k")
        await self.promise(task, task_id=task_id, by=by, now=now)
        return task_id

    async def done(self, task_id: str, *, who: Operator, result: str, now: datetime) -> None:
        """It is done.

        Raises:
            TaskError: there is none such, it is done already, or it is somebody else's.
            Unavailable: the database does not answer.
        """
        values = {"status": "done", "done_ms": _ms(now), "done_by": who.id, "result": result}
        await self._change(task_id, who, values, action="task.done", was="open", now=now)

    async def reopen(self, task_id: str, *, who: Operator, now: datetime) -> None:
        """It was not done after all.

        Raises:
            TaskError: there is none such, it is open, or it is somebody else's.
            Unavailable: the database does not answer.
        """
        values = {"status": "open", "done_ms": None, "done_by": None, "reminded_ms": None}
        await self._change(task_id, who, values, action="task.reopened", was="done", now=now)

    async def assign(self, task_id: str, owner: str, *, who: Operator, now: datetime) -> None:
        """Give it to somebody, or to nobody in particular (empty).

        Raises:
            TaskError: there is none such, it is done, or it is somebody else's.
            Unavailable: the database does not answer.
        """
        values = {"owner": owner or None, "reminded_ms": None}
        await self._change(task_id, who, values, action="task.assigned", was="open", now=now)

    async def list(self, view: View, *, who: Operator, now: datetime) -> list[Task]:
        """The tasks of a view, the most urgent first; done ones latest first.

        Raises:
            Unavailable: the database does not answer.
        """
        query = _with_names().where(_visible(who), _in_view(view, who, now)).limit(MOST)
        order = tasks.c.done_ms.desc() if view == "done" else tasks.c.due_ms
        try:
            async with self._reading.connect() as connection:
                rows = (await connection.execute(query.order_by(order, tasks.c.id))).mappings().all()
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error
        return [_task(row) for row in rows]

    async def due_count(self, *, who: Operator, now: datetime) -> int:
        """How many tasks want somebody's attention now: their own and unowned ones that are due.

        Raises:
            Unavailable: the database does not answer.
        """
        mine = or_(tasks.c.owner == who.id, tasks.c.owner.is_(None))
        query = select(func.count()).where(_visible(who), mine, _overdue(now))
        try:
            async with self._reading.connect() as connection:
                return int(await connection.scalar(query) or 0)
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error

    async def _change(
        self, task_id: str, who: Operator, values: dict[str, Any], *, action: str, was: str, now: datetime
    ) -> None:
        try:
            async with self._engine.begin() as connection:
                row = await _locked(connection, task_id)
                if row is None or not _sees(row, who):
                    raise TaskError("unknown_task")
                if row["status"] != was:
                    raise TaskError("task_done" if was == "open" else "task_open")
                if row["owner"] not in (None, who.id) and who.role not in _LEADS:
                    raise TaskError("task_of_other")
                await connection.execute(update(tasks).where(tasks.c.id == task_id).values(**values))
                detail = {"task": task_id, "owner": values.get("owner", row["owner"])}
                noted = insert(audit).values(at_ms=_ms(now), who=who.name, action=action, detail=dump(detail))
                await connection.execute(noted)
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error


def _in_view(view: View, who: Operator, now: datetime) -> ColumnElement[bool]:
    match view:
        case "mine":
            return and_(tasks.c.status == "open", tasks.c.owner == who.id)
        case "team":
            return tasks.c.status == "open"
        case "overdue":
            return _overdue(now)
        case "done":
            return tasks.c.status == "done"


def _overdue(now: datetime) -> ColumnElement[bool]:
    return and_(tasks.c.status == "open", tasks.c.due_ms <= _ms(now))


def _visible(who: Operator) -> ColumnElement[bool]:
    everybody = or_(tasks.c.audience == "desk", tasks.c.owner == who.id)
    return tasks.c.id.is_not(None) if who.role in _LEADS else everybody


def _sees(row: RowMapping, who: Operator) -> bool:
    return who.role in _LEADS or row["audience"] == "desk" or row["owner"] == who.id


async def _customer(connection: AsyncConnection, conversation: str) -> str:
    query = select(conversations.c.customer).where(conversations.c.id == conversation)
    return str(await connection.scalar(query) or "")


async def _locked(connection: AsyncConnection, task_id: str) -> RowMapping | None:
    query = select(tasks).where(tasks.c.id == task_id).with_for_update()
    return (await connection.execute(query)).mappings().first()


def _with_names() -> Select[Any]:
    latest = select(tickets.c.id).where(tickets.c.conversation == tasks.c.conversation)
    ticket = latest.order_by(tickets.c.created_ms.desc()).limit(1).scalar_subquery().label("ticket")
    return select(tasks, customers.c.name, ticket).outerjoin(customers, customers.c.key == tasks.c.customer)


def _row(task: NewTask, task_id: str, by: str, now: datetime) -> dict[str, Any]:
    return {
        "id": task_id,
        "kind": task.kind,
        "reason": task.reason,
        "audience": task.audience,
        "note": task.note,
        "owner": task.owner or None,
        "conversation": task.conversation or None,
        "customer": task.customer,
        "status": "open",
        "created_ms": _ms(now),
        "created_by": by,
        "due_ms": _ms(task.due_at),
        "result": "",
    }


def _task(row: RowMapping) -> Task:
    return Task(
        id=row["id"],
        kind=row["kind"],
        reason=row["reason"],
        audience=row["audience"],
        note=row["note"],
        owner=row["owner"] or "",
        conversation=row["conversation"] or "",
        ticket=row["ticket"] or "",
        customer=row["name"] or row["customer"].partition(":")[2] or row["customer"],
        open=row["status"] == "open",
        created_at=_at(row["created_ms"]),
        created_by=row["created_by"],
        due_at=_at(row["due_ms"]),
        done_at=_at(row["done_ms"]) if row["done_ms"] else None,
        done_by=row["done_by"] or "",
        result=row["result"],
    )


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _at(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
