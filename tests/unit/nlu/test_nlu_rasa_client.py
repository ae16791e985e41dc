"""The client against a server that answers as Rasa does, and as it does not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from nlu.compose import rasa_address
from nlu.errors import InputError, ParserUnavailable
from nlu.rasa_client import Breaker, RasaClient, parsed_intent

TEXT = "есть магазин в Казани?"
ANSWER: dict[str, Any] = {
    "text": TEXT,
    "intent": {"name": "find_store", "confidence": 0.9731},
    "entities": [
        {"entity": "city", "start": 15, "end": 21, "value": "Казань",
         "extractor": "RegexEntityExtractor", "processors": ["EntitySynonymMapper"]},
        {"entity": "city", "start": 15, "end": 21, "value": "Казань", "confidence_entity": 0.99,
         "extractor": "DIETClassifier"},
    ],
    "text_tokens": [[0, 4], [5, 12], [13, 14], [15, 21]],
    "intent_ranking": [
        {"name": "find_store", "confidence": 0.9731},
        {"name": "check_balance", "confidence": 0.0102},
    ],
    "response_selector": {"all_retrieval_intents": [], "default": {"response": {"responses": None}}},
}  # fmt: skip
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def client(handler: Handler, **options: Any) -> AsyncIterator[RasaClient]:
    app = web.Application()
    app.router.add_post("/model/parse", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    try:
        async with aiohttp.ClientSession() as session:
            yield RasaClient(session=session, url=f"http://127.0.0.1:{port}", **options)
    finally:
        await runner.cleanup()


async def good(_request: web.Request) -> web.Response:
    return web.json_response(ANSWER)


async def test_an_answer_becomes_intent_and_entities_without_repeats() -> None:
    async with client(good) as rasa:
        parsed = await rasa.parse(TEXT)
    assert (parsed.intent, parsed.confidence) == ("find_store", 0.9731)
    assert [(each.name, each.value, each.start, each.end) for each in parsed.entities] == [
        ("city", "Казань", 15, 21)
    ]


@pytest.mark.parametrize("auth_by", ["header", "query"])
async def test_the_token_goes_where_the_mode_says(auth_by: Any) -> None:
    seen: dict[str, str | None] = {}

    async def handler(request: web.Request) -> web.Response:
        seen["header"] = request.headers.get("Authorization")
        seen["query"] = request.query.get("token")
        seen["text"] = (await request.json())["text"]
        return web.json_response(ANSWER)

    async with client(handler, token="secret", auth_by=auth_by) as rasa:
        await rasa.parse(TEXT)
    expected = ("Bearer secret", None) if auth_by == "header" else (None, "secret")
    assert (seen["header"], seen["query"]) == expected
    assert seen["text"] == TEXT


@pytest.mark.parametrize("code", [401, 404, 409, 500, 503])
async def test_a_refusal_is_unavailable_with_its_status(code: int) -> None:
    async def refuse(_request: web.Request) -> web.Response:
        return web.json_response({"status": "failure", "reason": "ParsingError"}, status=code)

    async with client(refuse) as rasa:
        with pytest.raises(ParserUnavailable, match=f"status_{code}"):
            await rasa.parse(TEXT)


async def test_a_slow_answer_is_given_up_in_time() -> None:
    async def slow(_request: web.Request) -> web.Response:
        await asyncio.sleep(1)
        return web.json_response(ANSWER)

    async with client(slow, timeout_s=0.05) as rasa:
        with pytest.raises(ParserUnavailable, match="timeout"):
            await rasa.parse(TEXT)


async def test_nobody_there_is_unreachable() -> None:
    async with aiohttp.ClientSession() as session:
        rasa = RasaClient(session=session, url="http://127.0.0.1:1")
        with pytest.raises(ParserUnavailable, match="unreachable"):
            await rasa.parse(TEXT)
        assert (await rasa.health()).status == "down"


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b"{}", b"null", b'{"intent": null, "entities": []}', b"\xff"]
)
async def test_an_answer_of_another_form_is_unavailable(body: bytes) -> None:
    async def odd(_request: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    async with client(odd) as rasa:
        with pytest.raises(ParserUnavailable):
            await rasa.parse(TEXT)


def test_behind_nlu_fallback_stands_the_real_intent() -> None:
    ranking = [{"name": "nlu_fallback", "confidence": 0.7}, {"name": "thanks", "confidence": 0.41}]
    answer = {**ANSWER, "intent": ranking[0], "intent_ranking": ranking}
    parsed = parsed_intent(answer, TEXT)
    assert (parsed.intent, parsed.confidence) == ("thanks", 0.41)


def test_an_empty_text_has_no_intent_and_that_is_out_of_scope() -> None:
    answer = {"text": "", "intent": {"name": None, "confidence": 0.0}, "entities": [], "intent_ranking": []}
    assert parsed_intent(answer, "").intent == "out_of_scope"


def test_offsets_outside_the_text_are_not_believed() -> None:
    with pytest.raises(ParserUnavailable):
        parsed_intent(ANSWER, "коротко")


async def test_after_failures_nobody_waits_and_a_probe_brings_it_back() -> None:
    now = [0.0]
    calls = []
    answers = [500, 500, 200]

    async def handler(request: web.Request) -> web.Response:
        calls.append(await request.read())
        code = answers[len(calls) - 1]
        return web.Response(status=code, text=json.dumps(ANSWER), content_type="application/json")

    breaker = Breaker(failures=2, retry_s=10, clock=lambda: now[0])
    async with client(handler, breaker=breaker) as rasa:
        for _ in range(2):
            with pytest.raises(ParserUnavailable, match="status_500"):
                await rasa.parse(TEXT)
        with pytest.raises(ParserUnavailable, match="breaker_open"):
            await rasa.parse(TEXT)
        assert len(calls) == 2
        now[0] = 10.0
        assert (await rasa.parse(TEXT)).intent == "find_store"
    assert not breaker.is_open


def test_an_open_breaker_lets_one_probe_through_at_a_time() -> None:
    now = [0.0]
    breaker = Breaker(failures=1, retry_s=5, clock=lambda: now[0])
    breaker.failed()
    now[0] = 5.0
    assert [breaker.allows(), breaker.allows()] == [True, False]


def test_an_address_with_a_token_is_the_stock_servers() -> None:
    address = rasa_address("http://rasa:5005/?token=abc", "other")
    assert (address.url.rstrip("/"), address.token, address.auth_by) == ("http://rasa:5005", "abc", "query")
    assert "abc" not in repr(address)


@pytest.mark.parametrize("url", ["rasa:5005", "ftp://rasa", "http://", "/x"])
def test_a_wrong_address_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="RASA_URL"):
        rasa_address(url, "")
