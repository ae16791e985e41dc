"""`/desk/tasks`: call-backs and promises, whose they are and when they are due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from aiohttp import web
from pydantic import AwareDatetime, Field

from core.auth import Operator
from core.auth_operators import Operators
from core.clock import utc_now
from core.web.area import NavEntry
from core.web.bodies import Body, Text, read_body
from core.web.frame import Frame
from core.web.guard import DESK_ROLES, Guard
from core.web.problems import Problem
from handoff.tasks.store import Tasks
from handoff.tasks.types import KINDS, VIEWS, Kind, NewTask, Task, TaskError

_ID = "{id:[0-9A-Za-z_-]{1,80}}"
_REFUSED = {
    "due_past": (422, "The due time is over; choose a later one."),
    "unknown_task": (404, "There is no such task; reload the list."),
    "task_done": (409, "Somebody has done this task already; reload the list."),
    "task_open": (409, "This task is open already; reload the list."),
    "task_of_other": (403, "This task is a colleague's; ask them or a lead to hand it on."),
}


class TaskBody(Body):
    """A task as it is to be; `owner` is an operator's id or empty."""

    kind: Kind
    note: Annotated[Text, Field(min_length=1, max_length=2000)]
    due_at: AwareDatetime
    owner: Annotated[Text, Field(max_length=40)] = ""
    conversation: Annotated[Text, Field(max_length=40, pattern=r"^[0-9A-Za-z_-]*$")] = ""
    customer: Annotated[Text, Field(max_length=200)] = ""


class DoneBody(Body):
    """What came of a task."""

    result: Annotated[Text, Field(max_length=2000)] = ""


class AssignBody(Body):
    """An operator's id, or empty for nobody in particular."""

    owner: Annotated[Text, Field(max_length=40)]


class TasksArea:
    """The page and its API, for everybody who works with customers."""

    nav = (NavEntry("/desk/tasks", "nav.tasks", DESK_ROLES, count="/desk/api/tasks/count"),)

    def __init__(self, *, frame: Frame, guard: Guard, tasks: Tasks, operators: Operators) -> None:
        """`guard` lets in who works with customers; `operators` gives names."""
        self._frame = frame
        self._guard = guard
        self._tasks = tasks
        self._operators = operators

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The page and what its script asks."""
        return [
            web.get("/tasks", self.page),
            web.get("/api/tasks", self.index),
            web.get("/api/tasks/count", self.count),
            web.post("/api/tasks", self.add),
            web.post(f"/api/tasks/{_ID}/done", self.done),
            web.post(f"/api/tasks/{_ID}/reopen", self.reopen),
            web.post(f"/api/tasks/{_ID}/assign", self.assign),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """The lists."""
        data = {"kinds": list(KINDS), "views": list(VIEWS)}
        return await self._frame.page(request, "tasks.html", roles=DESK_ROLES, data=data)

    async def index(self, request: web.Request) -> web.Response:
        """The tasks of a view, and who may be given one."""
        who = await self._guard.reader(request)
        view = request.query.get("view", "mine")
        if view not in VIEWS:
            raise Problem(422, "unknown_view", f"Change view to one of {', '.join(VIEWS)}.", field="view")
        now = utc_now()
        found = await self._tasks.list(view, who=who, now=now)
        people = [each for each in await self._operators.all() if each.role in DESK_ROLES]
        names = {each.id: each.display_name for each in people}
        return web.json_response(
            {
                "tasks": [_data(each, names, now) for each in found],
                "people": [{"id": each.id, "name": each.display_name} for each in people if each.active],
            }
        )

    async def count(self, request: web.Request) -> web.Response:
        """How many are due, for the menu."""
        who = await self._guard.reader(request)
        return web.json_response({"count": await self._tasks.due_count(who=who, now=utc_now())})

    async def add(self, request: web.Request) -> web.Response:
        """A new one."""
        who = await self._guard.worker(request)
        body = await read_body(request, TaskBody)
        await self._check_owner(body.owner)
        task = NewTask(
            kind=body.kind,
            note=body.note.strip(),
            due_at=body.due_at,
            owner=body.owner,
            conversation=body.conversation,
            customer=body.customer,
        )
        try:
            task_id = await self._tasks.add(task, by=who.name, now=utc_now())
        except TaskError as error:
            raise _refused(error) from error
        return web.json_response({"id": task_id})

    async def done(self, request: web.Request) -> web.Response:
        """It is done."""
        who = await self._guard.worker(request)
        body = await read_body(request, DoneBody)
        return await self._settled(self._tasks.done(_id(request), who=who, result=body.result, now=utc_now()))

    async def reopen(self, request: web.Request) -> web.Response:
        """It is open again."""
        who = await self._guard.worker(request)
        return await self._settled(self._tasks.reopen(_id(request), who=who, now=utc_now()))

    async def assign(self, request: web.Request) -> web.Response:
        """Whose it is."""
        who = await self._guard.worker(request)
        body = await read_body(request, AssignBody)
        await self._check_owner(body.owner)
        return await self._settled(self._tasks.assign(_id(request), body.owner, who=who, now=utc_now()))

    async def _settled(self, change: Any) -> web.Response:
        try:
            await change
        except TaskError as error:
            raise _refused(error) from error
        return web.json_response({})

    async def _check_owner(self, owner: str) -> None:
        if owner and not any(_may_own(each, owner) for each in await self._operators.all()):
            raise Problem(422, "unknown_owner", "There is nobody such at the desk.", field="owner")


def _may_own(operator: Operator, owner: str) -> bool:
    return operator.id == owner and operator.active and operator.role in DESK_ROLES


def _id(request: web.Request) -> str:
    return request.match_info["id"]


def _refused(error: TaskError) -> Problem:
    code = str(error)
    status, text = _REFUSED[code]
    return Problem(status, code, text, field="due_at" if code == "due_past" else "")


def _data(task: Task, names: dict[str, str], now: datetime) -> dict[str, Any]:
    return {
        "id": task.id,
        "kind": task.kind,
        "reason": task.reason,
        "note": task.note,
        "owner": {"id": task.owner, "name": names.get(task.owner, "")} if task.owner else None,
        "conversation": task.conversation,
        "ticket": task.ticket,
        "customer": task.customer,
        "open": task.open,
        "overdue": task.open and task.due_at <= now,
        "due_at": task.due_at.isoformat(),
        "created_by": task.created_by,
        "done_at": task.done_at.isoformat() if task.done_at else None,
        "done_by": names.get(task.done_by, ""),
        "result": task.result,
    }
