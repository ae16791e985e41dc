"""The editors' commands: check, search, publish, phrases, evaluate."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from core.errors import CoreError
from core.logging import configure_logging
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.phrases_cli import add_phrases


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; 0 when all is well, 1 when faults were found or it could not be done."""
    args = _parser().parse_args(argv)
    configure_logging("warning", json=False)
    try:
        return int(args.run(args))
    except (KnowledgeBaseError, CoreError) as error:
        print(f"knowledge_base: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m knowledge_base", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="every fault of a folder of articles, with file and line")
    check.add_argument("folder", metavar="DIR", type=Path)
    check.set_defaults(run=_check)
    search = commands.add_parser("search", help="the articles a message finds")
    search.add_argument("text", metavar="TEXT", nargs="+")
    search.add_argument("--kb", metavar="DIR", help="folder of articles; default: the configured one")
    search.add_argument("--language", choices=("ru", "en"), help="default: that of the text")
    search.add_argument("--audience", choices=("customer", "internal"), default="customer")
    search.add_argument("--limit", type=int, default=5)
    search.add_argument("--json", action="store_true", help="one JSON line")
    search.set_defaults(run=_search)
    publish = commands.add_parser("publish", help="publish a folder into the running deployment")
    publish.add_argument("--kb", metavar="DIR", help="folder of articles; default: the configured one")
    publish.set_defaults(run=_publish)
    add_phrases(commands.add_parser("phrases", help="phrases that operators taught"))
    _add_evaluate(
        commands.add_parser("evaluate", help="how often the base alone answers, and how often right")
    )
    return parser


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kb", metavar="DIR", type=Path, required=True)
    parser.add_argument("--cases", metavar="F.csv", type=Path, required=True, help="columns id,text,expected")
    parser.add_argument(
        "--calibration", metavar="F.csv", type=Path, help="labelled messages of the same columns"
    )
    parser.add_argument("--out", metavar="predictions.csv", type=Path)
    parser.add_argument("--plot", metavar="curve.svg", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=_evaluate)


def _check(args: argparse.Namespace) -> int:
    from knowledge_base.check import faults_of
    from knowledge_base.compose import settings
    from knowledge_base.folder import read_folder

    config, _ = settings()
    today = datetime.now(ZoneInfo(config.company.timezone)).date()
    folder = read_folder(args.folder)
    faults = faults_of(folder, today=today)
    for fault in faults:
        print(fault)
    errors = sum(not fault.warning for fault in faults)
    told = f"{len(folder.files)} articles, {errors} faults, {len(faults) - errors} warnings"
    print(told, file=sys.stderr)
    return 1 if errors else 0


def _search(args: argparse.Namespace) -> int:
    from knowledge_base.commands import search

    return search(args)


def _publish(args: argparse.Namespace) -> int:
    from knowledge_base.commands import publish

    return publish(args)


def _evaluate(args: argparse.Namespace) -> int:
    from knowledge_base.commands import evaluate

    return evaluate(args)
