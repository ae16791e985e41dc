"""Set-up: which interpreters it trusts, when an environment counts as complete, what it says."""

from __future__ import annotations

import ast
import json
import os
import re
import sys
from pathlib import Path

import pytest

from scripts import checks
from scripts.environments import INCOMPLETE, READY, REBUILD, UPDATE, Venv, digest
from scripts.progress import StepError, run, step
from scripts.pythons import find, probe
from scripts.rasa_environment import RasaEnvironment

ROOT = Path(__file__).resolve().parents[3]


def program(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def fake_python(path: Path, version: str, *, has_pip: bool = True) -> Path:
    answer = json.dumps([[int(part) for part in version.split(".")], str(path), has_pip])
    return program(path, f"echo '{answer}'")


def failing_shim(path: Path) -> Path:
    return program(path, "echo 'pyenv: command not found' >&2; exit 127")


def test_the_interpreter_that_runs_these_tests_is_recognised() -> None:
    found = probe(Path(sys.executable))

    assert found is not None
    assert found.version == sys.version_info[:3]
    assert found.executable.exists()


@pytest.mark.parametrize("body", ["exit 127", "echo hello", "echo '[1, 2]'", "echo '[]' >&2"])
def test_what_fails_or_answers_nonsense_is_no_interpreter(tmp_path: Path, body: str) -> None:
    assert probe(program(tmp_path / "python3.10", body)) is None


def test_a_shim_that_answers_to_the_name_and_fails_is_passed_over(tmp_path: Path) -> None:
    failing_shim(tmp_path / "shims" / "python3.10")
    real = fake_python(tmp_path / "pyenv" / "versions" / "3.10.13" / "bin" / "python", "3.10.13")
    environ = {"PATH": str(tmp_path / "shims"), "PYENV_ROOT": str(tmp_path / "pyenv"), "HOME": str(tmp_path)}

    found = find(["3.10"], environ, needs_pip=False)

    assert found is not None
    assert found.executable == real


def test_the_name_is_looked_for_in_every_folder_of_the_path(tmp_path: Path) -> None:
    failing_shim(tmp_path / "shims" / "python3.10")
    real = fake_python(tmp_path / "bin" / "python3.10", "3.10.2")
    environ = {"PATH": f"{tmp_path / 'shims'}:{tmp_path / 'bin'}", "HOME": str(tmp_path)}

    found = find(["3.10"], environ, needs_pip=False)

    assert found is not None
    assert found.executable == real


def test_the_newest_of_several_built_by_pyenv_is_taken(tmp_path: Path) -> None:
    for version in ("3.10.9", "3.10.13", "3.10.2"):
        fake_python(tmp_path / ".pyenv" / "versions" / version / "bin" / "python", version)

    found = find(["3.10"], {"PATH": "", "HOME": str(tmp_path)}, needs_pip=False)

    assert found is not None
    assert found.version == (3, 10, 13)


def test_an_interpreter_of_another_version_under_the_name_is_passed_over(tmp_path: Path) -> None:
    fake_python(tmp_path / "python3.77", "3.76.1")

    assert find(["3.77"], {"PATH": str(tmp_path), "HOME": str(tmp_path)}, needs_pip=False) is None


def test_an_interpreter_that_cannot_bring_pip_is_passed_over_where_pip_is_needed(tmp_path: Path) -> None:
    fake_python(tmp_path / "python3.77", "3.77.0", has_pip=False)
    environ = {"PATH": str(tmp_path), "HOME": str(tmp_path)}

    assert find(["3.77"], environ, needs_pip=True) is None
    assert find(["3.77"], environ, needs_pip=False) is not None


@pytest.fixture
def venv(tmp_path: Path) -> Venv:
    """A real environment without pip, complete with requirement file a.txt of hash 1."""
    venv = Venv(tmp_path / "env")
    venv.create(Path(sys.executable), pip=False)
    venv.finish({"a.txt": "1"})
    return venv


def test_a_finished_environment_is_ready_for_what_was_installed(venv: Venv) -> None:
    assert venv.state({"a.txt": "1"}) == READY


@pytest.mark.parametrize("wanted", [{"a.txt": "2"}, {"a.txt": "1", "b.txt": "1"}])
def test_other_requirements_ask_for_an_update(venv: Venv, wanted: dict[str, str]) -> None:
    assert venv.state(wanted) == UPDATE


def test_an_environment_that_was_never_made_is_built(tmp_path: Path) -> None:
    assert Venv(tmp_path / "none").state({}) == REBUILD


def test_an_environment_made_by_hand_is_completed_and_not_thrown_away(venv: Venv) -> None:
    (venv.folder / "duet-stamp.json").unlink()

    assert venv.state({"a.txt": "1"}) == UPDATE


def test_an_interrupted_installation_is_built_again(venv: Venv) -> None:
    venv.begin()

    assert venv.state({"a.txt": "1"}) == REBUILD


def test_a_moved_environment_is_built_again(venv: Venv, tmp_path: Path) -> None:
    moved = Venv(venv.folder.rename(tmp_path / "elsewhere"))

    assert moved.state({"a.txt": "1"}) == REBUILD


def test_an_environment_whose_interpreter_is_gone_is_built_again(venv: Venv, tmp_path: Path) -> None:
    venv.python.unlink()
    venv.python.symlink_to(tmp_path / "removed" / "python")

    assert venv.state({"a.txt": "1"}) == REBUILD


def test_building_again_clears_what_was_there_and_keeps_the_mark(venv: Venv) -> None:
    (venv.folder / "lib" / "half.py").write_text("x")

    venv.create(Path(sys.executable), pip=False)

    assert not (venv.folder / "lib" / "half.py").exists()
    assert (venv.folder / INCOMPLETE).exists()
    assert venv.python.exists()


def test_a_digest_follows_names_and_contents(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("1")
    second.write_text("2")
    before = digest([first, second], tmp_path)

    assert digest([second, first], tmp_path) == before
    second.write_text("3")
    assert digest([first, second], tmp_path) != before
    second.write_text("2")
    assert digest([first, second.rename(tmp_path / "c")], tmp_path) != before


@pytest.fixture
def rasa(tmp_path: Path, venv: Venv) -> RasaEnvironment:
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "rasa.txt").write_text("rasa==3.6.21\n")
    (tmp_path / "nlu" / "rasa_project").mkdir(parents=True)
    return RasaEnvironment(root=tmp_path, main=venv)


def test_a_failure_is_remembered_until_what_it_depends_on_changes(
    rasa: RasaEnvironment, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rasa.note_failure(StepError("no Python 3.10 was found"))

    assert rasa.failed_lately() == "no Python 3.10 was found"
    assert "offline parser" in capsys.readouterr().out
    (tmp_path / "requirements" / "rasa.txt").write_text("rasa==3.6.22\n")
    assert rasa.failed_lately() == ""


def test_an_old_failure_is_tried_again(rasa: RasaEnvironment, monkeypatch: pytest.MonkeyPatch) -> None:
    rasa.note_failure(StepError("no network"))

    monkeypatch.setattr("scripts.rasa_environment.RETRY_AFTER_S", 0)

    assert rasa.failed_lately() == ""


def test_a_failed_command_shows_its_last_lines_and_no_more() -> None:
    with pytest.raises(StepError, match="code 3") as caught:
        run(["/bin/sh", "-c", "seq 100; exit 3"], what="counting")

    lines = str(caught.value).split()
    assert lines[-1] == "100"
    assert "50" not in lines


def test_a_program_that_is_not_there_is_a_failed_step() -> None:
    with pytest.raises(StepError, match="code 127"):
        run(["/nowhere/program"], what="nothing")


def test_a_step_tells_that_it_failed_and_how_long_it_took(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(StepError), step("thing"):
        raise StepError("no")

    assert re.search(r"thing: FAILED after 0\.\d s", capsys.readouterr().out)


def test_tests_of_parts_the_machine_lacks_are_left_out_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(checks, "ROOT", tmp_path)

    assert checks.tests() == ["-m", "pytest", "-m", "not browser and not rasa"]
    assert capsys.readouterr().out.count("NOTE") == 2


@pytest.mark.parametrize("path", sorted((ROOT / "scripts").glob("*.py")), ids=lambda path: path.name)
def test_set_up_is_written_in_the_language_of_python_3_9(path: Path) -> None:
    ast.parse(path.read_text(), feature_version=(3, 9))


def test_every_variable_of_the_environment_is_documented() -> None:
    source = (ROOT / "core" / "config.py").read_text()
    known = set(re.findall(r'env\.get\("([A-Z_]+)"', source))
    documented = (ROOT / "docs" / "administrators.md").read_text()

    assert len(known) >= 10
    assert sorted(name for name in known if f"`{name}`" not in documented) == []


def test_the_program_of_continuous_integration_can_be_run() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
