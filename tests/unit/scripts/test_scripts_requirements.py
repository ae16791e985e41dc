"""Requirements: pinned, complete, without anything unused, and silent about where packages come from."""

from __future__ import annotations

import ast
import re
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from scripts.pin import closure, direct, normal

ROOT = Path(__file__).resolve().parents[3]


def pins(name: str) -> list[str]:
    text = (ROOT / "requirements" / name).read_text()
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("name", ["runtime.in", "runtime.txt", "dev.in", "dev.txt"])
def test_every_requirement_is_pinned_exactly_and_names_no_address(name: str) -> None:
    assert pins(name)
    assert [line for line in pins(name) if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []


@pytest.mark.parametrize("kind", ["runtime", "dev"])
def test_the_full_pins_hold_every_direct_one(kind: str) -> None:
    assert set(pins(f"{kind}.in")) <= set(pins(f"{kind}.txt"))


def test_torch_is_pinned_without_its_build_and_brings_no_graphics_packages() -> None:
    assert "torch==2.13.0" in pins("runtime.txt")
    assert [line for line in pins("runtime.txt") if line.startswith(("nvidia", "cuda", "triton"))] == []


def test_the_full_pins_are_what_the_lists_pull_in() -> None:
    folder = ROOT / "requirements"
    names = [*direct(folder / "runtime.in"), *direct(folder / "dev.in")]

    assert sorted(closure(names).values()) == sorted([*pins("runtime.txt"), *pins("dev.txt")])


def imported(*folders: str) -> set[str]:
    """Top-level names that Python files of these folders import; Rasa's project has its own environment."""
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    names = set()
    for path in files:
        if "rasa_project" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.split(".")[0])
    return names


def distributions(names: set[str]) -> set[str]:
    """The installed packages these names come from, in their normal spelling; our own is none of them."""
    known = packages_distributions()
    return {normal(package) for name in names for package in known.get(name, [])} - {"duet-support"}


def test_every_package_that_is_imported_is_a_direct_requirement() -> None:
    listed = {normal(name) for name in direct(ROOT / "requirements" / "runtime.in")}

    assert distributions(imported("bot", "core", "handoff", "knowledge_base", "nlu")) - listed == set()


def test_no_direct_requirement_is_without_use() -> None:
    by_name = {"alembic", "asyncpg", "aiosqlite", "greenlet", "tzdata", "uv"}  # loaded or run by their names
    used = distributions(imported("bot", "core", "handoff", "knowledge_base", "nlu")) | by_name

    assert {normal(name) for name in direct(ROOT / "requirements" / "runtime.in")} - used == set()


def test_no_file_of_the_set_up_names_a_package_registry() -> None:
    files = [
        ROOT / "Makefile",
        ROOT / "pyproject.toml",
        ROOT / ".ci" / "run",
        ROOT / ".pre-commit-config.yaml",
    ]
    files += [*(ROOT / "requirements").iterdir(), *(ROOT / "scripts").glob("*.py")]
    words = re.compile(r"https?://|--(extra-)?index-url|--find-links|file:/", re.IGNORECASE)

    assert [path.name for path in files if words.search(path.read_text())] == []
