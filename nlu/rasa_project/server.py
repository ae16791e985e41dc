"""Rasa behind `POST /model/parse`: a thin aiohttp server over its Agent, for this machine only.

Run with Rasa's interpreter: `RASA_TOKEN=… python server.py --model FILE --port 5005`. The port opens at once;
`GET /health` answers 503 until the model is warm. It logs no text of a message.
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import hmac
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, Awaitable, Callable, Dict, Optional

from aiohttp import web
from model import Model
from quiet import silence

MAX_BODY_BYTES = 64 * 1024
MAX_TEXT_CHARS = 2000
"""Longer texts are refused: 65,000 characters were measured to block Rasa 8.9 s and take 7.9 GB."""
PDEATHSIG = 1
MODEL: "web.AppKey[Model]" = web.AppKey("model", Model)
TOKEN: "web.AppKey[str]" = web.AppKey("token", str)
FAILURE: "web.AppKey[Dict[str, str]]" = web.AppKey("failure", dict)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Refused(Exception):  # noqa: N818 - reads as what it is: a refused request
    """A request that is answered with a JSON error."""

    def __init__(self, status: int, code: str, message: str) -> None:
        """Keep what the answer needs."""
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


@web.middleware
async def errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every failure becomes `{"code", "message"}`; what went wrong inside is named by its type only."""
    try:
        return await handler(request)
    except Refused as error:
        return _error(error.status, error.code, error.message)
    except web.HTTPException as error:
        return _error(error.status, error.reason.lower().replace(" ", "_"), error.reason)
    except Exception as error:  # noqa: BLE001 - the last resort of a request
        _say("request.failed", error=type(error).__name__)
        return _error(500, "internal", "The parser failed on this request.")


@web.middleware
async def only_with_token(request: web.Request, handler: Handler) -> web.StreamResponse:
    """All but the health page need the token, by header or, as stock Rasa has it, by `?token=`."""
    if request.path in ("/", "/health"):
        return await handler(request)
    header = request.headers.get("Authorization", "")
    given = header[7:] if header.startswith("Bearer ") else request.query.get("token", "")
    if not hmac.compare_digest(given.encode(), request.app[TOKEN].encode()):
        raise Refused(401, "unauthorized", "Send the token: Authorization: Bearer TOKEN.")
    return await handler(request)


async def parse(request: web.Request) -> web.Response:
    """`{"text", "message_id"?}` to intent, entities and ranking."""
    body = await _json_body(request)
    text = body.get("text")
    if not isinstance(text, str):
        raise Refused(400, "text_missing", 'The body must hold "text", a string.')
    if len(text) > MAX_TEXT_CHARS:
        raise Refused(413, "text_too_long", "The text may hold {} characters.".format(MAX_TEXT_CHARS))
    model = _ready_model(request)
    answer = await model.parse(text)
    if isinstance(body.get("message_id"), str):
        answer["message_id"] = body["message_id"]
    return web.json_response(answer)


async def health(request: web.Request) -> web.Response:
    """200 once messages can be parsed, 503 before; the cause, if the model cannot be loaded."""
    ready = request.app[MODEL].ready
    state = {"status": "ok" if ready else "starting", **request.app[FAILURE]}
    return web.json_response(state, status=200 if ready else 503)


async def status(request: web.Request) -> web.Response:
    """The loaded model, in stock Rasa's form."""
    model = _ready_model(request)
    return web.json_response(
        {"model_file": Path(model.path).name, "model_id": model.fingerprint, "num_active_training_jobs": 0}
    )


async def replace(request: web.Request) -> web.Response:
    """`{"model_file": PATH}`: load another file of this machine; requests go on meanwhile."""
    path = (await _json_body(request)).get("model_file")
    if not isinstance(path, str) or not os.path.isfile(path):  # noqa: ASYNC240,PTH113 - one local stat
        raise Refused(400, "no_such_file", '"model_file" must name a file of this machine.')
    try:
        await request.app[MODEL].load(path)
    except Exception as error:
        raise Refused(400, "not_a_model", "It cannot be loaded ({}).".format(type(error).__name__)) from error
    return web.Response(status=204)


async def _json_body(request: web.Request) -> Dict[str, Any]:
    try:
        body = json.loads(await request.read())
    except (ValueError, RecursionError) as error:
        raise Refused(400, "bad_json", "The body is not JSON.") from error
    if not isinstance(body, dict):
        raise Refused(400, "bad_json", "The body must be a JSON object.")
    return body


def _ready_model(request: web.Request) -> Model:
    if not request.app[MODEL].ready:
        raise Refused(503, "starting", "The model is still being loaded.")
    return request.app[MODEL]


def _error(status_code: int, code: str, message: str) -> web.Response:
    return web.json_response({"code": code, "message": message, "status": "failure"}, status=status_code)


def _say(event: str, **fields: Any) -> None:
    """One line of JSON to stderr."""
    sys.stderr.write(json.dumps({"event": event, **fields}, ensure_ascii=False) + "\n")
    sys.stderr.flush()


def build(token: str) -> web.Application:
    """The application, without a model yet."""
    app = web.Application(middlewares=[errors_as_json, only_with_token], client_max_size=MAX_BODY_BYTES)
    app[MODEL], app[TOKEN], app[FAILURE] = Model(), token, {}
    app.router.add_get("/", health)
    app.router.add_get("/health", health)
    app.router.add_get("/status", status)
    app.router.add_post("/model/parse", parse)
    app.router.add_put("/model", replace)
    return app


async def serve(app: web.Application, host: str, port: int, model: str) -> int:
    """Open the port, load the model, serve until told to stop; 1 when the model cannot be loaded."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=5)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        bound = runner.addresses[0][1]
        _say("rasa.listening", host=host, port=bound)
        loading = asyncio.ensure_future(app[MODEL].load(model))
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait({loading, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if loading.done() and loading.exception() is not None:
            _say("rasa.model_unusable", error=type(loading.exception()).__name__, model=model)
            stopping.cancel()
            return 1
        if not stop.is_set():
            _say("rasa.ready", port=bound)
        await stopping
        loading.cancel()
    finally:
        await runner.cleanup()
    return 0


def die_with_parent() -> None:
    """Ask Linux for SIGTERM when the process that started this one is gone."""
    if not sys.platform.startswith("linux"):
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(0)


def _arguments(argv: Optional[list] = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Serve Duet's Rasa model.")
    parser.add_argument("--model", required=True, help="model file made by train.py")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5005, help="0: a free one, printed as rasa.listening")
    parser.add_argument("--keep-running", action="store_true", help="outlive the process that started it")
    return parser.parse_args(argv)


def main() -> int:
    """The command; the token comes from RASA_TOKEN."""
    arguments = _arguments()
    token = os.environ.get("RASA_TOKEN", "")
    if not token:
        sys.stderr.write("RASA_TOKEN: set it to a secret that clients send\n")
        return 2
    if not Path(arguments.model).is_file():
        sys.stderr.write(
            "--model: there is no {}; make it with python -m nlu train\n".format(arguments.model)
        )
        return 2
    if not arguments.keep_running:
        die_with_parent()
    silence()
    code = asyncio.run(
        serve(build(token), arguments.host, arguments.port, str(Path(arguments.model).resolve()))
    )
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    code = main()
    # A loading thread cannot be stopped; the port is closed and nothing is left to write.
    os._exit(code)
