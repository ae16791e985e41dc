"""The desk's part of `/openapi.json`."""

from __future__ import annotations

from typing import Any

_TEXT = {"type": "string"}
_TIME = {"type": "string", "format": "date-time"}
_COUNT = {"type": "integer"}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


_COLLEAGUE = {**_object(id=_TEXT, name=_TEXT, display_name=_TEXT), "nullable": True}
_OPERATOR = _object(id=_TEXT, name=_TEXT, display_name=_TEXT, role=_TEXT, language=_TEXT)
_TICKET = _object(
    id=_TEXT,
    status={"type": "string", "enum": ["waiting", "taken", "returned", "closed"]},
    reason=_TEXT,
    channel=_TEXT,
    customer=_TEXT,
    waiting_s=_COUNT,
    due_at=_TIME,
    operator=_COLLEAGUE,
    language=_TEXT,
    last_line=_TEXT,
    unread=_COUNT,
    group=_TEXT,
    priority=_COUNT,
    conversation=_TEXT,
    created_at=_TIME,
    replied_at={**_TIME, "nullable": True},
)
_TURN = _object(
    id=_TEXT,
    conversation=_TEXT,
    author={"type": "string", "enum": ["customer", "bot", "operator", "system"]},
    name=_TEXT,
    kind=_TEXT,
    text=_TEXT,
    at=_TIME,
    out_id=_TEXT,
    delivery={**_object(status=_TEXT, attempt=_COUNT, error=_TEXT), "nullable": True},
    resent_as=_TEXT,
    buttons=_list(_TEXT),
    attachments=_list(_TEXT),
    location={"type": "object", "nullable": True},
)
_TALK = _object(id=_TEXT, channel=_TEXT, customer=_TEXT, language=_TEXT, last_at=_TIME, last_line=_TEXT)
_COUNTS = _object(waiting=_COUNT, mine=_COUNT, all=_COUNT)
_QUEUED = _object(id=_TEXT, repeated={"type": "boolean"})
_ERROR = _object(error=_object(code=_TEXT, message=_TEXT))


def desk_paths() -> dict[str, Any]:
    """Paths of the desk's API, to be merged into the document's `paths`."""
    ticket, talk = "/desk/api/tickets/{id}", "/desk/api/conversations/{id}"
    turns = {"turns": _list(_TURN), "truncated": {"type": "boolean"}}
    return {
        "/desk/api/login": _post(
            "Sign in; sets the session cookie", _object(csrf=_TEXT, operator=_OPERATOR), (401, 429),
            body=_object(name=_TEXT, password=_TEXT), csrf=False,
        ),
        "/desk/api/logout": _post("Sign out", _object()),
        "/desk/api/me": _get("Who is signed in", _object(csrf=_TEXT, operator=_OPERATOR)),
        "/desk/api/tickets": _get(
            "Tickets of a view, and how many each view holds",
            _object(tickets=_list(_TICKET), counts=_COUNTS, now=_TIME),
            parameters=[_query("view", ["waiting", "mine", "all"])],
        ),
        ticket: _get(
            "A ticket with its packet and history", _object(ticket=_TICKET, packet=_object(), **turns), (404,)
        ),
        f"{ticket}/take": _post("Take", _object(on_the_way=_COUNT), (404, 409)),
        f"{ticket}/return": _post("Return to the bot", _object(), (404, 409)),
        f"{ticket}/close": _post("Close", _object(), (404, 409), body=_object(reason=_TEXT)),
        f"{ticket}/reply": _post(
            "Write to the customer", _QUEUED, (404, 409), body=_object(text=_TEXT, client_id=_TEXT)
        ),
        f"{ticket}/resend": _post("Send again", _QUEUED, (404, 409), body=_object(out_id=_TEXT)),
        f"{ticket}/read": _post("Mark as read", _object(), (404, 409)),
        "/desk/api/conversations": _get(
            "Conversations the bot has", _object(conversations=_list(_TALK))
        ),
        talk: _get("One of them", _object(conversation=_TALK, **turns), (404,)),
        f"{talk}/take": _post("Join", _object(ticket=_TEXT, on_the_way=_COUNT), (404, 409)),
        "/desk/api/live": _get("WebSocket: tells of changes", _object()),
    }  # fmt: skip


def _query(name: str, values: list[str]) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": "string", "enum": values}}


def _get(
    summary: str,
    answer: dict[str, Any],
    errors: tuple[int, ...] = (),
    *,
    parameters: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    operation = {
        "summary": summary,
        "parameters": parameters or [],
        **_responses(answer, (401, 403, *errors)),
    }
    return {"get": operation}


def _post(
    summary: str,
    answer: dict[str, Any],
    errors: tuple[int, ...] = (),
    *,
    body: dict[str, Any] | None = None,
    csrf: bool = True,
) -> dict[str, Any]:
    header = {"name": "X-CSRF-Token", "in": "header", "required": True, "schema": _TEXT}
    bad = (400, 413, 422) if body else ()
    operation = {
        "summary": summary,
        "parameters": [header] if csrf else [],
        **_responses(answer, (401, 403, *bad, *errors)),
    }
    if body:
        operation["requestBody"] = {"content": _json(body)}
    return {"post": operation}


def _responses(answer: dict[str, Any], errors: tuple[int, ...]) -> dict[str, Any]:
    told = {
        str(status): {"description": "Error", "content": _json(_ERROR)} for status in sorted({*errors, 503})
    }
    return {"responses": {"200": {"description": "Done", "content": _json(answer)}, **told}}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
