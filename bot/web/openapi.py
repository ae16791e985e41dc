"""The description of every HTTP API of the process, OpenAPI 3.1, at `/openapi.json`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from aiohttp import web
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from bot.web.operations import OPERATIONS, Access, Operation, Parameter
from bot.web.shapes import Document, ErrorAnswer
from core.auth_web import COOKIE

_REF = "#/components/schemas/{model}"

_ERRORS = {
    400: "The body is not JSON",
    401: "No session, or one that is over",
    403: "Not allowed, or the CSRF token is missing",
    404: "There is no such thing",
    409: "Somebody was faster, or it has ended; the error says who or what",
    413: "The body is too large",
    422: "A value is wrong; `field` names it",
    429: "Too much at once; `Retry-After` says how long to wait",
    503: "A store is away; try again, nothing is taken twice",
}

_SECURITY: dict[Access, list[dict[str, list[str]]]] = {
    "none": [],
    "chat": [{"chatToken": []}],
    "desk": [{"deskSession": []}],
    "desk_change": [{"deskSession": [], "deskCsrf": []}],
    "token": [{"apiToken": []}],
}

_SCHEMES = {
    "chatToken": {"type": "http", "scheme": "bearer", "description": "Token of POST /chat/api/sessions"},
    "apiToken": {"type": "http", "scheme": "bearer", "description": "A key made on the desk's settings"},
    "deskSession": {"type": "apiKey", "in": "cookie", "name": COOKIE},
    "deskCsrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
}


def describe(*, version: str, operations: Sequence[Operation] = OPERATIONS) -> Document:
    """The whole document; `version` is the program's."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Duet",
            "version": version,
            "description": "A support desk: a bot answers what it is sure of, people take the rest.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": _schemas(operations),
            "responses": {str(status): _error(about) for status, about in _ERRORS.items()},
            "securitySchemes": _SCHEMES,
        },
    }


def add_openapi(app: web.Application, *, version: str) -> None:
    """Serve the description at `/openapi.json`."""
    text = json.dumps(describe(version=version), ensure_ascii=False)

    async def show(_request: web.Request) -> web.Response:
        return web.Response(
            text=text, content_type="application/json", headers={"Access-Control-Allow-Origin": "*"}
        )

    app.router.add_get("/openapi.json", show)


def _operation(operation: Operation) -> dict[str, Any]:
    answer = {"description": "Done", "content": _content(operation.answer)}
    responses: dict[str, Any] = {str(operation.status): answer}
    responses |= {str(status): {**answer, "description": "Not now"} for status in operation.also}
    responses |= {str(status): {"$ref": f"#/components/responses/{status}"} for status in operation.errors}
    described: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.about,
        "security": _SECURITY[operation.access],
        "responses": responses,
    }
    if parameters := [*_in_path(operation.path), *map(_in_query, operation.query)]:
        described["parameters"] = parameters
    if operation.body is not None:
        described["requestBody"] = {
            "required": operation.body_required,
            "content": _content(operation.body),
        }
    return described


def _content(model: type[BaseModel] | None) -> dict[str, Any]:
    if model is None:
        return {"text/plain": {"schema": {"type": "string"}}}
    return {"application/json": {"schema": {"$ref": _REF.format(model=model.__name__)}}}


def _in_path(path: str) -> Iterable[dict[str, Any]]:
    for name in re.findall(r"{(\w+)}", path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _in_query(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": "query",
        "description": parameter.about,
        "schema": parameter.schema,
    }


def _error(about: str) -> dict[str, Any]:
    return {"description": about, "content": _content(ErrorAnswer)}


def _schemas(operations: Sequence[Operation]) -> dict[str, Any]:
    models: dict[type[BaseModel], JsonSchemaMode] = {ErrorAnswer: "serialization"}
    for operation in operations:
        if operation.body is not None:
            models[operation.body] = "validation"
        if operation.answer is not None:
            models[operation.answer] = "serialization"
    _, document = models_json_schema(list(models.items()), ref_template=_REF)
    schemas: dict[str, Any] = document["$defs"]
    return schemas
