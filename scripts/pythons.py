"""Finds Python interpreters by running them: a pyenv shim answers to the name and fails.

Standard library only; Python 3.9 and newer.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PROBE = """
import json, sys, importlib.util as u
real = getattr(sys, "_base_executable", "") or sys.executable
print(json.dumps([sys.version_info[:3], real, bool(u.find_spec("venv") and u.find_spec("ensurepip"))]))
"""
PROBE_TIMEOUT_S = 20
USUAL_FOLDERS = ("/usr/local/bin", "/usr/bin", "/opt/homebrew/bin")


@dataclass(frozen=True)
class Interpreter:
    """A Python that ran: version, executable outside any environment, whether it brings pip."""

    version: tuple[int, ...]
    executable: Path
    has_pip: bool


def probe(candidate: Path) -> Interpreter | None:
    """Run a candidate; None if it cannot be run or is no Python."""
    try:
        done = subprocess.run(
            [str(candidate), "-I", "-c", PROBE],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PROBE_TIMEOUT_S,
            check=True,
        )
        version, executable, has_pip = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return Interpreter(tuple(version), Path(executable), bool(has_pip))


def on_path(names: Iterable[str], environ: Mapping[str, str]) -> Iterator[Path]:
    """Every file of these names in every folder of the PATH and the usual ones, not only the first."""
    folders = [*environ.get("PATH", "").split(os.pathsep), *USUAL_FOLDERS]
    for name in names:
        for folder in folders:
            path = Path(folder or ".") / name
            if path.is_file():
                yield path


def of_pyenv(minor: str, environ: Mapping[str, str]) -> Iterator[Path]:
    """Interpreters of one minor version (such as `3.10`) that pyenv has built, newest first."""
    home = Path(environ.get("HOME", "/"))
    roots = [Path(environ["PYENV_ROOT"])] if environ.get("PYENV_ROOT") else []
    for root in [*roots, home / ".pyenv"]:
        found = list((root / "versions").glob(f"{minor}*/bin/python"))
        yield from sorted(found, key=_patch_number, reverse=True)


def _patch_number(path: Path) -> tuple[int, ...]:
    name = path.parent.parent.name
    return tuple(int(part) for part in name.split(".") if part.isdigit())


def candidates(minors: Iterable[str], environ: Mapping[str, str]) -> Iterator[Path]:
    """All places where an interpreter of these minor versions may be, the best named first."""
    wanted = list(minors)
    yield from on_path([f"python{minor}" for minor in wanted], environ)
    for minor in wanted:
        yield from of_pyenv(minor, environ)
    yield from on_path(["python3", "python"], environ)


def find(
    minors: Iterable[str], environ: Mapping[str, str], *, needs_pip: bool, more: Iterable[Path] = ()
) -> Interpreter | None:
    """The first candidate that runs, has one of these minor versions and, if needed, can install pip."""
    wanted = [tuple(int(part) for part in minor.split(".")) for minor in minors]
    seen: set[Path] = set()
    for candidate in [*candidates([".".join(map(str, each)) for each in wanted], environ), *more]:
        if candidate in seen:
            continue
        seen.add(candidate)
        found = probe(candidate)
        if found and found.version[:2] in wanted and (found.has_pip or not needs_pip):
            return found
    return None
