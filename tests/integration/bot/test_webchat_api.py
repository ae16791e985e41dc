"""The web chat's API over HTTP and a real store."""

from __future__ import annotations

import asyncio
import json
import time
from statistics import median
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.channels.contract import SendStatus
from bot.codec import load_message
from bot.types import Button, Location, MessageKind
from core.keys import Keys, ref_of
from core.redis import Scripts
from tests.integration.bot.webchat_world import Customer, webchat


async def inbox(redis: Redis, keys: Keys, customer: Customer) -> list[Any]:
    """What workers will read of a customer."""
    bodies = await redis.lrange(keys("inbox", ref=ref_of("webchat", customer.session)), 0, -1)
    return [load_message(str(body).partition("|")[2]) for body in bodies]


async def error(response: Any) -> tuple[int, str]:
    """Status and code of an error; its sentence must be there."""
    told = (await response.json())["error"]
    assert told["message"].endswith(".")
    return response.status, told["code"]


async def test_the_same_client_id_twice_is_one_message_with_one_id(
    scripts: Scripts, redis: Redis, keys: Keys
) -> None:
    async with webchat(scripts) as world:
        customer = await world.customer(language="ru-RU", name="Анна")
        first, second = await customer.say("привет", "c1"), await customer.say("привет", "c1")
        assert first == second
        assert [message.text for message in await inbox(redis, keys, customer)] == ["привет"]
        shown = await customer.messages()
        assert [(m["author"], m["text"], m["id"], m["client_id"]) for m in shown] == [
            ("customer", "привет", first, "c1")
        ]


async def test_the_same_client_id_of_another_session_is_another_message(scripts: Scripts) -> None:
    async with webchat(scripts) as world:
        one, two = await world.customer(), await world.customer()
        assert await one.say("привет", "c1") != await two.say("привет", "c1")
        assert len(await two.messages()) == 1


async def test_messages_without_a_client_id_are_all_kept(scripts: Scripts, redis: Redis, keys: Keys) -> None:
    async with webchat(scripts) as world:
        customer = await world.customer()
        await customer.say("да")
        await customer.say("да")
        assert len(await inbox(redis, keys, customer)) == 2


async def test_a_burst_of_repeats_at_once_is_one_message(scripts: Scripts, redis: Redis, keys: Keys) -> None:
    async with webchat(scripts) as world:
        customer = await world.customer()
        ids = await asyncio.gather(*(customer.say("привет", "c1") for _ in range(20)))
        assert len(set(ids)) == 1
        assert len(await inbox(redis, keys, customer)) == 1


async def test_a_long_poll_wakes_within_100_ms_of_a_reply(scripts: Scripts) -> None:
    took_s = []
    async with webchat(scripts) as world:
        customer = await world.customer()
        last = await customer.say("привет")
        for number in range(7):
            waiting = asyncio.create_task(customer.messages(after=last, wait_s=20))
            await asyncio.sleep(0.2)
            assert not waiting.done()
            began = time.monotonic()
            await world.reply(customer, f"ответ {number}", out_id=f"o{number}")
            (message,) = await waiting
            took_s.append(time.monotonic() - began)
            assert message["text"] == f"ответ {number}"
            last = message["id"]
    assert median(took_s) < 0.1, "a single one may be held up by a busy machine"


async def test_a_long_poll_without_news_ends_empty_in_its_time(scripts: Scripts) -> None:
    async with webchat(scripts) as world:
        customer = await world.customer()
        began = time.monotonic()
        assert await customer.messages(wait_s=0.3) == []
        assert 0.25 < time.monotonic() - began < 1.5


async def test_open_polls_are_answered_when_the_process_stops(scripts: Scripts) -> None:
    async with webchat(scripts) as world:
        customer = await world.customer()
        waiting = [asyncio.create_task(customer.messages(wait_s=30)) for _ in range(5)]
        await asyncio.sleep(0.2)
        world.stop.set()
        assert await asyncio.wait_for(asyncio.gather(*waiting), 1) == [[]] * 5


async def test_one_session_cannot_hold_requests_without_end(scripts: Scripts) -> None:
    async with webchat(scripts) as world:
        customer, other = await world.customer(), await world.customer()
        held = [asyncio.create_task(customer.messages(wait_s=30)) for _ in range(8)]
        others = asyncio.create_task(other.messages(wait_s=30))
        await asyncio.sleep(0.3)
        assert await asyncio.wait_for(customer.messages(wait_s=30), 1) == []
        assert not any(task.done() for task in (*held, others))
        await world.reply(customer, "ответ")
        assert all(len(messages) == 1 for messages in await asyncio.wait_for(asyncio.gather(*held), 1))
        world.stop.set()
        assert await others == []


