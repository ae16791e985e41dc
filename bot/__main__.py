"""`python -m bot`: serve, ask, replay, doctor."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from bot.errors import BotError
from core.errors import CoreError
from knowledge_base.errors import KnowledgeBaseError

ROLES = ("channels", "workers", "web")


def main(argv: list[str] | None = None) -> int:
    """Run one command; its exit code (0 well, 1 not well, 2 wrong use)."""
    arguments = _parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
    except (CoreError, BotError, KnowledgeBaseError) as error:
        print(f"duet: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output went away; there is nobody to tell
        return 141
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bot", description="A support desk in which a bot takes the simple fifth."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="serve")
    run.add_argument(
        "--roles", type=_roles, default=frozenset(ROLES), metavar="ROLE,ROLE",
        help=f"what this process does: {', '.join(ROLES)} (default: all)",
    )  # fmt: skip
    run.set_defaults(run=_run)
    ask = commands.add_parser("ask", help="what the bot would do with a message, without doing it")
    ask.add_argument("text", nargs="*", metavar="TEXT", help="a message")
    ask.add_argument("--file", type=Path, metavar="F", help="messages, one a line")
    ask.add_argument(
        "--kb", type=Path, metavar="DIR", help="folder of articles (default: the configured one)"
    )
    ask.add_argument("--json", action="store_true", help="JSON lines (default for --file)")
    ask.set_defaults(run=_ask)
    replay = commands.add_parser("replay", help="decide again on what was stored")
    replay.add_argument("decision", metavar="DECISION_ID")
    replay.set_defaults(run=_replay)
    doctor = commands.add_parser("doctor", help="check configuration and every part")
    doctor.set_defaults(run=_doctor)
    return parser


def _roles(value: str) -> frozenset[str]:
    named = frozenset(part.strip() for part in value.split(",") if part.strip())
    unknown = sorted(named - set(ROLES))
    if unknown or not named:
        wrong = f"unknown role {unknown[0]!r}" if unknown else "no role named"
        raise argparse.ArgumentTypeError(f"{wrong}; choose from {', '.join(ROLES)}")
    return named


def _run(arguments: argparse.Namespace) -> int:
    from bot.run import leave, serve

    return leave(asyncio.run(serve(arguments.roles)))


def _ask(arguments: argparse.Namespace) -> int:
    from bot.ask import ask

    return asyncio.run(
        ask(texts=arguments.text, file=arguments.file, kb=arguments.kb, as_json=arguments.json)
    )


def _replay(arguments: argparse.Namespace) -> int:
    from bot.replay import replay

    return asyncio.run(replay(arguments.decision))


def _doctor(_: argparse.Namespace) -> int:
    from bot.doctor import doctor

    return asyncio.run(doctor())


if __name__ == "__main__":
    sys.exit(main())
