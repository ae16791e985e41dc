"""Errors as the API tells them: a stable code and a sentence that says what to change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from core.errors import CoreError, Unavailable
from core.logging import get_logger

_log = get_logger("pages")

_HTTP = {
    404: ("not_found", "There is nothing at this address; see /openapi.json for what there is."),
    405: ("method_not_allowed", "This address does not take this method; see /openapi.json."),
    413: ("body_too_large", "The request is too large; shorten it."),
}


class Problem(CoreError):  # noqa: N818 - reads as what it is: a problem that is told
    """A request that cannot be carried out."""

    def __init__(self, status: int, code: str, message: str, /, **extra: Any) -> None:
        """`status` is the HTTP status, `code` never changes, `message` is for people, `extra` is told too."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.extra = extra


def problem_response(
    status: int, code: str, message: str, extra: Mapping[str, Any] | None = None
) -> web.Response:
    """An error as JSON."""
    body = {"error": {"code": code, "message": message, **(extra or {})}}
    response = web.json_response(body, status=status)
    if extra and "retry_after_s" in extra:
        response.headers["Retry-After"] = str(extra["retry_after_s"])
    return response


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every error into JSON; one that nobody foresaw is logged and told as such."""
    try:
        return await handler(request)
    except Problem as problem:
        return problem_response(problem.status, problem.code, problem.message, problem.extra)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        code, message = _HTTP.get(error.status, ("http_error", error.reason))
        answer = problem_response(error.status, code, message)
        if "Allow" in error.headers:
            answer.headers["Allow"] = error.headers["Allow"]
        return answer
    except Unavailable as error:
        _log.warning("page.unavailable", path=_route(request), error=str(error))
        text = "A store does not answer at the moment; nothing was lost, try again in a few seconds."
        return problem_response(503, "unavailable", text, {"retry_after_s": 2})
    except ConnectionError:
        raise  # the reader has gone; the server ends the request without a word
    except Exception as error:  # noqa: BLE001 - the last resort: the caller gets JSON, the log the cause
        _log.error("page.failed", path=_route(request), error=type(error).__name__, exc_info=True)
        return problem_response(
            500, "internal", "Something broke on our side; try again, and tell us if it stays."
        )


def _route(request: web.Request) -> str:
    """The pattern of the address; the address itself is whatever a caller typed."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else ""
