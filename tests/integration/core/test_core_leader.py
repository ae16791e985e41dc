"""A role that one process holds at a time."""

from __future__ import annotations

import asyncio

import pytest

from core.errors import Unavailable
from core.keys import Keys
from core.leader import Leader, led
from core.redis import Scripts, connect
from tests.conftest import free_port


def leader(scripts: Scripts, holder: str, *, name: str = "archiver", lease_s: float = 10) -> Leader:
    return Leader(scripts, name=name, holder=holder, lease_s=lease_s)


async def test_one_holds_the_role_and_keeps_it(scripts: Scripts) -> None:
    first, second = leader(scripts, "a"), leader(scripts, "b")
    assert await first.acquire()
    assert not await second.acquire()
    assert await first.renew()
    assert not await second.renew()


async def test_of_many_at_once_exactly_one_gets_it(scripts: Scripts) -> None:
    got = await asyncio.gather(*(leader(scripts, f"p{number}").acquire() for number in range(20)))
    assert sum(got) == 1


async def test_the_role_goes_on_when_its_holder_falls_silent(scripts: Scripts) -> None:
    silent, next_one = leader(scripts, "a", lease_s=0.05), leader(scripts, "b")
    assert await silent.acquire()
    await asyncio.sleep(0.1)
    assert await next_one.acquire()
    assert not await silent.renew()


async def test_the_role_goes_on_at_once_when_it_is_given_up(scripts: Scripts) -> None:
    first, second = leader(scripts, "a"), leader(scripts, "b")
    await first.acquire()
    await first.release()
    assert await second.acquire()


async def test_giving_up_what_somebody_else_has_changes_nothing(scripts: Scripts) -> None:
    first, second = leader(scripts, "a"), leader(scripts, "b")
    await first.acquire()
    await second.release()
    assert not await second.acquire()


async def test_roles_are_independent(scripts: Scripts) -> None:
    assert await leader(scripts, "a", name="telegram:main").acquire()
    assert await leader(scripts, "b", name="telegram:second").acquire()


async def test_nobody_leads_without_redis() -> None:
    client = connect(f"redis://127.0.0.1:{free_port()}/0")
    with pytest.raises(Unavailable):
        await leader(Scripts(client, Keys("test")), "a").acquire()
    await client.aclose()


async def test_one_of_two_takes_the_steps_and_goes_on_after_a_store_was_away(scripts: Scripts) -> None:
    stop, steps = asyncio.Event(), list[str]()

    async def work(name: str) -> None:
        async def step() -> None:
            steps.append(name)
            if len(steps) == 1:
                raise Unavailable("gone for a moment")
            if len(steps) == 4:
                stop.set()

        role = Leader(scripts, name="work", holder=name, lease_s=30)
        await led(stop, role, step, poll_s=0.01, part="work")

    async with asyncio.timeout(20):
        await asyncio.gather(work("a"), work("b"))
    assert len(steps) == 4
    assert len(set(steps)) == 1
