"""Sending against a scripted Bot API server: what the customer sees and what is known afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.channels.contract import OutgoingMessage, SendStatus
from bot.channels.telegram import TelegramChannel
from bot.types import Button, Location, Reply
from tests.stubs.telegram_api import TelegramApi
from tests.stubs.telegram_parts import make_channel

ANNA = 501


@pytest.fixture
async def api() -> AsyncIterator[TelegramApi]:
    async with TelegramApi() as server:
        server.customer(ANNA)
        yield server


@pytest.fixture
async def channel(api: TelegramApi) -> AsyncIterator[TelegramChannel]:
    made = make_channel(api)
    yield made
    await made.close()


def outgoing(reply: Reply, chat_id: str = str(ANNA)) -> OutgoingMessage:
    return OutgoingMessage(
        id="out-1", account="telegram", chat_id=chat_id, author="bot", reply=reply, language="ru"
    )


def long_text(parts: int) -> str:
    """Words for that many messages."""
    return "слово " * (4000 * parts // 6)


async def test_a_reply_arrives_with_its_styles_and_the_vendor_id(
    api: TelegramApi, channel: TelegramChannel
) -> None:
    result = await channel.send(
        outgoing(Reply("Доставка **завтра** 😀 по [адресу](https://lavka.example/a)"))
    )
    message = await api.wait_for_reply(ANNA)
    assert (result.status, result.vendor_id) == (SendStatus.SENT, str(message.message_id))
    assert message.text == "Доставка завтра 😀 по адресу"
    bold, link = message.params["entities"]
    assert (bold["type"], bold["offset"], bold["length"]) == ("bold", 9, 6)
    assert (link["type"], link["offset"], link["url"]) == ("text_link", 22, "https://lavka.example/a")


async def test_buttons_come_under_the_text_each_in_a_row(api: TelegramApi, channel: TelegramChannel) -> None:
    buttons = (Button("helped:yes", "Да"), Button("helped:no", "Нет"))
    await channel.send(outgoing(Reply("Помогло?", buttons=buttons)))
    message = await api.wait_for_reply(ANNA)
    assert message.buttons == {"Да": "helped:yes", "Нет": "helped:no"}
    assert [len(row) for row in message.markup["inline_keyboard"]] == [1, 1]


async def test_contact_and_location_are_asked_for_with_a_keyboard_that_goes_away_later(
    api: TelegramApi, channel: TelegramChannel
) -> None:
    await channel.send(outgoing(Reply("Ваш номер?", ask_contact=True)))
    await channel.send(outgoing(Reply("Где вы?", ask_location=True)))
    await channel.send(outgoing(Reply("Спасибо")))
    number, place, thanks = api.customer(ANNA).replies
    assert number.asks_contact
    assert not number.asks_location
    assert place.asks_location
    assert not place.asks_contact
    assert thanks.markup == {"remove_keyboard": True}


async def test_scores_stand_side_by_side(api: TelegramApi, channel: TelegramChannel) -> None:
    scores = tuple(Button(f"rate:c1:{score}", f"{score} ★") for score in range(1, 6))
    await channel.send(outgoing(Reply("Как мы справились?", buttons=scores)))
    message = await api.wait_for_reply(ANNA)
    assert [len(row) for row in message.markup["inline_keyboard"]] == [5]


async def test_a_reply_that_asks_and_has_buttons_shows_both(
    api: TelegramApi, channel: TelegramChannel
) -> None:
    await channel.send(outgoing(Reply("Номер?", ask_contact=True, buttons=(Button("cancel", "Отмена"),))))
    question, choice = api.customer(ANNA).replies
    assert question.asks_contact
    assert choice.text == "telegram.or_choose.ru"
    assert choice.buttons == {"Отмена": "cancel"}


async def test_places_follow_the_text_with_name_and_address(
    api: TelegramApi, channel: TelegramChannel
) -> None:
    places = (("Лавка на Тверской, Тверская ул., 5", Location(55.7601, 37.6105)), ("", Location(55.0, 37.0)))
    result = await channel.send(outgoing(Reply("Ближе всего:", locations=places)))
    text, venue, point = api.customer(ANNA).replies
    assert result.vendor_id == str(text.message_id)
    assert (venue.params["title"], venue.params["address"]) == ("Лавка на Тверской", "Тверская ул., 5")
    assert (point.method, point.params["latitude"]) == ("sendLocation", 55.0)


async def test_a_long_reply_comes_in_parts_with_the_buttons_under_the_last(
    api: TelegramApi, channel: TelegramChannel
) -> None:
    text = long_text(2) + "\n\nконец"
    result = await channel.send(outgoing(Reply(text, buttons=(Button("ok", "Ясно"),))))
    parts = api.customer(ANNA).replies
    assert result.status is SendStatus.SENT
    assert len(parts) == 2
    assert " ".join(" ".join(part.text for part in parts).split()) == " ".join(text.split())
    assert [part.buttons for part in parts] == [{}, {"Ясно": "ok"}]
    assert parts[0].markup == {"remove_keyboard": True}


async def test_parts_of_one_reply_keep_the_pace_of_a_chat(api: TelegramApi) -> None:
    paced = make_channel(api, chat_interval_s=1.0)
    await paced.send(outgoing(Reply(long_text(2))))
    await paced.close()
    assert len(api.customer(ANNA).replies) == 2
    assert api.state.rate_violations == {}


async def test_a_wait_the_vendor_asks_for_is_handed_on(api: TelegramApi, channel: TelegramChannel) -> None:
    api.plan("retry_after", retry_after_s=7)
    result = await channel.send(outgoing(Reply("раз")))
    assert (result.status, result.retry_after_s) == (SendStatus.RETRY, 7.0)
    assert (await channel.send(outgoing(Reply("два")))).status is SendStatus.SENT


async def test_a_customer_who_blocked_the_bot_is_a_plain_failure(
    api: TelegramApi, channel: TelegramChannel
) -> None:
    api.customer(ANNA).block()
    result = await channel.send(outgoing(Reply("раз")))
    assert (result.status, result.error) == (SendStatus.FAILED, "blocked by the customer")


async def test_a_refused_message_fails_with_the_vendors_reason(
    api: TelegramApi, channel: TelegramChannel
) -> None:
    result = await channel.send(outgoing(Reply("раз"), chat_id="999"))
    assert result.status is SendStatus.FAILED
    assert "chat not found" in result.error


async def test_a_refused_styling_is_sent_as_plain_text(api: TelegramApi, channel: TelegramChannel) -> None:
    api.plan("error", status=400, description="Bad Request: can't parse entities: unsupported")
    result = await channel.send(outgoing(Reply("**раз**")))
    message = await api.wait_for_reply(ANNA)
    assert result.status is SendStatus.SENT
    assert message.text == "раз"
    assert "entities" not in message.params


async def test_a_server_error_may_be_tried_again_but_a_gateway_error_leaves_doubt(
    api: TelegramApi, channel: TelegramChannel
) -> None:
    api.plan("server_error")
    api.plan("gateway_error")
    assert (await channel.send(outgoing(Reply("раз")))).status is SendStatus.RETRY
    assert (await channel.send(outgoing(Reply("два")))).status is SendStatus.UNKNOWN


@pytest.mark.parametrize("kind", ["hang", "drop"])
@pytest.mark.parametrize("taken", [True, False])
async def test_an_answer_that_never_comes_leaves_the_outcome_unknown(
    api: TelegramApi, channel: TelegramChannel, kind: str, taken: bool
) -> None:
    api.plan(kind, taken=taken)  # type: ignore[arg-type]  # the parameter is one of the fault's kinds
    result = await channel.send(outgoing(Reply("раз")))
    assert result.status is SendStatus.UNKNOWN
    assert len(api.customer(ANNA).replies) == int(taken)
    assert api.token not in result.error


async def test_a_connection_that_cannot_be_made_may_be_tried_again() -> None:
    gone = TelegramApi()
    await gone.start()
    await gone.stop()
    channel = make_channel(gone)
    result = await channel.send(outgoing(Reply("раз")))
    await channel.close()
    assert result.status is SendStatus.RETRY


async def test_a_connection_that_is_never_completed_may_be_tried_again() -> None:
    async def accept_and_say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(accept_and_say_nothing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with TelegramApi() as api:
        channel = make_channel(api, api_url=f"https://127.0.0.1:{port}")
        result = await channel.send(outgoing(Reply("раз")))
        await channel.close()
    server.close()
    await server.wait_closed()
    assert result.status is SendStatus.RETRY


async def test_a_refused_token_may_be_tried_again_and_is_not_named(api: TelegramApi) -> None:
    channel = make_channel(api, token="1:wrong")
    result = await channel.send(outgoing(Reply("раз")))
    await channel.close()
    assert result.status is SendStatus.RETRY
    assert "1:wrong" not in result.error


async def test_a_later_part_waits_for_the_vendor_and_repeats_nothing(
    api: TelegramApi, channel: TelegramChannel
) -> None:
    api.plan("retry_after", skip=1, retry_after_s=1)
    result = await channel.send(outgoing(Reply(long_text(2))))
    assert result.status is SendStatus.SENT
    assert len(api.customer(ANNA).replies) == 2


async def test_a_reply_broken_off_says_how_much_the_customer_has(
    api: TelegramApi, channel: TelegramChannel
) -> None:
    api.plan("blocked", skip=1)
    failed = await channel.send(outgoing(Reply(long_text(2))))
    api.plan("hang", skip=1)
    unknown = await channel.send(outgoing(Reply(long_text(2))))
    api.plan("retry_after", skip=1, retry_after_s=600)
    waiting = await channel.send(outgoing(Reply(long_text(2))))
    assert failed.status is SendStatus.FAILED
    assert failed.error.startswith("1 of 2 parts were sent; part 2: blocked")
    assert failed.vendor_id
    assert unknown.status is SendStatus.UNKNOWN
    assert waiting.status is SendStatus.FAILED


async def test_an_empty_reply_and_a_foreign_chat_id_fail_without_a_call(
    api: TelegramApi, channel: TelegramChannel
) -> None:
    assert (await channel.send(outgoing(Reply("  ")))).status is SendStatus.FAILED
    assert (await channel.send(outgoing(Reply("раз"), chat_id="web-7"))).status is SendStatus.FAILED
    assert api.state.calls == []


async def test_a_channel_without_a_token_fails_with_the_reason(api: TelegramApi) -> None:
    channel = make_channel(api, token="")
    result = await channel.send(outgoing(Reply("раз")))
    await channel.close()
    assert result.status is SendStatus.FAILED
    assert "TELEGRAM_BOT_TOKEN" in result.error
