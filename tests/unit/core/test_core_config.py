"""config.yml: every key is needed, known, right and explained; the environment is checked too."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.config import ROOT, load_config, read_environment, resolve
from core.errors import ConfigError

FILE = ROOT / "config.yml"
GOOD: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text("utf-8"))
KEYS = [(section, key) for section, values in GOOD.items() for key in values]
NAMES = [f"{section}.{key}" for section, key in KEYS]


def fault(tmp_path: Path, data: object) -> str:
    """The one line said about this configuration."""
    file = tmp_path / "config.yml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    line = str(caught.value)
    assert "\n" not in line
    return line.removeprefix(f"{file}: ")


def changed(section: str, key: str, value: object) -> dict[str, Any]:
    data = copy.deepcopy(GOOD)
    data[section][key] = value
    return data


def test_the_file_in_the_checkout_is_good() -> None:
    assert load_config(FILE).company.name["ru"]


@pytest.mark.parametrize(("section", "key"), KEYS, ids=NAMES)
def test_a_missing_key_is_named(section: str, key: str, tmp_path: Path) -> None:
    data = copy.deepcopy(GOOD)
    del data[section][key]
    assert fault(tmp_path, data) == f"missing key {section}.{key}"


@pytest.mark.parametrize("section", GOOD)
def test_a_missing_section_is_named(section: str, tmp_path: Path) -> None:
    assert fault(tmp_path, {name: GOOD[name] for name in GOOD if name != section}) == f"missing key {section}"


@pytest.mark.parametrize(("section", "key"), KEYS, ids=NAMES)
def test_a_key_of_a_wrong_type_is_named(section: str, key: str, tmp_path: Path) -> None:
    assert fault(tmp_path, changed(section, key, [1])).startswith(f"wrong key {section}.{key}: ")


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("company", "timezone", "Europe/Atlantis"),
        ("bot", "concurrency", "32"),
        ("bot", "lease_s", True),
        ("web", "behind_tls", "yes"),
        ("company", "timezone", "../etc/passwd"),
        ("company", "default_language", "de"),
        ("company", "name", {"ru": "Лавка"}),
        ("redis", "claim_days", 7),
        ("redis", "key_prefix", "a:b"),
        ("telegram", "account", "main:bot"),
        ("telegram", "poll_timeout_s", 51),
        ("nlu", "skill_confidence", 1.01),
        ("knowledge_base", "max_threshold", -0.1),
        ("bot", "lease_s", 0),
        ("bot", "lease_s", float("inf")),
        ("bot", "lease_s", float("nan")),
        ("bot", "concurrency", 0),
        ("handoff", "due_s", "soon"),
        ("logging", "level", "loud"),
    ],
)
def test_a_value_out_of_range_is_named_with_what_was_given(
    section: str, key: str, value: object, tmp_path: Path
) -> None:
    line = fault(tmp_path, changed(section, key, value))
    assert line.startswith(f"wrong key {section}.{key}: ")
    assert f"(got {value!r})" in line


def test_an_unknown_key_is_named(tmp_path: Path) -> None:
    assert fault(tmp_path, changed("bot", "speed", 1)) == "unknown key bot.speed"
    assert fault(tmp_path, {**GOOD, "kitchen": {}}) == "unknown key kitchen"


@pytest.mark.parametrize("content", ["", "- a\n- b\n", "42"])
def test_a_file_without_sections_says_what_is_missing(content: str, tmp_path: Path) -> None:
    file = tmp_path / "config.yml"
    file.write_text(content)
    with pytest.raises(ConfigError, match="must hold sections"):
        load_config(file)


@pytest.mark.parametrize("content", [b"company: [", b"\xff\xfe\x00", b"a: b: c", b"web: {}\nweb: {}"])
def test_a_file_that_is_not_yaml_says_so_in_one_line(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "config.yml"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match="is not valid YAML") as caught:
        load_config(file)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yml: cannot be read"):
        load_config(tmp_path / "nowhere.yml")


@pytest.mark.parametrize("port", ["web", "-1", "65536", "80.5", "²", " 80"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(ConfigError, match="DUET_PORT"):
        read_environment({"DUET_PORT": port})


def test_an_empty_environment_means_the_embedded_parts() -> None:
    environment = read_environment({})
    assert (environment.port, environment.data) == (8080, Path("var").resolve())
    assert environment.redis_url == environment.database_url == environment.rasa_url == ""


def test_the_environment_moves_a_copy(tmp_path: Path) -> None:
    environment = read_environment(
        {"DUET_DATA": str(tmp_path), "DUET_PORT": "9000", "DUET_CONFIG": str(tmp_path / "my.yml")}
    )
    assert (environment.data, environment.port) == (tmp_path, 9000)
    assert environment.config_path == tmp_path / "my.yml"


def test_a_folder_is_found_beside_the_working_folder_or_in_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert resolve("bot/wording") == ROOT / "bot" / "wording"
    (tmp_path / "bot" / "wording").mkdir(parents=True)
    assert resolve("bot/wording") == tmp_path / "bot" / "wording"
    assert resolve("/elsewhere") == Path("/elsewhere")
