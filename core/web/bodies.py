"""Request bodies, checked at the edge."""

from __future__ import annotations

from typing import Annotated, TypeVar

from aiohttp import web
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from core.web.problems import Problem


def _storable(text: str) -> str:
    """Without NUL and half characters, which no store takes."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


Text = Annotated[str, AfterValidator(_storable)]


class Body(BaseModel):
    """A request's body; never changed once read."""

    model_config = ConfigDict(frozen=True)


Read = TypeVar("Read", bound=Body)


async def read_body(request: web.Request, kind: type[Read]) -> Read:
    """The body of a request; an empty one counts as `{}`.

    Raises:
        Problem: 400 if it is not JSON, 422 if a field is missing or wrong.
    """
    raw = await request.read()
    try:
        return kind.model_validate_json(raw or b"{}")
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        if fault["type"] == "json_invalid":
            raise Problem(400, "bad_json", "The body is not JSON; send a JSON object.") from None
        where = ".".join(str(part) for part in fault["loc"]) or "the body"
        raise Problem(
            422, "invalid_body", f"Change {where}: {fault['msg']}.", field=where
        ) from None  # the cause would quote what was sent
