"""Where the running parts of one data folder are: `run/endpoints.json` and the lock of its owner.

The process that holds the lock starts the embedded parts and writes the file; every other one
(more workers, the command lines) reads it.
"""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass, field, fields
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Addresses and tokens of the running parts; an empty address means that part is not there.

    `pid` is the process that owns the embedded parts, 0 where nothing is embedded.
    """

    redis_url: str = field(repr=False)
    database_url: str = field(repr=False)
    rasa_url: str = ""
    rasa_token: str = field(default="", repr=False)
    loyalty_url: str = ""
    loyalty_token: str = field(default="", repr=False)
    web_url: str = ""
    pid: int = 0


def run_folder(data: Path) -> Path:
    """Folder of what only lives as long as the process; made if missing, closed to other users."""
    folder = data / "run"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600 whole or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def write_endpoints(data: Path, endpoints: Endpoints) -> None:
    """Publish the addresses; keys are written as `redis.url`, `rasa.token`, `pid` and so on."""
    values = {_key(each.name): getattr(endpoints, each.name) for each in fields(endpoints)}
    write_private(run_folder(data) / "endpoints.json", json.dumps(values, indent=2) + "\n")


def read_endpoints(data: Path) -> Endpoints | None:
    """The running parts of a data folder, or None where nothing runs (a file left behind is ignored)."""
    if not is_owned(data):
        return None
    try:
        values = json.loads((data / "run" / "endpoints.json").read_text(encoding="utf-8"))
        found = Endpoints(**{each.name: values[_key(each.name)] for each in fields(Endpoints)})
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if _is_alive(found.pid) else None


def remove_endpoints(data: Path) -> None:
    """Take the addresses back."""
    (data / "run" / "endpoints.json").unlink(missing_ok=True)


def acquire_ownership(data: Path) -> int | None:
    """Become the owner of a data folder: an open file to keep, or None if another process owns it.

    Children that inherit the file hold the lock too, so a new owner never meets a store that still runs.
    """
    handle = os.open(run_folder(data) / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def is_owned(data: Path) -> bool:
    """Whether a live process owns a data folder."""
    try:
        handle = os.open(data / "run" / "lock", os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _key(name: str) -> str:
    return name.replace("_", ".")


def _is_alive(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