async def test_words_and_replies_come_in_their_order_and_after_cuts_between_them(scripts: Scripts) -> None:
    async with webchat(scripts) as world:
        customer = await world.customer()
        for number in range(3):
            await customer.say(f"вопрос {number}")
            await world.reply(customer, f"ответ {number}", out_id=f"o{number}")
        messages = await customer.messages(after="0")
        assert [m["text"] for m in messages] == [
            "вопрос 0", "ответ 0", "вопрос 1", "ответ 1", "вопрос 2", "ответ 2",
        ]  # fmt: skip
        later = await customer.messages(after=messages[3]["id"])
        assert [m["text"] for m in later] == ["вопрос 2", "ответ 2"]


async def test_a_reply_sent_twice_is_shown_once(scripts: Scripts) -> None:
    async with webchat(scripts) as world:
        customer = await world.customer()
        first = await world.reply(customer, "ответ", out_id="o1")
        second = await world.reply(customer, "ответ", out_id="o1")
        assert first == second
        assert first.status is SendStatus.SENT
        assert [m["id"] for m in await customer.messages()] == [first.vendor_id]


async def test_an_operators_reply_comes_with_a_name_and_all_its_parts(scripts: Scripts) -> None:
    async with webchat(scripts) as world:
        customer = await world.customer()
        await world.reply(
            customer, "Вот **магазин**", author="operator", name="Ольга", ask_location=True, ask_contact=True,
            buttons=(Button("person", "Позвать"),), locations=(("На Тверской", Location(55.7, 37.6)),),
        )  # fmt: skip
        message = (await customer.messages())[0]
        assert {key: message[key] for key in ("author", "name", "ask_location", "ask_contact")} == {
            "author": "operator", "name": "Ольга", "ask_location": True, "ask_contact": True,
        }  # fmt: skip
        assert message["buttons"] == [{"id": "person", "text": "Позвать"}]
        assert message["locations"] == [{"title": "На Тверской", "lat": 55.7, "lon": 37.6}]


async def test_a_pressed_button_says_what_stood_on_it(scripts: Scripts, redis: Redis, keys: Keys) -> None:
    async with webchat(scripts) as world:
        customer = await world.customer()
        await customer.say("привет")
        await world.reply(customer, "Помогло?", buttons=(Button("yes", "Да, помогло"), Button("no", "Нет")))
        assert (await customer.post({"button": "no"})).status == 202
        assert (await customer.post({"button": "gone"})).status == 202
        _, pressed, unknown = await inbox(redis, keys, customer)
        assert (pressed.kind, pressed.button, pressed.text) == (MessageKind.BUTTON, "no", "Нет")
        assert (unknown.button, unknown.text) == ("gone", "gone")


async def test_a_location_and_a_phone_are_taken(scripts: Scripts, redis: Redis, keys: Keys) -> None:
    async with webchat(scripts) as world:
        customer = await world.customer(language="en")
        assert (await customer.post({"location": {"lat": 55.75, "lon": 37}})).status == 202
        assert (await customer.post({"contact": {"phone": " 8 900 123-45-67 "}})).status == 202
        place, phone = await inbox(redis, keys, customer)
        assert place.location == Location(55.75, 37)
        assert phone.contact.phone == "8 900 123-45-67"
        assert phone.contact.verified is False
        assert phone.text.startswith("[webchat.contact/en]")


async def test_the_owner_of_the_conversation_is_told(scripts: Scripts, redis: Redis, keys: Keys) -> None:
    async with webchat(scripts) as world:
        customer = await world.customer()
        assert (await (await customer.get()).json())["owner"] == ""
        await redis.hset(keys("conversation", ref=ref_of("webchat", customer.session)), "owner", "operator:7")
        assert (await (await customer.get()).json())["owner"] == "operator"


async def test_a_page_that_waits_hears_of_an_operator_typing(
    scripts: Scripts, redis: Redis, keys: Keys
) -> None:
    async with webchat(scripts) as world:
        customer = await world.customer()
        ref = ref_of("webchat", customer.session)
        assert (await (await customer.get(typing="0")).json())["typing"] is False
        await redis.set(keys("operator_typing", ref=ref), "1")
        answer = await (await customer.get(wait_s="20", typing="0")).json()
        assert (answer["typing"], answer["messages"]) == (True, [])
        assert (await customer.types()).status == 200
        assert await redis.get(keys("customer_typing", ref=ref)) == "1"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic YTpi", "Bearer ключ"])
async def test_an_unknown_session_is_told_to_open_one(scripts: Scripts, header: str) -> None:
    async with webchat(scripts) as world:
        customer = Customer(world.client, headers={"Authorization": header})
        assert await error(await customer.post({"text": "a"})) == (401, "unknown_session")
        assert await error(await customer.get()) == (401, "unknown_session")


