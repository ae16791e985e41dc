"""`python -m knowledge_base phrases …`: what editors decide about phrases, from a terminal."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from knowledge_base.errors import FolderError, StoreError

if TYPE_CHECKING:
    from knowledge_base.phrases import Phrase, Verdict

_BY = "command line"
"""Who decided, in the audit."""
_VERDICTS: dict[str, Verdict] = {"accept": "accepted", "reject": "rejected", "move": "moved"}


def add_phrases(parser: argparse.ArgumentParser) -> None:
    """Add the commands list, accept, reject, move and export."""
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    listed = commands.add_parser("list", help="phrases by article")
    listed.add_argument("--status", choices=("pending", "accepted", "moved", "rejected"), default="pending")
    listed.add_argument("--json", action="store_true", help="one JSON object a line")
    listed.set_defaults(run=_list)
    for verb, about in (
        ("accept", "they become questions of their article at the next publish"),
        ("reject", "they are asked about no more; accepted ones are taken back"),
    ):
        command = commands.add_parser(verb, help=about)
        command.add_argument("ids", metavar="ID", nargs="+")
        command.set_defaults(run=_decide, verb=verb)
    move = commands.add_parser("move", help="they become questions of another article at the next publish")
    move.add_argument("ids", metavar="ID", nargs="+")
    move.add_argument("--to", metavar="ARTICLE", required=True, help="id of the article they belong to")
    move.add_argument("--kb", metavar="DIR", help="folder of articles; default: the configured one")
    move.set_defaults(run=_decide, verb="move")
    export = commands.add_parser("export", help="write accepted phrases into the article files")
    export.add_argument("--kb", metavar="DIR", help="folder of articles; default: the configured one")
    export.set_defaults(run=_export)


def _list(args: argparse.Namespace) -> int:
    found = asyncio.run(_listed(args))
    for phrase in found:
        sys.stdout.write((_json(phrase) if args.json else _line(phrase)) + "\n")
    if not found and not args.json:
        sys.stderr.write(f"no {args.status} phrases\n")
    return 0


async def _listed(args: argparse.Namespace) -> Sequence[Phrase]:
    from knowledge_base.compose import phrases_of, settings

    async with phrases_of(settings()[1]) as phrases:
        return await phrases.listed(args.status)


def _decide(args: argparse.Namespace) -> int:
    if args.verb == "move":
        _check_article(args)
    changed = asyncio.run(_decided(args))
    sys.stdout.write(f"{_VERDICTS[args.verb]}: {changed}\n")
    if changed < len(set(args.ids)):
        raise StoreError(f"{len(set(args.ids)) - changed} of the ids are of no phrase; see `phrases list`")
    return 0


async def _decided(args: argparse.Namespace) -> int:
    from knowledge_base.compose import phrases_of, settings

    async with phrases_of(settings()[1]) as phrases:
        return await phrases.decide(
            args.ids,
            _VERDICTS[args.verb],
            by=_BY,
            now=datetime.now(UTC),
            moved_to=getattr(args, "to", ""),
        )


def _check_article(args: argparse.Namespace) -> None:
    from knowledge_base.compose import folder_of, settings
    from knowledge_base.folder import load_articles

    folder = folder_of(settings()[0], args.kb)
    if args.to not in {article.id for article in load_articles(folder)}:
        raise FolderError(f"{folder}: has no article {args.to!r}")


def _export(args: argparse.Namespace) -> int:
    from knowledge_base.compose import folder_of, phrases_of, settings
    from knowledge_base.export import export

    config, environment = settings()

    async def accepted() -> dict[str, int]:
        async with phrases_of(environment) as phrases:
            found = await phrases.accepted()
        written = await asyncio.to_thread(export, folder_of(config, args.kb), found)
        return {str(path): count for path, count in written.items()}

    written = asyncio.run(accepted())
    for path, count in written.items():
        sys.stdout.write(f"{path}: {count}\n")
    sys.stderr.write(f"{sum(written.values())} phrases written into {len(written)} files\n")
    return 0


def _line(phrase: Phrase) -> str:
    where = phrase.moved_to or phrase.article
    return f"{phrase.id}  {where} ({phrase.language})  {phrase.text}"


def _json(phrase: Phrase) -> str:
    return json.dumps({**asdict(phrase), "at": phrase.at.isoformat()}, ensure_ascii=False)
