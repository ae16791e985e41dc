"""Every order of a few steps of the message path, over the real scripts.

The actors are a customer, two workers (each may be paused anywhere; the other goes on when the first one's
lease has run out), an operator and a sender. Their steps are merged in every possible order; after each order
a healthy worker and sender finish what is left, and the events must tell a history that keeps every promise.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence

import pytest

from bot.inbox import Inbox
from core.redis import Scripts
from tests.integration.bot.path_driver import History, Path, WorkerActor, faults

Step = Callable[[], Awaitable[None]]


@pytest.fixture
def path(scripts: Scripts) -> Path:
    inbox = Inbox(scripts, claim_days=9, lease_s=30, silence_h=12, durable=False)
    return Path(scripts, inbox)


def orders(lengths: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """All merges of sequences with these lengths, as the index of the sequence to step next."""
    if not any(lengths):
        yield ()
        return
    for index, left in enumerate(lengths):
        if left:
            rest = [*lengths[:index], left - 1, *lengths[index + 1 :]]
            for tail in orders(rest):
                yield (index, *tail)


async def check_all(path: Path, scenario: Callable[[Path], list[list[Step]]], messages: int) -> int:
    """Run every order; the number of orders."""
    lengths = [len(steps) for steps in scenario(path)]
    count = 0
    for order in orders(lengths):
        await path.reset()
        await path.customer_writes(1)
        actors = scenario(path)
        for index in order:
            await actors[index].pop(0)()
        await path.finish()
        found = faults(await path.events(), path.sent, messages)
        assert not found, (order, found)
        left = await path.scripts.redis.llen(path.scripts.keys("inbox", ref="stub:7"))
        assert left == 0, (order, "left in the inbox")
        count += 1
    return count


def worker(path: Path, *, after_expiry: bool = False, hand_off: bool = False) -> list[Step]:
    actor = WorkerActor(path.inbox, hand_off=hand_off)

    async def lease() -> None:
        if after_expiry:
            await path.lease_runs_out()
        await actor.step_lease(path)

    return [lease, lambda: actor.step_begin(path), lambda: actor.step_commit(path)]


async def test_a_paused_worker_a_take_and_a_return_in_every_order(path: Path) -> None:
    def scenario(path: Path) -> list[list[Step]]:
        return [
            worker(path),
            worker(path, after_expiry=True),
            [path.operator_steps_in, path.operator_returns],
            [path.sender_claims],
        ]

    assert await check_all(path, scenario, 1) == 5040


async def test_a_take_and_a_close_while_the_customer_writes_again_in_every_order(path: Path) -> None:
    def scenario(path: Path) -> list[list[Step]]:
        return [
            worker(path),
            [path.operator_steps_in, path.operator_closes],
            [lambda: path.customer_writes(2), lambda: path.customer_writes(2)],
            [path.sender_claims, path.sender_settles],
        ]

    assert await check_all(path, scenario, 2) == 7560


async def test_a_hand_over_by_two_workers_with_an_operator_in_every_order(path: Path) -> None:
    def scenario(path: Path) -> list[list[Step]]:
        return [
            worker(path, hand_off=True),
            worker(path, after_expiry=True),
            [path.operator_steps_in, path.operator_replies, path.operator_closes],
        ]

    assert await check_all(path, scenario, 1) == 1680


PLANTED: dict[str, History] = {
    "a reply of the bot after a take": [
        ("owner", {"owner": "bot", "epoch": 1}),
        ("turn", {"author": "customer", "external_id": "x1", "outcome": "answered"}),
        ("turn", {"author": "bot", "out_id": "b1"}),
        ("owner", {"owner": "operator:olga", "epoch": 2}),
        ("delivery", {"out": "b1", "status": "sending"}),
    ],
    "an answer decided under another owner": [
        ("owner", {"owner": "operator:olga", "epoch": 2}),
        ("turn", {"author": "customer", "external_id": "x1", "outcome": "answered"}),
    ],
    "a message lost": [("owner", {"owner": "bot", "epoch": 1})],
    "a message twice": [
        ("turn", {"author": "customer", "external_id": "x1", "outcome": "answered"}),
        ("turn", {"author": "customer", "external_id": "x1", "outcome": "answered"}),
    ],
}


@pytest.mark.parametrize("name", PLANTED)
def test_the_check_itself_catches(name: str) -> None:
    assert faults(PLANTED[name], [], 1)


def test_the_check_itself_catches_a_reply_sent_twice() -> None:
    history: History = [("turn", {"author": "customer", "external_id": "x1", "outcome": "answered"})]
    assert faults(history, ["b1"], 1) == []
    assert faults(history, ["b1", "b1"], 1)
