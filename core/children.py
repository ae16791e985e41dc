"""Keeps child processes running: starts them, waits until they are ready, restarts those that die."""

from __future__ import annotations

import asyncio
import random
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from core.children_process import describe_end, spawn, terminate
from core.errors import Unavailable
from core.logging import get_logger

log = get_logger("children")

Ready = Callable[[], Awaitable[bool]]
"""Says whether a child can be used now; False or `OSError` means: not yet."""

PROBE_TIMEOUT_S = 2.0
"""Longest one readiness check may take; a loopback answer takes milliseconds."""
PROBE_PAUSE_S = 0.05
"""Pause between checks: below what a person notices, and next to no work."""


class ChildState(StrEnum):
    """What is known of a child."""

    STARTING = "starting"
    OK = "ok"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSpec:
    """How one child is run: with exactly `env` for its environment, its output going to `log_path`."""

    name: str
    argv: tuple[str, ...]
    ready: Ready
    log_path: Path
    env: Mapping[str, str] = field(repr=False)
    cwd: Path | None = None
    ready_timeout_s: float = 60.0
    pass_fds: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ChildStatus:
    """State of a child since a moment; `restarts` counts since the start, `reason` says why it is down."""

    state: ChildState
    since: datetime
    restarts: int = 0
    pid: int | None = None
    reason: str = ""


def backoff_s(failures: int, *, least_s: float, most_s: float, jitter: float) -> float:
    """Seconds before the next start: doubles with each failure, cut by up to half by `jitter` in 0..1.

    The half that stays ("equal jitter") keeps a floor under the wait while children that died
    together do not come back together.
    """
    whole = min(most_s, least_s * 2.0 ** min(failures, 32))
    return max(least_s / 2, whole * (0.5 + jitter / 2))


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Supervisor:
    """Owns child processes from `start` to `stop`; to be used from one event loop."""

    def __init__(
        self,
        *,
        backoff_min_s: float,
        backoff_max_s: float,
        stop_timeout_s: float,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._backoff_min_s = backoff_min_s
        self._backoff_max_s = backoff_max_s
        self._stop_timeout_s = stop_timeout_s
        self._clock = clock
        self._children: dict[str, _Child] = {}

    def start(self, spec: ChildSpec) -> None:
        """Begin to keep a child running and return at once.

        Raises:
            ValueError: a child of that name is kept already.
        """
        if spec.name in self._children:
            raise ValueError(f"child {spec.name} is kept already")
        child = _Child(
            spec=spec,
            least_s=self._backoff_min_s,
            most_s=self._backoff_max_s,
            stop_timeout_s=self._stop_timeout_s,
            clock=self._clock,
        )
        self._children[spec.name] = child
        child.begin()

    def status(self, name: str) -> ChildStatus:
        """What is known of a child now.

        Raises:
            KeyError: no child of that name is kept.
        """
        return self._children[name].status

    def statuses(self) -> dict[str, ChildStatus]:
        """What is known of every child, by name."""
        return {name: child.status for name, child in self._children.items()}

    async def wait_ready(self, name: str, *, timeout_s: float) -> None:
        """Wait until a child is ready.

        Raises:
            Unavailable: it is not within `timeout_s`; the message says why and where its log is.
        """
        child = self._children[name]
        try:
            async with asyncio.timeout(timeout_s):
                await child.ready.wait()
        except TimeoutError as error:
            reason = child.status.reason or "is not ready"
            raise Unavailable(f"{name}: {reason}, log in {child.spec.log_path}") from error

    async def stop(self) -> None:
        """Stop every child, the last one started first; returns when none is left."""
        while self._children:
            _, child = self._children.popitem()
            await child.end()


class _Child:
    """One child and the task that keeps it running."""

    def __init__(
        self,
        *,
        spec: ChildSpec,
        least_s: float,
        most_s: float,
        stop_timeout_s: float,
        clock: Callable[[], datetime],
    ) -> None:
        self.spec = spec
        self.ready = asyncio.Event()
        self.status = ChildStatus(ChildState.STARTING, clock())
        self._least_s = least_s
        self._most_s = most_s
        self._stop_timeout_s = stop_timeout_s
        self._clock = clock
        self._process: Process | None = None
        self._restarts = 0
        self._keeper: asyncio.Task[None] | None = None

    def begin(self) -> None:
        self._keeper = asyncio.create_task(self._keep(), name=f"child {self.spec.name}")
        self._keeper.add_done_callback(self._keeper_ended)

    async def end(self) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
        self.ready.clear()
        if self._process is not None:
            killed = await terminate(self._process, timeout_s=self._stop_timeout_s)
            log.info("child.stopped", child=self.spec.name, killed=killed)
        self._become(ChildState.DOWN, "stopped")

    async def _keep(self) -> None:
        failures = 0
        while True:
            self._become(ChildState.STARTING)
            began_s = asyncio.get_running_loop().time()
            reason = await self._live()
            lived_s = asyncio.get_running_loop().time() - began_s
            failures = 0 if lived_s > self._most_s else failures
            wait_s = backoff_s(failures, least_s=self._least_s, most_s=self._most_s, jitter=random.random())
            failures += 1
            self._become(ChildState.DOWN, reason)
            log.error("child.down", child=self.spec.name, reason=reason, retry_in_s=round(wait_s, 2))
            await asyncio.sleep(wait_s)
            self._restarts += 1

    async def _live(self) -> str:
        """Run the child once, from its start to its end; why it ended."""
        spec = self.spec
        try:
            self._process = process = await spawn(
                spec.argv, env=spec.env, cwd=spec.cwd, log_path=spec.log_path, pass_fds=spec.pass_fds
            )
        except OSError as error:
            return f"cannot be started ({error.strerror})"
        self._become(ChildState.STARTING)
        if await self._becomes_ready(process):
            self._become(ChildState.OK)
            log.info("child.ok", child=spec.name, pid=process.pid, restarts=self._restarts)
            self.ready.set()
            await process.wait()
            self.ready.clear()
        if process.returncode is None:
            await terminate(process, timeout_s=self._stop_timeout_s)
            return f"was not ready within {spec.ready_timeout_s:g} s"
        return describe_end(process.returncode)

    async def _becomes_ready(self, process: Process) -> bool:
        """Check until the child is ready (True), has ended, or its time is over."""
        try:
            async with asyncio.timeout(self.spec.ready_timeout_s):
                while process.returncode is None:
                    if await self._probe():
                        return process.returncode is None
                    await asyncio.sleep(PROBE_PAUSE_S)
        except TimeoutError:
            return False
        return False

    async def _probe(self) -> bool:
        try:
            async with asyncio.timeout(PROBE_TIMEOUT_S):
                return await self.spec.ready()
        except (OSError, TimeoutError):
            return False

    def _become(self, state: ChildState, reason: str = "") -> None:
        running = self._process is not None and self._process.returncode is None
        pid = self._process.pid if running and self._process is not None else None
        self.status = ChildStatus(state, self._clock(), self._restarts, pid, reason)

    def _keeper_ended(self, task: asyncio.Task[None]) -> None:
        """The keeper only ends when cancelled; anything else is a fault that must be seen."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self.ready.clear()
            self._become(ChildState.DOWN, f"is not kept any more ({type(error).__name__})")
            log.critical("child.keeper_failed", child=self.spec.name, exc_info=error)
