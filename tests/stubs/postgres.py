"""A PostgreSQL server of Debian's binaries in a folder of its own, for tests of the archive."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

BINARIES = (Path("/usr/lib/postgresql/15/bin"), Path("/usr/lib/postgresql/16/bin"))
_USER = "duet"


def find_binaries() -> Path | None:
    """Folder of `initdb` and `postgres`, or None."""
    return next((folder for folder in BINARIES if (folder / "initdb").exists()), None)


@contextmanager
def postgres(binaries: Path, port: int) -> Iterator[str]:
    """A running server; gives its address without a database's name."""
    folder = Path(tempfile.mkdtemp(prefix="duet-postgres-"))
    who = _somebody()
    if who:
        shutil.chown(folder, **who)
    data = folder / "data"
    initdb = [
        str(binaries / "initdb"), "--pgdata", str(data), "--username", _USER, "--auth", "trust",
        "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync",
    ]  # fmt: skip
    command = [
        str(binaries / "postgres"), "-D", str(data), "-p", str(port), "-c", "listen_addresses=127.0.0.1",
        "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "logging_collector=off",
    ]  # fmt: skip
    try:
        subprocess.run(initdb, check=True, capture_output=True, cwd=folder, **_as(who))
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **_as(who))
            try:
                yield f"postgresql://{_USER}@127.0.0.1:{port}"
            finally:
                process.terminate()
                process.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _somebody() -> Mapping[str, str]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    return {"user": "nobody", "group": "nogroup"}


def _as(who: Mapping[str, str]) -> dict[str, Any]:
    return {**who, "extra_groups": []} if who else {}
