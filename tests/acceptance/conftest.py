"""A whole copy of Duet beside a scripted Telegram, started once for the tests of a file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.deployment import Deployment, telegram_stub
from tests.acceptance.people import Operator, Telegram
from tests.acceptance.programs import Program

EVERYTHING = ("redis", "database", "telegram", "nlu", "encoder", "knowledge_base")


@dataclass(frozen=True, slots=True)
class Running:
    """A copy that serves, all its parts well."""

    copy: Deployment
    program: Program
    telegram_url: str
    log: Path


@pytest.fixture(scope="module")
def duet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """`python -m bot run` with every role, real Rasa, real encoder, real knowledge base."""
    folder = tmp_path_factory.mktemp("duet")
    with ExitStack() as stack:
        stub = telegram_stub(folder)
        stub.start()
        stack.callback(stub.kill)
        url = asyncio.run(stub.wait_for("http://")).strip()
        copy = Deployment(folder, changes={"telegram": {"poll_timeout_s": 5}}, telegram_url=url)
        copy.open_all_day()
        program = copy.program("duet")
        program.start()
        stack.callback(program.kill)
        asyncio.run(copy.wait_until_serving(program, parts=EVERYTHING, timeout_s=240))
        yield Running(copy, program, url, folder / "calls.jsonl")


@pytest.fixture
async def telegram(duet: Running) -> AsyncIterator[Telegram]:
    """Customers to play."""
    async with Telegram(duet.telegram_url) as control:
        yield control


@pytest.fixture
async def desk(duet: Running) -> AsyncIterator[Operator]:
    """The administrator, signed in at the desk."""
    async with Operator(duet.copy.url) as operator:
        await operator.sign_in("admin")
        yield operator
