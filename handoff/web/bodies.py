"""Request bodies, checked at the edge."""

from __future__ import annotations

from typing import Annotated, TypeVar

from aiohttp import web
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from handoff.web.problems import Problem

MAX_TEXT_CHARS = 4096
"""Telegram's limit for one message, and so ours."""


def _storable(text: str) -> str:
    """Without NUL and half characters, which no store takes."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


Text = Annotated[str, AfterValidator(_storable)]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True)


class Login(_Body):
    """Signing in."""

    name: Annotated[Text, Field(max_length=200)]
    password: Annotated[Text, Field(max_length=1000)]


class ReplyBody(_Body):
    """What an operator writes; `client_id` makes a repeat harmless."""

    text: Text
    client_id: Annotated[Text, Field(max_length=80)] = ""


class ResendBody(_Body):
    """The reply to send once more."""

    out_id: Annotated[Text, Field(max_length=80)]


class CloseBody(_Body):
    """Why a conversation ends."""

    reason: Annotated[Text, Field(max_length=200)] = "solved"


Body = TypeVar("Body", bound=_Body)


async def read_body(request: web.Request, kind: type[Body]) -> Body:
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


def checked_text(text: str) -> str:
    """The words of a reply without blanks around them.

    Raises:
        Problem: 422 if nothing is left or it is too long.
    """
    words = text.strip()
    if not words:
        raise Problem(422, "text_empty", "The reply is empty; write something.")
    if len(words) > MAX_TEXT_CHARS:
        raise Problem(
            422,
            "text_too_long",
            f"The reply has {len(words)} characters; shorten it to {MAX_TEXT_CHARS} or send it in parts.",
            limit=MAX_TEXT_CHARS,
        )
    return words
