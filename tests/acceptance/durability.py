"""The durability run: traffic, operators and chaos over several processes, then the checker's verdict."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from tests.acceptance.chaos import Chaos
from tests.acceptance.checker import Outside, Report, check_run
from tests.acceptance.deployment import Deployment, telegram_stub
from tests.acceptance.people import Operator, Telegram
from tests.acceptance.programs import Program
from tests.acceptance.robots import Customers, OperatorRobot

LEASE_S = 2.0
CHANGES: dict[str, dict[str, Any]] = {
    "bot": {"lease_s": LEASE_S, "knowledge_wait_s": 0.5},
    "telegram": {"poll_timeout_s": 5, "request_timeout_s": 2, "messages_per_s": 500, "chat_interval_s": 0.3},
    "web": {"shutdown_s": 2},
}
START_S = 180.0
"""Longest wait for a process to serve; alone on two cores it takes 5 to 15 s."""
NO_RASA = "http://127.0.0.1:9"
"""Nothing listens there: the run is about messages, and the offline parser saves the machine's two cores."""
_TROUBLE = re.compile(r"\[(warning|error|critical) *\] +([\w.]+)")
KEY_PREFIX = "duet"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does."""

    traffic_s: float = 60.0
    chats: int = 24
    messages_per_s: float = 4.0
    workers: int = 2
    channels: int = 2
    seed: int = 1
    drain_s: float = 120.0


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it.

    `exit_codes` are those of the processes at the end, by name; `log` counts warnings, errors and tracebacks.
    """

    report: Report
    deeds: Mapping[str, int]
    operators: Mapping[str, int]
    problems: Mapping[str, int]
    exit_codes: Mapping[str, int]
    log: Mapping[str, int]
    took_s: Mapping[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        parts = {
            "chaos": self.deeds,
            "operators": self.operators,
            "answers of the desk no operator should see": self.problems,
            "seconds": self.took_s,
            "exit codes": self.exit_codes,
            "logged": self.log,
        }
        lines = [f"{name}: {dict(values)}" for name, values in parts.items()]
        return "\n".join([*lines, "checker:", str(self.report)])


async def run(folder: Path, plan: Plan) -> Result:
    """Do the whole run in an empty folder, where the logs of every process stay.

    Raises:
        AssertionError: a process did not start, or what was accepted was not handled in time.
    """
    clock = _Clock()
    async with AsyncExitStack() as stack:
        stub = await stack.enter_async_context(started(telegram_stub(folder)))
        url = (await stub.wait_for("http://")).strip()
        copy = Deployment(folder, changes=CHANGES, telegram_url=url)
        copy.env["RASA_URL"] = NO_RASA
        await asyncio.to_thread(copy.open_all_day)
        web = await stack.enter_async_context(started(copy.program("web", roles="web")))
        await copy.wait_until_serving(web, timeout_s=START_S)
        victims = await _victims(copy, plan, stack)
        clock.lap("start")
        telegram = await stack.enter_async_context(Telegram(url))
        robots = await _operators(copy, plan, stack)
        chaos = await _busy(telegram, robots, victims, plan)
        clock.lap("traffic")
        left = await _drained(copy, telegram, plan)
        for victim in victims:
            await victim.wait_for("duet.serving", timeout_s=START_S)
        clock.lap("drain")
        codes = await _stopped(victims) | await _stopped([web])  # whose Valkey the others need to the end
        clock.lap("stop")
    said = {out_id: text for robot in robots for out_id, text in robot.said.items()}
    outside = Outside(said=said, left=left)
    report = check_run(folder / "calls.jsonl", copy.data / "duet.db", account="telegram", outside=outside)
    done = sum((robot.done for robot in robots), Counter[str]())
    problems = sum((robot.problems for robot in robots), Counter[str]())
    return Result(report, chaos.deeds, done, problems, codes, _logged(folder), clock.laps)


@asynccontextmanager
async def started(program: Program) -> AsyncIterator[Program]:
    """A program that runs for the time of a block; what is left of it then is killed."""
    program.start()
    try:
        yield program
    finally:
        program.kill()


async def _stopped(programs: list[Program]) -> dict[str, int]:
    """Stop programs at once; their exit codes."""
    codes = await asyncio.gather(*(program.stop(timeout_s=60) for program in programs))
    return {program.name: code for program, code in zip(programs, codes, strict=True)}


async def _victims(copy: Deployment, plan: Plan, stack: AsyncExitStack) -> list[Program]:
    """Workers and channels beside the web process, which owns what they share; the base is served."""
    workers = [copy.program(f"workers{number}", roles="workers") for number in range(plan.workers)]
    channels = [copy.program(f"channels{number}", roles="channels") for number in range(plan.channels)]
    for program in (*workers, *channels):
        await stack.enter_async_context(started(program))
    for program in (*workers, *channels):
        await program.wait_for("duet.serving", timeout_s=START_S)
    await workers[0].wait_for("base.serving", timeout_s=START_S)
    mixed = [victim for pair in zip(workers, channels, strict=False) for victim in pair]
    return mixed + [program for program in (*workers, *channels) if program not in mixed]


async def _operators(copy: Deployment, plan: Plan, stack: AsyncExitStack) -> list[OperatorRobot]:
    command = await stack.enter_async_context(started(copy.add_operator("olga")))
    while command.running:
        await asyncio.sleep(0.1)
    robots = []
    for name in ("admin", "olga"):
        operator = await stack.enter_async_context(Operator(copy.url))
        await operator.sign_in(name)
        robots.append(OperatorRobot(operator, name, random.Random(f"{plan.seed}{name}")))
    return robots


async def _busy(telegram: Telegram, robots: list[OperatorRobot], victims: list[Program], plan: Plan) -> Chaos:
    """Traffic and chaos for the planned time; operators finish what they began."""
    stop = asyncio.Event()
    customers = Customers(telegram, plan.chats, plan.messages_per_s, random.Random(plan.seed))
    chaos = Chaos(
        victims,
        telegram,
        random.Random(plan.seed + 1),
        pause_s=(1.5 * LEASE_S, 4 * LEASE_S),
        every_s=(3.0, 6.0),
    )
    async with asyncio.TaskGroup() as group:
        for work in (customers.run(stop), chaos.run(stop), *(robot.run(stop) for robot in robots)):
            group.create_task(work)
        await asyncio.sleep(plan.traffic_s)
        stop.set()
    return chaos


async def _drained(copy: Deployment, telegram: Telegram, plan: Plan) -> dict[str, int]:
    """Wait until nothing is left to do; what is left when time is up."""
    deadline = time.monotonic() + plan.drain_s
    async with Redis.from_url(copy.endpoints()["redis.url"], decode_responses=True) as redis:
        while True:
            left = await _left(redis) | {"updates to confirm": await telegram.unconfirmed()}
            if not any(left.values()) or time.monotonic() > deadline:
                return left
            await asyncio.sleep(0.25)


async def _left(redis: Redis) -> dict[str, int]:
    """What waits in the live store, counted without our code."""
    left = {"inbox": 0, "outbox": 0}
    for name, pattern in (("inbox", "inbox"), ("outbox", "outq")):
        async for key in redis.scan_iter(f"{KEY_PREFIX}:{pattern}:*", count=500):
            left[name] += int(await redis.llen(key))
    left["replies on their way"] = int(await redis.zcard(f"{KEY_PREFIX}:sending:telegram"))
    left["wake-ups"] = int(await redis.xlen(f"{KEY_PREFIX}:work"))
    left["events not archived"] = max(int(await redis.xlen(f"{KEY_PREFIX}:events")) - 1, 0)
    return left


def _logged(folder: Path) -> Counter[str]:
    """Warnings and errors of all processes by event, and how often one was explained by a traceback."""
    found: Counter[str] = Counter()
    for log in folder.glob("*.log"):
        text = log.read_text("utf-8", "replace")
        found.update(" ".join(match) for match in _TROUBLE.findall(text))
        found["Traceback"] += text.count("Traceback (most recent call last)")
    return found


class _Clock:
    """Seconds each part took."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._at = time.monotonic()

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self.laps[name], self._at = round(now - self._at, 1), now
