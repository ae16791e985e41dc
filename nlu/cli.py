"""The commands of understanding: train, parse, emotion."""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from core.config import ROOT, Config, Environment, load_config, read_environment
from core.errors import CoreError
from core.logging import configure_logging
from nlu.errors import InputError, NluError
from nlu.types import Understanding

if TYPE_CHECKING:
    from nlu.emotion_weights import Floats

PROJECT = Path(__file__).resolve().parent / "rasa_project"
MODEL = PROJECT / "models" / "duet.tar.gz"
_MAX_FILE_BYTES = 64 * 1024 * 1024


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; 0 when done, 1 when training failed, 2 when the input cannot be used."""
    arguments = _parser().parse_args(argv)
    configure_logging("warning", json=False)
    try:
        return int(arguments.run(arguments))
    except (NluError, CoreError) as error:
        print(f"nlu: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m nlu", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    train = commands.add_parser("train", help="train the Rasa model, if its data changed")
    train.add_argument("--out", metavar="FILE", type=Path, default=MODEL, help=f"default: {MODEL}")
    train.add_argument("--force", action="store_true", help="train even if nothing changed")
    train.set_defaults(run=_train)
    parse = commands.add_parser("parse", help="intent, entities, emotion and language of a message")
    parse.add_argument("text", metavar="TEXT")
    parse.add_argument("--json", action="store_true", help="one JSON line")
    parse.set_defaults(run=_parse)
    emotion = commands.add_parser("emotion", help="how upset messages are")
    emotion.add_argument("text", metavar="TEXT", nargs="*")
    emotion.add_argument("--file", metavar="F", type=Path, help="one message a line")
    emotion.add_argument("--json", action="store_true", help="JSON lines: text, score, escalate, kind, words")
    emotion.add_argument("--plain", action="store_true", help="by words alone: starts at once, hears less")
    emotion.set_defaults(run=_emotion)
    return parser


def _settings() -> tuple[Config, Environment]:
    environment = read_environment()
    return load_config(environment.config_path), environment


def _train(arguments: argparse.Namespace) -> int:
    """Rasa lives in an environment of its own, so its training is a process of its own."""
    python = ROOT / ".venv-rasa" / "bin" / "python"
    if not python.exists():
        raise InputError(f"there is no {python}; run `make setup` first")
    command = [str(python), str(PROJECT / "train.py"), "--out", str(arguments.out.absolute())]
    if arguments.force:
        command.append("--force")
    done = subprocess.run(command, cwd=PROJECT, check=False)  # noqa: S603 - our own script
    return 0 if done.returncode == 0 else 1


def _parse(arguments: argparse.Namespace) -> int:
    understood = asyncio.run(_understand(_checked(arguments.text)))
    if arguments.json:
        print(json.dumps({"text": arguments.text, **asdict(understood)}, ensure_ascii=False))
        return 0
    print(f"intent    {understood.intent} ({understood.intent_confidence:.2f}, {understood.parser})")
    for entity in understood.entities:
        print(f"entity    {entity.name} = {entity.value} [{entity.start}:{entity.end}]")
    emotion = understood.emotion
    print(f"emotion   {emotion.score:.2f} {emotion.kind or 'calm'}")
    print(f"language  {understood.language}")
    return 0


async def _understand(text: str) -> Understanding:
    """With the Rasa that runs, if one does."""
    import aiohttp

    from nlu.compose import build_offline_parser, build_rasa_client, build_understander, running_rasa

    config, environment = _settings()
    address = running_rasa(environment)
    async with aiohttp.ClientSession() as session:
        rasa = None
        if address is not None:
            rasa = build_rasa_client(address, session=session, timeout_s=config.nlu.request_timeout_s)
        understander = build_understander(
            rasa=rasa,
            fallback=build_offline_parser(),
            emotion_threshold=config.nlu.emotion_threshold,
            max_chars=config.nlu.max_text_chars,
        )
        return await understander.understand(text, language_hint=config.company.default_language)


def _emotion(arguments: argparse.Namespace) -> int:
    if not arguments.text and arguments.file is None:
        raise InputError("emotion: give a TEXT or --file F")
    config, _ = _settings()
    from nlu.compose import build_scorer

    scorer = build_scorer(threshold=config.nlu.emotion_threshold)
    texts = list(_messages(arguments))
    vectors = None if arguments.plain else _vectors(texts, config)
    for number, text in enumerate(texts):
        emotion = scorer.score(text, None if vectors is None else vectors[number])
        if arguments.json:
            line = {"text": text, "score": round(emotion.score, 4), "escalate": emotion.escalate}
            print(json.dumps(line | {"kind": emotion.kind, "words": emotion.evidence}, ensure_ascii=False))
        else:
            print(f"{emotion.score:.2f} {emotion.kind or 'calm':9} {text}")
    return 0


def _vectors(texts: list[str], config: Config) -> Floats | None:
    """The encoder's vectors `(n, 512)`; None where it cannot be loaded or is not the one of the weights."""
    from core.encoder import Encoder, EncoderDown
    from nlu.compose import OFFLINE

    if config.knowledge_base.encoder != OFFLINE:
        return None
    encoder = Encoder(threads=config.knowledge_base.encoder_threads)
    try:
        return encoder.encode_now(texts)
    except EncoderDown as error:
        print(f"nlu: by words alone, {error}", file=sys.stderr)
        return None
    finally:
        encoder.close()


def _messages(arguments: argparse.Namespace) -> Iterator[str]:
    """Those given, then the lines of the file; blank lines are messages too, so that lines keep matching."""
    yield from map(_checked, arguments.text)
    if arguments.file is not None:
        yield from _lines(arguments.file)


def _lines(path: Path) -> list[str]:
    try:
        if path.stat().st_size > _MAX_FILE_BYTES:
            raise InputError(f"{path}: is over {_MAX_FILE_BYTES // 1024 // 1024} MiB")
        content = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8 text") from error
    lines = content.split("\n")
    return [line.removesuffix("\r") for line in (lines[:-1] if lines[-1] == "" else lines)]


def _checked(text: str) -> str:
    """Bytes of an argument that are no UTF-8 reach Python as lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InputError("the text is not UTF-8") from error
    return text
