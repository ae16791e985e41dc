"""Changes of a ticket, over real scripts."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from handoff.board import Board
from handoff.outcomes import Busy, Closed, Over, Queued, Returned, Seen, Settled, Taken, Unknown
from handoff.queue import Queue
from tests.integration.handoff.handoff_world import PACKET, REF, World, say

ANNA: dict[str, Any] = {"operator": "u1", "name": "Анна"}
BORIS: dict[str, Any] = {"operator": "u2", "name": "Борис"}


async def test_taking_silences_the_bot_and_tells_the_customer_who_came(world: World) -> None:
    reply = await world.bot_says("Сейчас проверю.")
    ticket = await world.hand_over()
    assert await world.queue.take(ticket, **ANNA) == Taken(ticket)
    conversation = await world.conversation()
    assert conversation["owner"] == "operator:u1"
    assert (await world.outbox(reply))["status"] == "cancelled"
    sent = await world.claim()
    assert sent[4] == "system"
    assert json.loads(sent[5])["reply"]["text"] == "Анна на связи."


async def test_fifty_operators_take_one_ticket_and_one_has_it(world: World) -> None:
    ticket = await world.hand_over()
    tries = [world.queue.take(ticket, operator=f"u{n}", name=f"N{n}") for n in range(50)]
    outcomes = await asyncio.gather(*tries)
    winners = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, Taken)]
    assert len(winners) == 1
    assert outcomes.count(Busy(f"u{winners[0]}")) == 49


async def test_taking_ones_own_ticket_again_changes_nothing(world: World) -> None:
    ticket = await world.hand_over()
    await world.queue.take(ticket, **ANNA)
    epoch = (await world.conversation())["epoch"]
    assert await world.queue.take(ticket, **ANNA) == Taken(ticket)
    assert (await world.conversation())["epoch"] == epoch


async def test_an_unknown_ticket_is_told_from_one_that_is_over(world: World) -> None:
    ticket = await world.hand_over()
    await world.queue.close(ticket, operator="u1")
    assert await world.queue.take(ticket, **ANNA) == Over("closed")
    assert await world.queue.take("77", **ANNA) == Unknown()


async def test_joining_a_conversation_of_the_bot_makes_a_taken_ticket(world: World) -> None:
    reply = await world.bot_says("Сейчас проверю.")
    conversation = (await world.conversation())["id"]
    outcome = await world.queue.step_in(
        REF, conversation, **ANNA, customer="Мария", language="ru", line="Вопрос"
    )
    assert isinstance(outcome, Taken)
    found = await Board(scripts=world.scripts, keys=world.keys).ticket(outcome.ticket)
    assert found is not None
    assert (found[0].status, found[0].operator, found[0].reason) == ("taken", "u1", "operator_joined")
    assert (await world.outbox(reply))["status"] == "cancelled"
    again = await world.queue.step_in(REF, conversation, **BORIS, customer="", language="ru", line="")
    assert again == Busy("u1")
    other = await world.queue.step_in(REF, "c-old", **BORIS, customer="", language="ru", line="")
    assert other == Over("")


async def test_a_reply_with_the_same_client_id_is_one_reply(world: World) -> None:
    ticket = await world.hand_over()
    await world.queue.take(ticket, **ANNA)
    first = await world.queue.reply(ticket, **ANNA, text="Добрый день!", client_id="k1")
    second = await world.queue.reply(ticket, **ANNA, text="Добрый день!", client_id="k1")
    assert isinstance(first, Queued)
    assert second == Queued(first.reply, repeated=True)
    assert len(await world.send_all()) == 2  # the greeting and the reply


async def test_a_repeated_reply_is_known_even_after_the_ticket_was_closed(world: World) -> None:
    ticket = await world.hand_over()
    await world.queue.take(ticket, **ANNA)
    first = await world.queue.reply(ticket, **ANNA, text="Готово.", client_id="k1")
    await world.queue.close(ticket, operator="u1")
    assert isinstance(first, Queued)
    again = await world.queue.reply(ticket, **ANNA, text="Готово.", client_id="k1")
    assert again == Queued(first.reply, repeated=True)
    assert await world.queue.reply(ticket, **ANNA, text="Ещё", client_id="k2") == Over("closed")


async def test_only_the_one_who_has_it_replies_returns_closes_and_reads(world: World) -> None:
    ticket = await world.hand_over()
    assert await world.queue.reply(ticket, **ANNA, text="Я тут") == Over("waiting")
    await world.queue.take(ticket, **ANNA)
    assert await world.queue.reply(ticket, **BORIS, text="И я") == Busy("u1")
    assert await world.queue.return_to_bot(ticket, operator="u2") == Busy("u1")
    assert await world.queue.close(ticket, operator="u2") == Busy("u1")
    assert await world.queue.mark_read(ticket, operator="u2") == Busy("u1")
    assert await world.queue.mark_read("77", operator="u1") == Unknown()


async def test_returning_lets_the_bot_speak_again(world: World) -> None:
    ticket = await world.hand_over()
    await world.queue.take(ticket, **ANNA)
    assert await world.queue.return_to_bot(ticket, operator="u1") == Returned()
    conversation = await world.conversation()
    assert (conversation["owner"], conversation["ticket"]) == ("bot", "")
    assert await world.queue.reply(ticket, **ANNA, text="Поздно") == Over("returned")


async def test_closing_ends_the_conversation_and_says_so(world: World) -> None:
    ticket = await world.hand_over()
    await world.queue.take(ticket, **ANNA)
    assert await world.queue.close(ticket, operator="u1") == Closed()
    conversation = await world.conversation()
    assert (conversation["owner"], conversation["id"]) == ("closed", "")
    last = (await world.send_all())[-1]
    assert json.loads((await world.outbox(last))["payload"])["reply"]["text"] == "Разговор закрыт."


async def test_what_failed_is_sent_again_once_however_often_it_is_asked(world: World) -> None:
    ticket = await world.hand_over()
    await world.queue.take(ticket, **ANNA)
    await world.send_all()
    first = await world.queue.reply(ticket, **ANNA, text="Добрый день!")
    assert isinstance(first, Queued)
    assert await world.queue.resend(ticket, **ANNA, out_id=first.reply) == Settled("queued")
    await world.send_all("failed")
    once = await world.queue.resend(ticket, **ANNA, out_id=first.reply)
    twice = await world.queue.resend(ticket, **ANNA, out_id=first.reply)
    assert isinstance(once, Queued)
    assert twice == Queued(once.reply, repeated=True)
    sent = await world.claim()
    assert json.loads(sent[5])["reply"]["text"] == "Добрый день!"
    assert await world.queue.resend(ticket, **ANNA, out_id="o-none") == Unknown()


async def test_what_the_customer_writes_meanwhile_is_unread_until_read(world: World) -> None:
    ticket = await world.hand_over()
    await world.queue.take(ticket, **ANNA)
    await world.relay("Вы тут?")
    await world.relay("Алло?")
    board = Board(scripts=world.scripts, keys=world.keys)
    [line] = await board.tickets("mine", "u1")
    assert (line.unread, line.last_line) == (2, "Алло?")
    assert await world.queue.mark_read(ticket, operator="u1") == Seen()
    [line] = await board.tickets("mine", "u1")
    assert line.unread == 0


async def test_waiting_tickets_come_in_the_order_in_which_answers_are_due(world: World) -> None:
    late = await world.hand_over(ref="webchat:a", due_s=300)
    soon = await world.hand_over(ref="webchat:b", due_s=60)
    taken = await world.hand_over(ref="webchat:c", due_s=10)
    await world.queue.take(taken, **ANNA)
    board = Board(scripts=world.scripts, keys=world.keys)
    assert [each.id for each in await board.tickets("waiting", "u1")] == [soon, late]
    assert [each.id for each in await board.tickets("mine", "u1")] == [taken]
    assert [each.id for each in await board.tickets("all", "u2")] == [late, soon, taken]
    assert await board.counts("u2") == {"waiting": 2, "mine": 0, "all": 3}


async def test_one_unreadable_ticket_hides_no_other(world: World) -> None:
    broken = await world.hand_over(ref="webchat:a")
    fine = await world.hand_over(ref="webchat:b")
    await world.redis.hset(world.keys("ticket", id=broken), "due_at", "soon")
    board = Board(scripts=world.scripts, keys=world.keys)
    assert [each.id for each in await board.tickets("waiting", "u1")] == [fine]


async def test_the_packet_comes_back_as_it_was_written(world: World) -> None:
    ticket = await world.hand_over()
    found = await Board(scripts=world.scripts, keys=world.keys).ticket(ticket)
    assert found is not None
    assert found[1] == PACKET


async def test_the_expected_wait_is_the_configured_one_and_then_the_median_of_real_ones(world: World) -> None:
    assert await world.queue.expected_wait_s() == 120
    for minutes, ref in ((1, "webchat:a"), (3, "webchat:b"), (60, "webchat:c")):
        ticket = await world.hand_over(ref=ref)
        await _queue_at(await _created(world, ticket) + timedelta(minutes=minutes), world).take(
            ticket, **ANNA
        )
    assert await world.queue.expected_wait_s() == 180


async def _created(world: World, ticket: str) -> datetime:
    created = await world.redis.hget(world.keys("ticket", id=ticket), "created_at")
    return datetime.fromtimestamp(int(created or 0) / 1000, UTC)


def _queue_at(now: datetime, world: World) -> Queue:
    return Queue(scripts=world.scripts, keys=world.keys, say=say, expected_wait_s=120, clock=lambda: now)


async def test_the_desk_lists_what_the_bot_has_and_nothing_else(world: World) -> None:
    await world.bot_says("Здравствуйте!", ref="webchat:a")
    await world.hand_over(ref="webchat:b")
    talks = await Board(scripts=world.scripts, keys=world.keys).talks()
    assert [talk.ref for talk in talks] == ["webchat:a"]
