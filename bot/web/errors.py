"""Errors as every API of ours tells them: a stable code and a sentence that says what to change.

The middleware goes around the whole application; parts with errors of their own answer before it sees them.
"""

from __future__ import annotations

from typing import Any, TypeVar

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import BaseModel, ValidationError

from bot.errors import BotError
from core.errors import Unavailable
from core.logging import get_logger

_log = get_logger("web")

RETRY_AFTER_S = 2
"""Told when a store is away: longer than the supervisor's first tries to bring it back."""

_HTTP = {
    404: ("not_found", "There is nothing at this address; see /openapi.json for what there is."),
    405: ("method_not_allowed", "This address does not take this method; see /openapi.json."),
    413: ("body_too_large", "The request is too large; shorten it."),
}


class ApiError(BotError):
    """A request that cannot be carried out."""

    def __init__(self, status: int, code: str, message: str, /, **extra: Any) -> None:
        """`status` is the HTTP status, `code` never changes, `message` is for people, `extra` is told too.

        `retry_after_s` among the extra becomes the header `Retry-After`.
        """
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.extra = extra


def error_response(error: ApiError) -> web.Response:
    """An error as JSON."""
    body = {"error": {"code": error.code, "message": error.message, **error.extra}}
    response = web.json_response(body, status=error.status)
    if "retry_after_s" in error.extra:
        response.headers["Retry-After"] = str(error.extra["retry_after_s"])
    return response


@web.middleware
async def json_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every error into JSON; one that nobody foresaw is logged and told as such."""
    try:
        return await handler(request)
    except ApiError as error:
        return error_response(error)
    except web.HTTPException as error:
        if error.status < 400 or error.content_type == "application/json":
            raise
        return _told(error)
    except Unavailable as error:
        _log.warning("web.unavailable", path=_route(request), error=str(error))
        return error_response(unavailable())
    except Exception as error:  # noqa: BLE001 - the last resort: the caller gets JSON, the log the cause
        _log.error("web.failed", path=_route(request), error=type(error).__name__, exc_info=True)
        text = "Something broke on our side; try again, and tell us if it stays."
        return error_response(ApiError(500, "internal", text))


def unavailable() -> ApiError:
    """A store is away; the caller may simply ask again."""
    text = "A store does not answer at the moment; try again in a few seconds, nothing is taken twice."
    return ApiError(503, "unavailable", text, retry_after_s=RETRY_AFTER_S)


Body = TypeVar("Body", bound=BaseModel)


async def read_body(request: web.Request, kind: type[Body], *, empty: bytes = b"") -> Body:
    """The JSON body of a request; `empty` stands in for none at all.

    Raises:
        ApiError: 400 if it is not JSON, 422 if a field is missing or wrong.
        aiohttp.web.HTTPRequestEntityTooLarge: it is over the application's limit.
    """
    raw = await request.read()
    try:
        return kind.model_validate_json(raw or empty)
    except ValidationError as error:
        raise _wrong_body(error) from None  # the cause would quote what the customer wrote


def _wrong_body(error: ValidationError) -> ApiError:
    fault = error.errors(include_url=False, include_input=False)[0]
    if fault["type"] == "json_invalid":
        return ApiError(400, "bad_json", "The body is not JSON in UTF-8; send a JSON object.")
    where = ".".join(str(part) for part in fault["loc"])
    if not where:
        return ApiError(422, "invalid_body", f"{fault['msg']}.")
    return ApiError(422, "invalid_body", f"Change {where}: {fault['msg']}.", field=where)


def _told(error: web.HTTPException) -> web.Response:
    code, message = _HTTP.get(error.status, ("http_error", error.reason))
    answer = error_response(ApiError(error.status, code, message))
    if "Allow" in error.headers:
        answer.headers["Allow"] = error.headers["Allow"]
    return answer


def _route(request: web.Request) -> str:
    """The pattern of the address; the address itself may hold what must not be logged."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else ""
