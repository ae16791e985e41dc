"""Write requirements/runtime.txt and dev.txt: every package the two lists pull in, at the installed version.

Run it with the environment's own Python after changing a .in file and installing it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import Distribution, distribution
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "requirements"
NOT_OURS = {"pip"}


def normal(name: str) -> str:
    """The one spelling of a package's name, as PyPA's "Names and normalization" defines it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def direct(path: Path) -> list[str]:
    """Names a .in file lists."""
    lines = (line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line.split("==")[0] for line in lines if line]


def needs(package: Distribution) -> list[str]:
    """Names one package requires here; extras and other platforms' needs are left out."""
    from packaging.requirements import Requirement

    wanted = (Requirement(text) for text in package.requires or [])
    return [each.name for each in wanted if each.marker is None or each.marker.evaluate({"extra": ""})]


def closure(names: Iterable[str]) -> dict[str, str]:
    """Pinned lines of everything `names` pull in, by normal name."""
    found: dict[str, str] = {}
    waiting = list(names)
    while waiting:
        name = normal(waiting.pop())
        if name in found or name in NOT_OURS:
            continue
        package = distribution(name)
        version = package.version.split("+")[0]  # the CPU build of torch carries a local version
        found[name] = f"{package.name}=={version}"
        waiting.extend(needs(package))
    return found


def write(path: Path, pins: dict[str, str]) -> None:
    """Write pins in alphabetical order below a note of where they come from."""
    lines = [f"# Made by make pins from {path.with_suffix('.in').name}; do not edit."]
    lines += [pins[name] for name in sorted(pins)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{path.name}: {len(pins)} packages")


def main() -> None:
    """Write both files; dev.txt holds only what runtime.txt does not."""
    runtime = closure(direct(FOLDER / "runtime.in"))
    everything = closure([*direct(FOLDER / "runtime.in"), *direct(FOLDER / "dev.in")])
    write(FOLDER / "runtime.txt", runtime)
    write(FOLDER / "dev.txt", {name: pin for name, pin in everything.items() if name not in runtime})


if __name__ == "__main__":
    main()
