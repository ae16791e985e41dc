"""Long polling against a scripted Bot API server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.types import MessageKind
from tests.stubs.telegram_api import TelegramApi
from tests.stubs.telegram_parts import Inbox, Lease, make_channel, running, wait_for_detail, wait_for_state

ANNA = 501
BORIS = 502


@pytest.fixture
async def api() -> AsyncIterator[TelegramApi]:
    async with TelegramApi() as server:
        yield server


def last_offset(api: TelegramApi) -> int:
    return max(int(call.params.get("offset") or 0) for call in api.calls("getUpdates"))


async def test_messages_are_ingested_in_order_and_then_confirmed(api: TelegramApi) -> None:
    inbox = Inbox()
    anna = api.customer(ANNA)
    async with running(make_channel(api), inbox):
        for number in range(30):
            anna.write(f"сообщение {number}")
        await inbox.wait_for(30)
        await api.wait_until_confirmed()
    assert inbox.texts == [f"сообщение {number}" for number in range(30)]
    assert {message.chat_id for message in inbox.taken} == {str(ANNA)}


async def test_what_was_written_while_the_bot_was_away_comes_first(api: TelegramApi) -> None:
    api.customer(ANNA).write("раньше")
    inbox = Inbox()
    async with running(make_channel(api), inbox):
        await inbox.wait_for(1)
        api.customer(ANNA).write("позже")
        await inbox.wait_for(2)
    assert inbox.texts == ["раньше", "позже"]


async def test_a_set_webhook_is_removed_and_the_menu_is_written_in_both_languages(api: TelegramApi) -> None:
    api.state.webhook = {"url": "http://127.0.0.1:1/old", "secret_token": "x"}
    async with running(make_channel(api), Inbox()) as channel:
        await wait_for_state(channel, "ok")
    assert api.state.webhook == {}
    assert set(api.state.commands) == {"", "ru", "en"}
    assert [entry["command"] for entry in api.state.commands["en"]] == [
        "start",
        "help",
        "operator",
        "language",
        "close",
    ]
    assert api.state.commands["en"][0]["description"] == "telegram.command.start.en"


async def test_the_offset_stays_while_ingesting_fails_and_nothing_is_lost_or_moved(api: TelegramApi) -> None:
    inbox = Inbox()
    inbox.failures_to_come = 3
    anna = api.customer(ANNA)
    first = anna.write("первое")
    anna.write("второе")
    async with running(make_channel(api), inbox) as channel:
        detail = await wait_for_state(channel, "down")
        assert "cannot be stored" in detail
        assert last_offset(api) < first + 1
        await inbox.wait_for(2)
        await api.wait_until_confirmed()
        await wait_for_state(channel, "ok")
    assert inbox.texts == ["первое", "второе"]


@pytest.mark.parametrize("failures", [5, 6, 20])
async def test_a_store_that_is_down_for_long_costs_no_words(api: TelegramApi, failures: int) -> None:
    inbox = Inbox()
    inbox.failures_to_come = failures
    api.customer(ANNA).write("важное")
    async with running(make_channel(api), inbox):
        await inbox.wait_for(1)
        await api.wait_until_confirmed()
    assert "важное" in inbox.texts


async def test_a_message_the_store_refuses_for_ever_does_not_block_the_others(api: TelegramApi) -> None:
    inbox = Inbox()
    inbox.refused_texts = {"яд"}
    api.customer(ANNA).write("яд")
    api.customer(BORIS).write("обычное")
    async with running(make_channel(api), inbox):
        await inbox.wait_for(2)
        await api.wait_until_confirmed()
    stand_in, other = inbox.taken
    assert (stand_in.kind, stand_in.chat_id) == (MessageKind.OTHER, str(ANNA))
    assert other.text == "обычное"


async def test_an_update_the_library_cannot_parse_hides_no_other_and_reaches_a_person(
    api: TelegramApi,
) -> None:
    person = {"id": ANNA, "is_bot": False, "first_name": "Анна"}
    chat = {"id": ANNA, "type": "private"}
    broken = {"message_id": 7, "from": person, "chat": chat, "date": 1763712000, "photo": "not a list"}
    api.send_update({"message": broken})
    api.customer(BORIS).write("обычное")
    inbox = Inbox()
    async with running(make_channel(api), inbox):
        await inbox.wait_for(2)
        await api.wait_until_confirmed()
    assert inbox.taken[0].kind is MessageKind.OTHER
    assert inbox.taken[0].external_id == f"{ANNA}:7"
    assert inbox.taken[1].text == "обычное"


async def test_updates_that_are_nothing_for_us_are_confirmed_without_a_message(api: TelegramApi) -> None:
    person = {"id": ANNA, "is_bot": False, "first_name": "Анна"}
    channel_chat = {"id": -1009, "type": "channel", "title": "Новости"}
    api.send_update(
        {"channel_post": {"message_id": 1, "chat": channel_chat, "date": 1763712000, "text": "x"}}
    )
    api.send_update({"message": {"message_id": 2, "from": person, "chat": channel_chat, "date": 1763712000}})
    inbox = Inbox()
    async with running(make_channel(api), inbox):
        await api.wait_until_confirmed()
    assert inbox.tries == 0


async def test_a_group_is_refused_once_and_then_left_alone(api: TelegramApi) -> None:
    person = {"id": ANNA, "is_bot": False, "first_name": "Анна", "language_code": "en"}
    group = {"id": -77, "type": "group", "title": "Соседи"}
    inbox = Inbox()
    async with running(make_channel(api), inbox):
        for number in (1, 2, 3):
            api.send_update(
                {
                    "message": {
                        "message_id": number,
                        "from": person,
                        "chat": group,
                        "date": 1763712000,
                        "text": "бот?",
                    }
                }
            )
        refusal = await api.wait_for_reply(-77)
        await api.wait_until_confirmed()
    assert refusal.text == "telegram.group_refusal.en"
    assert len(api.state.delivered[-77]) == 1
    assert inbox.tries == 0


async def test_a_pressed_button_is_ingested_and_answered(api: TelegramApi) -> None:
    inbox = Inbox()
    anna = api.customer(ANNA)
    markup = {"inline_keyboard": [[{"text": "Да", "callback_data": "helped:yes"}]]}
    api.state.deliver("sendMessage", {"chat_id": ANNA, "text": "Помогло?", "reply_markup": markup}, 0.0)
    async with running(make_channel(api), inbox):
        anna.press("Да")
        await inbox.wait_for(1)
        await api.wait_until_confirmed()
    pressed = inbox.taken[0]
    assert (pressed.kind, pressed.button, pressed.text) == (MessageKind.BUTTON, "helped:yes", "Да")
    assert len(api.calls("answerCallbackQuery")) == 1


async def test_a_refused_token_is_told_in_a_sentence(api: TelegramApi) -> None:
    async with running(make_channel(api, token="1:wrong"), Inbox()) as channel:
        detail = await wait_for_state(channel, "down")
    assert "TELEGRAM_BOT_TOKEN" in detail
    assert "1:wrong" not in detail


async def test_a_server_that_cannot_be_reached_is_told_and_tried_again() -> None:
    gone = TelegramApi()
    await gone.start()
    await gone.stop()
    inbox = Inbox()
    async with running(make_channel(gone), inbox) as channel:
        detail = await wait_for_state(channel, "down")
        assert "No connection to Telegram" in detail
        port = int(gone.url.rsplit(":", 1)[1])
        async with TelegramApi(port=port) as back:
            await wait_for_state(channel, "ok")
            back.customer(ANNA).write("снова здесь")
            await inbox.wait_for(1)


async def test_another_poller_with_our_token_is_told_and_outlasted(api: TelegramApi) -> None:
    api.plan("error", method="getUpdates", status=409, description="Conflict: terminated by other getUpdates")
    inbox = Inbox()
    async with running(make_channel(api), inbox) as channel:
        assert "409" in await wait_for_state(channel, "down")
        await wait_for_state(channel, "ok")
        api.customer(ANNA).write("привет")
        await inbox.wait_for(1)


async def test_a_wait_the_vendor_asks_for_is_kept(api: TelegramApi) -> None:
    api.plan("retry_after", method="getUpdates", retry_after_s=1)
    async with running(make_channel(api), Inbox()) as channel:
        assert "wait 1 s" in await wait_for_state(channel, "down")
        await wait_for_state(channel, "ok")
    first, second = api.calls("getUpdates")[:2]
    assert second.at - first.at >= 1.0


async def test_a_poll_that_is_never_answered_or_broken_off_is_repeated(api: TelegramApi) -> None:
    api.plan("drop", method="getUpdates")
    api.plan("server_error", method="getUpdates")
    inbox = Inbox()
    api.customer(ANNA).write("привет")
    async with running(make_channel(api), inbox):
        await inbox.wait_for(1)
    assert inbox.texts == ["привет"]


async def test_of_two_processes_only_the_leader_polls_and_the_other_takes_over(api: TelegramApi) -> None:
    lease = Lease()
    inbox = Inbox()
    first, second = make_channel(api, lease=lease), make_channel(api, lease=lease)
    async with running(first, inbox):
        await wait_for_state(first, "ok")
        async with running(second, inbox):
            await wait_for_detail(second, "Standing by")
            api.customer(ANNA).write("раз")
            await api.wait_until_confirmed()
            lease.pass_on()  # it ran out, say, while the first process was paused
            await wait_for_detail(first, "Standing by")
            await wait_for_detail(second, "Receiving")
            settled = len(api.calls("getUpdates"))
            api.customer(ANNA).write("два")
            await api.wait_until_confirmed()
            assert {call.outcome for call in api.calls("getUpdates")[settled:]} <= {"ok", "gone"}
    assert inbox.texts == ["раз", "два"]


async def test_a_lost_lease_stops_polling_at_once(api: TelegramApi) -> None:
    lease = Lease()
    inbox = Inbox()
    async with running(make_channel(api, lease=lease), inbox) as channel:
        await wait_for_state(channel, "ok")
        lease.holder = "another process"
        await asyncio.sleep(0.2)
        polls = len(api.calls("getUpdates"))
        api.customer(ANNA).write("не нам")
        await asyncio.sleep(0.3)
        assert inbox.taken == []
        assert len(api.calls("getUpdates")) <= polls + 1  # the one that was waiting is logged when it ends


async def test_while_the_lease_cannot_be_asked_for_nothing_is_polled(api: TelegramApi) -> None:
    lease = Lease()
    lease.down = True
    inbox = Inbox()
    api.customer(ANNA).write("подождёт")
    async with running(make_channel(api, lease=lease), inbox) as channel:
        assert "live store is down" in await wait_for_state(channel, "down")
        assert api.calls("getUpdates") == []
        lease.down = False
        await inbox.wait_for(1)


async def test_logs_hold_neither_the_token_nor_what_was_written(
    api: TelegramApi, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    for kind in ("drop", "server_error", "hang"):
        api.plan(kind, method="getMe")
    inbox = Inbox()
    inbox.failures_to_come = 1
    api.customer(ANNA).write("мой номер карты 4276")
    async with running(make_channel(api), inbox) as channel:
        await inbox.wait_for(1)
        await wait_for_state(channel, "ok")
    captured = capsys.readouterr()
    written = captured.out + captured.err + caplog.text
    assert "telegram.poll_failed" in written
    assert api.token not in written
    assert "4276" not in written


async def test_without_a_token_the_channel_is_off_and_stops_when_told(api: TelegramApi) -> None:
    channel = make_channel(api, token="")
    assert channel.state.status == "off"
    async with running(channel, Inbox()):
        await asyncio.sleep(0.05)
    assert api.state.calls == []


async def test_a_malformed_token_is_reported_and_calls_nobody(api: TelegramApi) -> None:
    channel = make_channel(api, token="это не токен")
    assert channel.state.status == "down"
    async with running(channel, Inbox()):
        await asyncio.sleep(0.05)
    assert api.state.calls == []