async def test_a_session_that_ran_out_is_unknown_and_use_keeps_it(
    scripts: Scripts, redis: Redis, keys: Keys
) -> None:
    async with webchat(scripts) as world:
        customer = await world.customer()
        await customer.say("привет")
        (key,) = await redis.keys(keys("websession", token_hash="*"))
        await redis.pexpire(key, 1_000_000)
        assert len(await customer.messages()) == 1
        assert await redis.pttl(key) > 29 * 86_400_000
        assert await redis.pttl(keys("webchat", chat_id=customer.session)) > 29 * 86_400_000
        await redis.delete(key)
        assert await error(await customer.get()) == (401, "unknown_session")


async def test_the_token_itself_is_nowhere_in_the_store(scripts: Scripts, redis: Redis) -> None:
    async with webchat(scripts) as world:
        customer = await world.customer()
        await customer.say("привет")
        token = customer.headers["Authorization"].partition(" ")[2]
        for key in await redis.keys("*"):
            assert token not in key
            if await redis.type(key) == "hash":
                assert token not in json.dumps(await redis.hgetall(key))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"{", (400, "bad_json")),
        (b"", (400, "bad_json")),
        (b'{"text": "\xff"}', (400, "bad_json")),
        (b"[1]", (422, "invalid_body")),
        (b"{}", (422, "invalid_body")),
        (b'{"text": 5}', (422, "invalid_body")),
        (b'{"text": "a", "button": "b"}', (422, "invalid_body")),
        (b'{"text": " \\n\\u0000 "}', (422, "text_empty")),
        (json.dumps({"text": "я" * 4097}).encode(), (422, "text_too_long")),
        (b'{"text": "' + b"a" * 70_000 + b'"}', (413, "body_too_large")),
    ],
)
async def test_bad_input_is_refused_with_a_code_and_a_sentence(
    scripts: Scripts, raw: bytes, expected: tuple[int, str]
) -> None:
    async with webchat(scripts) as world:
        customer = await world.customer()
        response = await world.client.post("/chat/api/messages", data=raw, headers=customer.headers)
        assert await error(response) == expected
        await customer.say("я" * 4096)
        assert len(await customer.messages()) == 1


@pytest.mark.parametrize(
    ("query", "code"),
    [({"after": "x"}, "bad_after"), ({"after": "-1"}, "bad_after"), ({"wait_s": "x"}, "bad_wait"),
     ({"wait_s": "-1"}, "bad_wait"), ({"wait_s": "nan"}, "bad_wait"), ({"wait_s": "inf"}, "bad_wait")],
)  # fmt: skip
async def test_a_bad_query_is_refused(scripts: Scripts, query: dict[str, str], code: str) -> None:
    async with webchat(scripts) as world:
        assert await error(await (await world.customer()).get(**query)) == (422, code)


async def test_the_last_id_there_can_be_is_answered(scripts: Scripts) -> None:
    async with webchat(scripts) as world:
        customer = await world.customer()
        largest = 2**64 - 1
        assert await customer.messages(after=f"{largest}-{largest}") == []
        assert await customer.messages(after=str(largest)) == []


async def test_unknown_addresses_and_methods_get_json(scripts: Scripts) -> None:
    async with webchat(scripts) as world:
        assert await error(await world.client.get("/chat/api/nothing")) == (404, "not_found")
        response = await world.client.delete("/chat/api/messages")
        assert await error(response) == (405, "method_not_allowed")
        assert "GET" in response.headers["Allow"]


async def test_too_many_messages_are_told_how_long_to_wait(scripts: Scripts) -> None:
    async with webchat(scripts, messages_per_min=2) as world:
        customer, other = await world.customer(), await world.customer()
        await customer.say("1")
        await customer.say("2")
        response = await customer.post({"text": "3"})
        assert await error(response) == (429, "too_many_messages")
        assert 1 <= int(response.headers["Retry-After"]) <= 60
        await other.say("1")


async def test_one_address_cannot_open_sessions_without_end(scripts: Scripts) -> None:
    async with webchat(scripts) as world:
        for expected in (200, 200, 200, 429):
            response = await world.client.post("/chat/api/sessions", headers={"X-Forwarded-For": "192.0.2.7"})
            assert response.status == expected
        elsewhere = await world.client.post("/chat/api/sessions", headers={"X-Forwarded-For": "192.0.2.8"})
        assert elsewhere.status == 200


async def test_a_chat_keeps_about_as_many_messages_as_configured(
    scripts: Scripts, redis: Redis, keys: Keys
) -> None:
    async with webchat(scripts, keep_messages=100) as world:
        customer = await world.customer()
        for number in range(400):
            await world.reply(customer, f"{number}", out_id=f"o{number}")
        kept = await customer.messages()
        assert 100 <= len(kept) <= 300
        assert kept[-1]["text"] == "399"
