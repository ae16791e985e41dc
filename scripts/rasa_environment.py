"""The environment of Rasa: Python 3.10, pinned and hashed packages, the trained model.

Everything here may fail without stopping Duet: it then understands with its offline parser.
Standard library only; Python 3.9 and newer.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from scripts.environments import READY, REBUILD, Venv, digest
from scripts.progress import StepError, run, say, step
from scripts.pythons import Interpreter, find, probe

PYTHON = "3.10"
RETRY_AFTER_S = 86_400
"""Seconds after which a plain start tries again what failed; `make setup` tries at once."""
WITHOUT = (
    "Duet runs without Rasa: messages are understood by the offline parser, so the bot answers less and "
    "hands over more; the health page says so. What stopped it: {reason}. Rasa needs Python 3.10: put it "
    "where `python3.10` finds it, or run `pyenv install 3.10`, or let uv reach the network to bring it. Then "
    "`make setup` tries again. A Rasa that runs elsewhere is named by RASA_URL."
)


class RasaEnvironment:
    """Makes `.venv-rasa` from `requirements/rasa.txt` with the tools of the main environment."""

    def __init__(self, *, root: Path, main: Venv) -> None:
        self._root = root
        self._main = main
        self._requirements = root / "requirements" / "rasa.txt"
        self._project = root / "nlu" / "rasa_project"
        self._failure = main.folder / "rasa-missing.json"
        self.venv = Venv(root / ".venv-rasa")

    def wanted(self) -> dict[str, str]:
        """Hashes of what is to be installed."""
        return {"rasa.txt": digest([self._requirements], self._root)}

    def is_ready(self) -> bool:
        """Whether packages and model are what the checkout asks for."""
        return self.venv.state(self.wanted()) == READY and self._is_trained()

    def failed_lately(self) -> str:
        """Why the last try failed, if that was not long ago and nothing it depends on has changed."""
        try:
            last = json.loads(self._failure.read_text(encoding="utf-8"))
            fresh = 0 <= time.time() - float(last["at"]) < RETRY_AFTER_S
            return str(last["reason"]) if fresh and last["inputs"] == self._inputs() else ""
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def note_failure(self, error: StepError) -> None:
        """Say what it means and remember it, so that every start does not try in vain."""
        note = {"at": time.time(), "reason": str(error), "inputs": self._inputs()}
        self._failure.write_text(json.dumps(note) + "\n", encoding="utf-8")
        say(WITHOUT.format(reason=error))

    def install(self) -> None:
        """Install the packages, if they are not there.

        Raises:
            StepError: no Python 3.10, or its packages cannot be installed.
        """
        wanted = self.wanted()
        state = self.venv.state(wanted)
        if state == READY:
            return
        with step("Rasa environment (.venv-rasa)"):
            if state == REBUILD:
                self.venv.create(self._interpreter().executable, pip=False)
            self.venv.begin()
            self._install_packages()
            self.venv.compile(self.venv.python)
            self.venv.finish(wanted)

    def train(self) -> None:
        """Train the model, if what it is made from has changed.

        Raises:
            StepError: training failed.
        """
        if self._is_trained() or not (self._root / "nlu" / "__main__.py").exists():
            return
        with step("Rasa model"):
            run([self._main.python, "-m", "nlu", "train"], what="training the Rasa model", cwd=self._root)
            stamp = {"inputs": self._training_inputs()}
            self._training_stamp.write_text(json.dumps(stamp) + "\n", encoding="utf-8")
        self._failure.unlink(missing_ok=True)

    @property
    def _training_stamp(self) -> Path:
        return self.venv.folder / "duet-trained.json"

    def _is_trained(self) -> bool:
        try:
            stamp = json.loads(self._training_stamp.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        has_model = (self._project / "models" / "duet.tar.gz").exists()
        return has_model and stamp == {"inputs": self._training_inputs()}

    def _training_inputs(self) -> str:
        """Hash of the Rasa project and its packages; models, caches and plain documentation do not count."""
        kinds = {".yml", ".yaml", ".py", ".csv", ".txt", ".json"}
        skipped = {"models", ".cache", ".rasa", "__pycache__"}
        files = [
            path
            for path in self._project.rglob("*")
            if path.suffix in kinds and not skipped & set(path.relative_to(self._project).parts)
        ]
        return digest([*files, self._requirements], self._root)

    def _inputs(self) -> str:
        return digest([self._requirements], self._root) + self._training_inputs()

    def _interpreter(self) -> Interpreter:
        found = find([PYTHON], os.environ, needs_pip=False) or self._from_uv()
        if found is None:
            raise StepError("no Python 3.10 was found, and uv could not bring one")
        say(f"Python {'.'.join(map(str, found.version))} for Rasa: {found.executable}")
        return found

    def _from_uv(self) -> Interpreter | None:
        """Ask uv for a Python 3.10, kept inside the main environment."""
        home = self._main.folder / "pythons"
        env = {**os.environ, "UV_PYTHON_INSTALL_DIR": str(home)}
        command: list[str | Path] = [self._main.python, "-m", "uv", "python", "install", "--no-bin", PYTHON]
        try:
            with step("Python 3.10 through uv"):
                run(command, what="uv python install", env=env)
        except StepError as error:
            say(str(error))
        found = [probe(path) for path in sorted(home.glob(f"cpython-{PYTHON}*/bin/python{PYTHON}"))]
        return next((each for each in found if each is not None), None)

    def _install_packages(self) -> None:
        """Install with uv, which takes seconds, or with pip where uv cannot reach the packages."""
        options = ["--no-deps", "--require-hashes", "-r", str(self._requirements)]
        uv: list[str | Path] = [self._main.python, "-m", "uv", "pip", "install", "--python", self.venv.python]
        pip: list[str | Path] = [self._main.python, "-m", "pip", "--python", self.venv.python, "install"]
        try:
            run([*uv, *options], what="uv pip install")
        except StepError as error:
            last = str(error).splitlines()[-1].strip()
            say(f"uv could not install the packages of Rasa ({last}); trying pip")
            run([*pip, "--no-compile", *options], what="pip install")
