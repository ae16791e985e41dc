"""Settings as pages read and change them, with every fault named at its field."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, Field, ValidationError

from core.auth import Operator
from core.clock import utc_now
from core.settings import Conflict, Section, Settings
from core.web.bodies import Body, read_body
from core.web.problems import Problem

ModelT = TypeVar("ModelT", bound=BaseModel)

MOST_FAULTS = 50


class ChangeBody(Body):
    """A section as somebody wants it, and the version they changed."""

    value: dict[str, Any]
    version: Annotated[int, Field(ge=0)]


async def shown(settings: Settings, section: Section[ModelT]) -> dict[str, Any]:
    """A section as a page edits it."""
    stored = await settings.stored(section, fresh=True)
    return {
        "value": stored.value.model_dump(mode="json"),
        "version": stored.version,
        "changed_at": stored.changed_at.isoformat() if stored.changed_at else None,
    }


async def changed(request: web.Request, section: Section[ModelT]) -> tuple[ModelT, int]:
    """The value and the version a page sent.

    Raises:
        Problem: 422 `invalid_settings` with every fault: where (`replies.3.title`), its kind, a sentence.
    """
    body = await read_body(request, ChangeBody)
    try:
        return section.model.model_validate(body.value), body.version
    except ValidationError as error:
        faults = [
            {"at": ".".join(map(str, fault["loc"])), "kind": fault["type"], "message": fault["msg"]}
            for fault in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        raise faulty(faults) from None  # the cause would quote what was sent


def faulty(faults: list[dict[str, str]]) -> Problem:
    """What is told of values that cannot be used; nothing was changed."""
    text = f"{len(faults)} values cannot be used; change those that are named."
    return Problem(422, "invalid_settings", text, faults=faults[:MOST_FAULTS])


async def put(
    settings: Settings, section: Section[ModelT], value: ModelT, version: int, by: Operator
) -> web.Response:
    """Store a section; its new version.

    Raises:
        Problem: 409 if somebody else changed it meanwhile.
    """
    done = await settings.put(section, value, version=version, by=by.name, now=utc_now())
    if isinstance(done, Conflict):
        text = "Somebody changed this meanwhile; reload the page and change it again."
        raise Problem(409, "settings_changed", text, who=done.now.changed_by)
    return web.json_response({"version": done.version})
