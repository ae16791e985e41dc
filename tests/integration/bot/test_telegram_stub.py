"""The scripted Bot API server behaves as the vendor does; otherwise tests against it would prove little."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiogram.types import Update
from aiohttp import ClientError, ClientSession

from tests.stubs.telegram_api import TelegramApi

ROOT = Path(__file__).resolve().parents[3]
ANNA = 501


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[TelegramApi]:
    async with TelegramApi(log_path=tmp_path / "calls.jsonl") as server:
        yield server


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


async def call(http: ClientSession, api: TelegramApi, method: str, **params: Any) -> dict[str, Any]:
    async with http.post(f"{api.url}/bot{api.token}/{method}", json=params) as response:
        body: dict[str, Any] = await response.json()
        assert response.status == body.get("error_code", 200)
        return body


async def test_an_update_stays_until_a_higher_offset_confirms_it(
    api: TelegramApi, http: ClientSession
) -> None:
    first = api.customer(ANNA).write("раз")
    second = api.customer(ANNA).write("два")
    for _ in range(2):
        updates = (await call(http, api, "getUpdates"))["result"]
        assert [update["update_id"] for update in updates] == [first, second]
    updates = (await call(http, api, "getUpdates", offset=first + 1))["result"]
    assert [update["message"]["text"] for update in updates] == ["два"]
    await call(http, api, "getUpdates", offset=second + 1)
    assert api.state.updates == []


async def test_a_long_poll_waits_and_ends_with_the_first_message(
    api: TelegramApi, http: ClientSession
) -> None:
    poll = asyncio.create_task(call(http, api, "getUpdates", timeout=5))
    await asyncio.sleep(0.1)
    assert not poll.done()
    api.customer(ANNA).write("раз")
    assert len((await poll)["result"]) == 1
    assert (await call(http, api, "getUpdates", offset=10**9, timeout=0))["result"] == []


async def test_a_second_poller_ends_the_first_with_a_conflict(api: TelegramApi, http: ClientSession) -> None:
    first = asyncio.create_task(call(http, api, "getUpdates", timeout=5))
    await asyncio.sleep(0.1)
    second = asyncio.create_task(call(http, api, "getUpdates", timeout=1))
    assert (await first)["error_code"] == 409
    assert (await second)["result"] == []


async def test_polling_beside_a_webhook_is_a_conflict(api: TelegramApi, http: ClientSession) -> None:
    await call(http, api, "setWebhook", url="http://127.0.0.1:1/", secret_token="x")
    assert (await call(http, api, "getUpdates"))["error_code"] == 409
    await call(http, api, "deleteWebhook")
    assert (await call(http, api, "getUpdates"))["ok"]


async def test_every_kind_a_customer_sends_is_an_update_the_library_reads(api: TelegramApi) -> None:
    anna = api.customer(ANNA)
    anna.write("/start promo")
    anna.edit(1, "раз")
    anna.share_contact()
    anna.share_foreign_contact()
    anna.share_location(55.7, 37.6)
    anna.share_venue(55.7, 37.6, "ГУМ", "Красная пл., 3")
    anna.send_photo("подпись")
    anna.send_document()
    anna.send_voice()
    anna.send_video()
    anna.send_sticker()
    for raw in api.state.updates:
        update = Update.model_validate(raw)
        message = update.message or update.edited_message
        assert message is not None
        assert message.chat.id == ANNA


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"text": "я" * 4097}, "too long"),
        ({"text": "😀" * 2049}, "too long"),
        ({"text": "  "}, "empty"),
        ({"text": "а", "entities": [{"type": "bold", "offset": 0, "length": 2}]}, "out of the text"),
        (
            {"text": "а", "reply_markup": {"inline_keyboard": [[{"text": "x", "callback_data": "я" * 33}]]}},
            "BUTTON_DATA_INVALID",
        ),
        ({"text": "а", "chat_id": 999}, "chat not found"),
    ],
)
async def test_what_the_vendor_refuses_is_refused(
    api: TelegramApi, http: ClientSession, params: dict[str, Any], reason: str
) -> None:
    api.customer(ANNA)
    answer = await call(http, api, "sendMessage", **{"chat_id": ANNA, **params})
    assert (answer["error_code"], reason in answer["description"]) == (400, True)
    assert api.state.delivered[ANNA] == []


async def test_messages_faster_than_one_a_second_in_a_chat_are_counted(
    api: TelegramApi, http: ClientSession
) -> None:
    api.customer(ANNA)
    api.customer(502)
    for chat_id in (ANNA, 502, ANNA, ANNA):
        await call(http, api, "sendMessage", chat_id=chat_id, text="раз")
    assert dict(api.state.rate_violations) == {ANNA: 2}


async def test_the_log_tells_what_the_customer_has_even_where_the_caller_was_told_nothing(
    api: TelegramApi, http: ClientSession
) -> None:
    api.customer(ANNA).write("вопрос")
    api.plan("drop")
    api.plan("retry_after", retry_after_s=3)
    with pytest.raises(ClientError):
        await call(http, api, "sendMessage", chat_id=ANNA, text="первый")
    refused = await call(http, api, "sendMessage", chat_id=ANNA, text="второй")
    await call(http, api, "sendMessage", chat_id=ANNA, text="третий")
    assert refused["parameters"] == {"retry_after": 3}
    assert api.state.log_path is not None
    lines = [json.loads(line) for line in api.state.log_path.read_text(encoding="utf-8").splitlines()]
    seen = [(line["method"], line["text"], line["outcome"], line["delivered"]) for line in lines]
    assert seen == [
        ("customer", "вопрос", "ok", False),
        ("sendMessage", "первый", "drop", True),
        ("sendMessage", "второй", "429", False),
        ("sendMessage", "третий", "ok", True),
    ]


async def test_waiting_for_a_reply_reads_on_from_the_last_one_found(
    api: TelegramApi, http: ClientSession
) -> None:
    api.customer(ANNA)
    for text in ("раз", "два", "раз"):
        await call(http, api, "sendMessage", chat_id=ANNA, text=text)
    first = await api.wait_for_reply(ANNA, contains="раз")
    second = await api.wait_for_reply(ANNA, contains="раз")
    assert first.message_id < second.message_id
    with pytest.raises(AssertionError, match="no reply"):
        await api.wait_for_reply(ANNA, timeout_s=0.05)


async def test_as_a_process_it_is_steered_over_http(http: ClientSession, tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    command = (sys.executable, "-m", "tests.stubs.telegram_api", "--log", str(log))
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        url = (await process.stdout.readline()).decode().strip()
        control = f"{url}/control"
        for message in ({"text": "раз"}, {"kind": "location", "lat": 55.7, "lon": 37.6}):
            async with http.post(f"{control}/message", json={"chat_id": ANNA, **message}) as response:
                assert (await response.json())["update_id"] > 0
        async with http.post(f"{control}/message", json={"chat_id": ANNA, "kind": "nonsense"}) as response:
            assert response.status == 400
        async with http.post(f"{control}/fault", json={"kind": "retry_after", "chat_id": ANNA}) as response:
            assert response.status == 200
        send = f"{url}/bot{TelegramApi().token}/sendMessage"
        statuses = []
        for _ in range(2):
            async with http.post(send, json={"chat_id": ANNA, "text": "ответ"}) as response:
                statuses.append(response.status)
        assert statuses == [429, 200]
        query = {"chat_id": str(ANNA), "contains": "ответ"}
        async with http.get(f"{control}/wait", params=query) as response:
            assert (await response.json())["text"] == "ответ"
        async with http.get(f"{control}/stats") as response:
            assert len((await response.json())["unconfirmed"]) == 2
        async with http.get(f"{control}/log", params={"after": "2"}) as response:
            assert [line["outcome"] for line in (await response.json())["calls"]] == ["429", "ok"]
    finally:
        process.terminate()
        await process.wait()
    assert len(log.read_text(encoding="utf-8").splitlines()) == 4
