"""The supervisor over tiny real programs."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from core.children import ChildSpec, ChildState, Ready, Supervisor, backoff_s
from core.children_process import MAX_LOG_BYTES
from core.errors import Unavailable

SLEEP = "import time; time.sleep(60)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); open({flag!r}, 'w'); time.sleep(60)"
)
LAST_WORDS = """
import signal, sys, time
def leave(*_):
    open({order!r}, "a").write({name!r} + " ")
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
open({flag!r}, "w")
time.sleep(60)
"""


async def always() -> bool:
    return True


async def never() -> bool:
    return False


def when_there(path: Path) -> Ready:
    async def check() -> bool:
        return path.exists()

    return check


def spec(
    folder: Path, code: str, *, name: str = "child", ready: Ready = always, ready_s: float = 10
) -> ChildSpec:
    return ChildSpec(
        name=name,
        argv=(sys.executable, "-S", "-c", code),
        ready=ready,
        log_path=folder / "logs" / f"{name}.log",
        env={**os.environ, "DUET_TEST": "seen"},
        ready_timeout_s=ready_s,
    )


async def until(condition: Callable[[], bool], *, timeout_s: float = 10) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.01)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
async def supervisor() -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(backoff_min_s=0.05, backoff_max_s=0.2, stop_timeout_s=0.5)
    yield supervisor
    await supervisor.stop()


def test_the_wait_before_a_restart_doubles_up_to_its_limit() -> None:
    waits = [backoff_s(failures, least_s=0.5, most_s=30, jitter=1.0) for failures in range(8)]

    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30]


def test_the_wait_survives_any_number_of_failures() -> None:
    assert backoff_s(100_000, least_s=0.5, most_s=30, jitter=1.0) == 30


def test_jitter_takes_at_most_half_of_the_wait() -> None:
    assert backoff_s(4, least_s=0.5, most_s=30, jitter=0.0) == 4
    assert 4 < backoff_s(4, least_s=0.5, most_s=30, jitter=0.3) < 8


async def test_a_child_is_ok_once_its_check_says_so(supervisor: Supervisor, tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    supervisor.start(spec(tmp_path, SLEEP, ready=when_there(flag)))
    await until(lambda: supervisor.status("child").pid is not None)
    assert supervisor.status("child").state is ChildState.STARTING

    flag.touch()
    await supervisor.wait_ready("child", timeout_s=10)

    assert supervisor.status("child").state is ChildState.OK
    assert supervisor.status("child").restarts == 0


async def test_a_killed_child_is_started_again_and_counted(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(spec(tmp_path, SLEEP))
    await supervisor.wait_ready("child", timeout_s=10)
    first = supervisor.status("child")
    assert first.pid is not None

    os.kill(first.pid, signal.SIGKILL)
    await until(lambda: supervisor.status("child").state is ChildState.DOWN)
    down = supervisor.status("child")
    await supervisor.wait_ready("child", timeout_s=10)

    assert (down.reason, down.pid) == ("killed by SIGKILL", None)
    assert down.since >= first.since
    assert supervisor.status("child").restarts == 1
    assert supervisor.status("child").pid != first.pid


async def test_a_child_that_cannot_start_does_not_hold_up_another(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    broken = ChildSpec(
        name="broken", argv=("/nowhere/program",), ready=never, log_path=tmp_path / "broken.log", env={}
    )
    supervisor.start(broken)
    supervisor.start(spec(tmp_path, SLEEP, name="whole"))

    await supervisor.wait_ready("whole", timeout_s=10)
    await until(lambda: supervisor.status("broken").restarts >= 2)

    assert "No such file" in (tmp_path / "broken.log").read_text()
    with pytest.raises(Unavailable, match=r"broken.*broken\.log"):
        await supervisor.wait_ready("broken", timeout_s=0.01)


async def test_a_child_that_never_gets_ready_is_started_again(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(spec(tmp_path, SLEEP, ready=never, ready_s=0.1))

    await until(lambda: supervisor.status("child").state is ChildState.DOWN)

    assert supervisor.status("child").reason == "was not ready within 0.1 s"
    await until(lambda: supervisor.status("child").restarts >= 1)


async def test_a_check_that_meets_a_closed_port_means_not_yet(supervisor: Supervisor, tmp_path: Path) -> None:
    answers = iter([False, True])

    async def refused_once() -> bool:
        if not next(answers):
            raise ConnectionRefusedError
        return True

    supervisor.start(spec(tmp_path, SLEEP, ready=refused_once))

    await supervisor.wait_ready("child", timeout_s=10)


async def test_a_fault_in_a_check_is_seen_as_a_child_that_is_not_kept(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    async def faulty() -> bool:
        raise RuntimeError("a fault of ours")

    supervisor.start(spec(tmp_path, SLEEP, ready=faulty))

    await until(lambda: supervisor.status("child").state is ChildState.DOWN)

    assert supervisor.status("child").reason == "is not kept any more (RuntimeError)"


async def test_stopping_ends_the_last_child_first(supervisor: Supervisor, tmp_path: Path) -> None:
    order = tmp_path / "order"
    for name in ("first", "second", "third"):
        flag = tmp_path / f"{name}.flag"
        code = LAST_WORDS.format(order=str(order), name=name, flag=str(flag))
        supervisor.start(spec(tmp_path, code, name=name, ready=when_there(flag)))
        await supervisor.wait_ready(name, timeout_s=10)

    await supervisor.stop()

    assert order.read_text().split() == ["third", "second", "first"]


async def test_a_child_that_ignores_the_request_to_end_is_killed(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    flag = tmp_path / "flag"
    supervisor.start(spec(tmp_path, STUBBORN.format(flag=str(flag)), ready=when_there(flag)))
    await supervisor.wait_ready("child", timeout_s=10)
    pid = supervisor.status("child").pid
    assert pid is not None

    began_s = time.monotonic()
    await supervisor.stop()

    assert not is_running(pid)
    assert 0.5 <= time.monotonic() - began_s < 5


async def test_a_child_that_is_being_restarted_stays_stopped(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(spec(tmp_path, "raise SystemExit(3)", ready=never))
    await until(lambda: supervisor.status("child").reason == "ended with code 3")

    await supervisor.stop()

    assert supervisor.statuses() == {}


async def test_ctrl_c_in_the_terminal_does_not_reach_a_child(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(spec(tmp_path, SLEEP))
    await supervisor.wait_ready("child", timeout_s=10)
    pid = supervisor.status("child").pid
    assert pid is not None

    assert os.getpgid(pid) == pid != os.getpgid(0)
    assert os.getsid(pid) == pid != os.getsid(0)


async def test_a_child_sees_exactly_the_environment_it_was_given(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    told = tmp_path / "told"
    code = f"import os, time; open({str(told)!r}, 'w').write(os.environ['DUET_TEST']); time.sleep(60)"
    supervisor.start(spec(tmp_path, code, ready=when_there(told)))
    await supervisor.wait_ready("child", timeout_s=10)

    await until(lambda: told.read_text() == "seen")


async def test_a_large_log_is_set_aside(supervisor: Supervisor, tmp_path: Path) -> None:
    path = tmp_path / "logs" / "child.log"
    path.parent.mkdir()
    path.write_bytes(b"x" * (MAX_LOG_BYTES + 1))

    supervisor.start(spec(tmp_path, f"print('begun', flush=True); {SLEEP}"))
    await until(lambda: path.exists() and path.read_text() == "begun\n")

    assert path.with_name("child.log.1").stat().st_size == MAX_LOG_BYTES + 1
    assert path.stat().st_mode & 0o777 == 0o600


async def test_two_children_cannot_have_one_name(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(spec(tmp_path, SLEEP))

    with pytest.raises(ValueError, match="kept already"):
        supervisor.start(spec(tmp_path, SLEEP))
