"""Editing a section over HTTP: what holds, and a change with its faults named field by field."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ValidationError

from core.auth import Operator
from core.settings import Conflict, Section, Settings, Stored
from core.web.bodies import Body
from core.web.problems import Problem

Fault = dict[str, Any]
"""`at` (path such as `week.0`), `code`, `message`, and the numbers a message needs."""

Check = Callable[[Any], Awaitable[Sequence[Fault]]]
"""Finds faults that one section alone cannot show."""


class SectionBody(Body):
    """A changed section, and the version it was made from."""

    version: int
    value: dict[str, Any]


def stored_data(stored: Stored[Any], names: Mapping[str, str]) -> dict[str, Any]:
    """A section as JSON, with who changed it last."""
    return {
        "value": stored.value.model_dump(mode="json"),
        "version": stored.version,
        "changed_at": stored.changed_at.isoformat() if stored.changed_at else None,
        "changed_by": names.get(stored.changed_by, stored.changed_by),
    }


async def change(
    settings: Settings,
    section: Section[Any],
    body: SectionBody,
    *,
    by: Operator,
    now: datetime,
    check: Check | None = None,
) -> Stored[Any]:
    """Store a change.

    Raises:
        Problem: 422 with `faults` if something is wrong, 409 if somebody else changed it meanwhile.
    """
    try:
        value: BaseModel = section.model.model_validate(body.value)
    except ValidationError as error:
        raise _faulty(
            [_fault(each) for each in error.errors(include_url=False, include_input=False)]
        ) from None
    faults = list(await check(value)) if check else []
    if faults:
        raise _faulty(faults)
    done = await settings.put(section, value, version=body.version, by=by.name, now=now)
    if isinstance(done, Conflict):
        text = "Somebody else changed these settings meanwhile; look at theirs and save again."
        raise Problem(409, "settings_changed", text, version=done.now.version)
    return done


def _faulty(faults: Sequence[Fault]) -> Problem:
    text = f"{len(faults)} fields need a change; each is named."
    return Problem(422, "settings_faulty", text, faults=list(faults))


def _fault(error: Any) -> Fault:
    context = {
        name: value for name, value in error.get("ctx", {}).items() if isinstance(value, int | float | str)
    }
    return {
        "at": ".".join(str(part) for part in error["loc"]),
        "code": error["type"],
        "message": error["msg"],
        **context,
    }
