"""Leases over the real scripts: what is released stays free."""

from __future__ import annotations

import pytest

from bot.inbox import Inbox
from core.redis import Scripts
from tests.integration.bot.path_driver import REF, Path


@pytest.fixture
def inbox(scripts: Scripts) -> Inbox:
    return Inbox(scripts, claim_days=9, lease_s=60, silence_h=12, durable=False)


@pytest.fixture
async def path(scripts: Scripts, inbox: Inbox) -> Path:
    path = Path(scripts, inbox)
    await path.reset()
    return path


async def test_a_renewal_that_comes_after_the_release_leaves_the_conversation_free(
    path: Path, inbox: Inbox
) -> None:
    await path.customer_writes(1)
    lease = await inbox.lease(REF, await path.next_wake())
    assert lease is not None
    await path.scripts.redis.delete(path.scripts.keys("inbox", ref=REF))
    assert await inbox.release(lease)
    assert not await inbox.renew(lease)
    await path.customer_writes(2)
    assert await inbox.lease(REF, await path.next_wake()) is not None


async def test_a_lease_that_ran_out_may_be_renewed_while_nobody_has_taken_it(
    path: Path, inbox: Inbox
) -> None:
    await path.customer_writes(1)
    lease = await inbox.lease(REF, await path.next_wake())
    assert lease is not None
    await path.scripts.redis.hset(path.scripts.keys("conversation", ref=REF), "lease_until", 1)
    assert await inbox.renew(lease)
