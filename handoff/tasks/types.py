"""What a task is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from handoff.errors import HandoffError

Kind = Literal["call_back", "promise", "todo"]
KINDS: tuple[Kind, ...] = ("call_back", "promise", "todo")
View = Literal["mine", "team", "overdue", "done"]
VIEWS: tuple[View, ...] = ("mine", "team", "overdue", "done")


class TaskError(HandoffError):
    """A task cannot be changed that way; the text says what to change."""


@dataclass(frozen=True, slots=True)
class NewTask:
    """Work to be done by `due_at`.

    `owner` is an operator's id, or empty where whoever is free takes it; `audience` is who sees it then:
    `desk` for everybody, `lead` for leads. `customer` is their key.
    """

    kind: Kind
    note: str
    due_at: datetime
    owner: str = ""
    conversation: str = ""
    customer: str = ""
    reason: str = ""
    audience: str = "desk"


@dataclass(frozen=True, slots=True)
class Task:
    """A task as it is stored.

    `customer` is their name where one is known, else their key; `ticket` is the conversation's latest.
    """

    id: str
    kind: str
    reason: str
    audience: str
    note: str
    owner: str
    conversation: str
    ticket: str
    customer: str
    open: bool
    created_at: datetime
    created_by: str
    due_at: datetime
    done_at: datetime | None
    done_by: str
    result: str


class Promises(Protocol):
    """What other parts need to promise something to a customer."""

    async def promise(self, task: NewTask, *, task_id: str, by: str, now: datetime) -> None:
        """Keep a promise in mind; the same `task_id` twice is one task."""
