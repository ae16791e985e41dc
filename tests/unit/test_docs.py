"""The documents say everything there is to set and to run."""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.__main__ import _parser as bot_parser
from handoff.cli import _parser as handoff_parser
from knowledge_base.cli import _parser as knowledge_base_parser
from nlu.cli import _parser as nlu_parser

ROOT = Path(__file__).resolve().parents[2]
CONFIG = (ROOT / "config.yml").read_text("utf-8").splitlines()
UNITS = ("second", "hour", "day", "byte", "character", "probabilit", "share", "times", "tries", "threshold")


def documents() -> str:
    """README.md and everything right under docs/."""
    files = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return "\n".join(path.read_text("utf-8") for path in files)


def variables() -> list[str]:
    """What `core/config.py` reads from the environment: the keys of `env.get(...)`."""
    tree = ast.parse((ROOT / "core" / "config.py").read_text("utf-8"))
    return sorted(
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "get"
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    )


def commands() -> Iterator[str]:
    """Every command, spelled as one types it."""
    parsers = {
        "bot": bot_parser, "handoff": handoff_parser, "knowledge_base": knowledge_base_parser,
        "nlu": nlu_parser,
    }  # fmt: skip
    for name, parser in parsers.items():
        yield from spelled(f"python -m {name}", parser())


def spelled(before: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    inner = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    if not inner:
        yield before
    for name, command in (pair for one in inner for pair in one.choices.items()):
        yield from spelled(f"{before} {name}", command)


def test_the_environment_is_read_in_one_place_that_this_test_knows() -> None:
    assert {"DUET_DATA", "DUET_PORT", "DUET_CONFIG", "REDIS_URL", "DUET_ADMIN_PASSWORD"} <= set(variables())


@pytest.mark.parametrize("name", variables())
def test_every_variable_is_documented(name: str) -> None:
    assert re.search(rf"\b{name}\b", documents()), f"{name} is in neither README.md nor docs/"


@pytest.mark.parametrize("command", list(commands()))
def test_every_command_is_documented(command: str) -> None:
    assert command in " ".join(documents().split()), f"{command} is in neither README.md nor docs/"


def settings() -> list[tuple[str, str]]:
    """Key and comment of every line of config.yml that sets something."""
    found = []
    for line in CONFIG:
        match = re.match(r"  (\w+):(.*)$", line)
        if match:
            _, _, comment = match[2].partition(" # ")
            found.append((match[1], comment.strip()))
    return found


def test_the_configuration_has_settings_to_look_at() -> None:
    assert len(settings()) > 50


@pytest.mark.parametrize(("key", "comment"), settings(), ids=[key for key, _ in settings()])
def test_every_key_of_the_configuration_is_explained(key: str, comment: str) -> None:
    assert len(comment.split()) >= 3


@pytest.mark.parametrize(
    ("key", "comment"),
    [pair for pair in settings() if re.search(r"_(s|h|days|hours|bytes|chars|per_s|per_min)$", pair[0])],
    ids=lambda value: value if " " not in value else "",
)
def test_a_key_with_a_unit_in_its_name_says_it_and_its_default(key: str, comment: str) -> None:
    assert "default" in comment or "same" in comment
    if not key.endswith(("per_s", "per_min")):
        assert any(unit in comment for unit in UNITS) or "same" in comment
