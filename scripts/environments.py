"""Environments that know whether they are complete: stamps, and a mark that stands while one is being made.

Standard library only; Python 3.9 and newer.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.progress import run

COMPLETE, INCOMPLETE = "duet-stamp.json", "duet-incomplete"
READY, UPDATE, REBUILD = "ready", "update", "rebuild"


@dataclass(frozen=True)
class Venv:
    """One environment in a folder of the checkout."""

    folder: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    def stamp(self) -> dict[str, Any]:
        """What was installed when it was last complete; empty if never."""
        try:
            stamp = json.loads((self.folder / COMPLETE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return stamp if isinstance(stamp, dict) else {}

    def state(self, wanted: Mapping[str, str]) -> str:
        """Whether it is `ready`, needs an `update` (other packages), or a `rebuild`.

        Missing, half-made, moved or without its Python means rebuild. `wanted` maps names of
        requirement files to their hashes.
        """
        if (self.folder / INCOMPLETE).exists() or not self.python.exists():
            return REBUILD
        stamp = self.stamp()
        if not stamp:
            return UPDATE  # made by hand: installing over it completes it
        if (stamp.get("folder"), stamp.get("interpreter")) != (str(self.folder), str(self.python.resolve())):
            return REBUILD
        installed = stamp.get("requirements", {})
        return READY if all(installed.get(name) == digest for name, digest in wanted.items()) else UPDATE

    def begin(self) -> None:
        """Mark it as half-made until `finish`."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / INCOMPLETE).touch()
        (self.folder / COMPLETE).unlink(missing_ok=True)

    def create(self, interpreter: Path, *, pip: bool) -> None:
        """Make it anew; what was there goes, the mark stays until the end."""
        self.begin()
        for entry in self.folder.iterdir():
            if entry.name == INCOMPLETE:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        options = [] if pip else ["--without-pip"]
        run([interpreter, "-I", "-m", "venv", *options, self.folder], what=f"making {self.folder.name}")

    def compile(self, interpreter: Path) -> None:
        """Compile its packages now, with both cores, so that the first start does not have to."""
        code = "import compileall, sys; compileall.compile_dir(sys.argv[1], quiet=2, workers=2)"
        run([interpreter, "-I", "-c", code, self.folder / "lib"], what="compiling")

    def finish(self, requirements: Mapping[str, str]) -> None:
        """Write down what is installed and take the mark away."""
        stamp = {
            "folder": str(self.folder),
            "interpreter": str(self.python.resolve()),
            "requirements": dict(requirements),
        }
        draft = self.folder / (COMPLETE + ".draft")
        draft.write_text(json.dumps(stamp, indent=2) + "\n", encoding="utf-8")
        draft.replace(self.folder / COMPLETE)
        (self.folder / INCOMPLETE).unlink(missing_ok=True)


def digest(paths: Iterable[Path], root: Path) -> str:
    """SHA-256 over names and contents of files, in the order of their names."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(str(path.relative_to(root)).encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
