"""`python -m handoff`: accounts of operators, a look at the queue, and figures of a day."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncEngine

from core.auth import ROLES
from core.auth_accounts import Accounts, Change
from core.auth_operators import OperatorError, Operators
from core.auth_passwords import random_password
from core.config import Environment, load_config, read_environment
from core.endpoints import read_endpoints
from core.errors import ConfigError, CoreError
from core.keys import Keys
from core.redis import Scripts, connect
from core.secret_box import new_key
from core.sql import migrate, open_engine
from handoff.board import Board
from handoff.errors import HandoffError
from handoff.ratings.given import GivenRatings
from handoff.reports.command import add_arguments, as_json, as_text
from handoff.reports.reading import Archive
from handoff.reports.report import Reports
from handoff.reports.types import MOST_DAYS, Narrowed, Period
from handoff.search.index import Indexer
from handoff.types import Ticket


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 if it worked, 2 with one line on stderr if not."""
    options = _parser().parse_args(arguments)
    try:
        asyncio.run(options.run(options))
    except (CoreError, HandoffError) as error:
        print(f"handoff: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m handoff", description=__doc__)
    commands = parser.add_subparsers(required=True)
    queue = commands.add_parser("queue", help="waiting tickets, the most urgent first")
    queue.add_argument("--json", action="store_true", help="one JSON object a line")
    queue.set_defaults(run=_queue)
    report = commands.add_parser("report", help="the main figures of a day")
    add_arguments(report)
    report.set_defaults(run=_report)
    operators = commands.add_parser("operators", help="accounts").add_subparsers(required=True)
    add = operators.add_parser("add", help="make an account; prints a random password if none is given")
    add.add_argument("name")
    add.add_argument("--role", required=True, choices=ROLES)
    add.add_argument("--password", default="")
    add.add_argument("--display-name", default="", help="what customers see; default: the name")
    add.add_argument("--language", default="ru", choices=("ru", "en"), help="of the desk; default ru")
    add.set_defaults(run=_add)
    operators.add_parser("list", help="everyone").set_defaults(run=_list)
    for name, does in (("deactivate", "end somebody's sign-ins for good"), ("activate", "let them in again")):
        switch = operators.add_parser(name, help=does)
        switch.add_argument("name")
        switch.set_defaults(run=_switch, active=name == "activate")
    commands.add_parser("secret-key", help="a key for DUET_SECRET_KEY").set_defaults(run=_secret_key)
    password = operators.add_parser("password", help="change a password, which ends that operator's sessions")
    password.add_argument("name")
    password.add_argument("--password", default="")
    password.set_defaults(run=_password)
    search = commands.add_parser("search", help="the search over messages and customers")
    tasks = search.add_subparsers(required=True)
    tasks.add_parser("rebuild", help="forget the index and make it anew from the archive").set_defaults(
        run=_rebuild
    )
    return parser


async def _add(options: argparse.Namespace) -> None:
    password = options.password or random_password()
    async with _accounts() as accounts:
        made = await accounts.add(
            options.name,
            password=password,
            role=options.role,
            language=options.language,
            display_name=options.display_name,
            by="command line",
            now=datetime.now(UTC),
        )
    print(f"{made.name} ({made.role}) added")
    if not options.password:
        print(f"password: {password}")


async def _password(options: argparse.Namespace) -> None:
    password = options.password or random_password()
    async with _accounts() as accounts:
        now = datetime.now(UTC)
        await accounts.set_password(options.name, password=password, by="command line", now=now)
    print(f"the password of {options.name} is changed")
    if not options.password:
        print(f"password: {password}")


async def _switch(options: argparse.Namespace) -> None:
    async with _engine() as engine:
        everyone = Operators(engine, memory_s=0)
        known = await everyone.credentials(options.name)
        if known is None:
            raise OperatorError(f"there is no operator {options.name!r}")
        change = Change(active=options.active)
        accounts = Accounts(engine, everyone)
        await accounts.change(known[0].id, change, by="command line", now=datetime.now(UTC))
    print(f"{known[0].name} is {'active' if options.active else 'deactivated'}")


async def _secret_key(_options: argparse.Namespace) -> None:
    print(new_key())


async def _list(_options: argparse.Namespace) -> None:
    async with _accounts() as accounts:
        everyone = await accounts.all()
    for each in everyone:
        state = "" if each.active else "  inactive"
        print(f"{each.name:<24} {each.role:<14} {each.display_name}{state}")


async def _rebuild(_options: argparse.Namespace) -> None:
    async with _engine() as engine:
        count = await Indexer(engine).rebuild()
    print(f"{count} messages and customers can be searched")


async def _queue(options: argparse.Namespace) -> None:
    environment = read_environment()
    prefix = load_config(environment.config_path).redis.key_prefix
    redis = connect(environment.redis_url or _running(environment, "REDIS_URL"))
    keys = Keys(prefix)
    try:
        board = Board(scripts=Scripts(redis, keys), keys=keys)
        now = await board.now()
        waiting = await board.tickets("waiting", "")
    finally:
        await redis.aclose()
    if options.json:
        for ticket in waiting:
            print(json.dumps(_fields(ticket, now), ensure_ascii=False))
    elif waiting:
        print(f"{'ticket':>7}  {'channel':<9} {'waits':>7} {'due in':>7}  {'reason':<22} customer")
        for ticket in waiting:
            print(_row(ticket, now))
    else:
        print("nobody is waiting")


async def _report(options: argparse.Namespace) -> None:
    if not 1 <= options.days <= MOST_DAYS:
        raise HandoffError(f"--days is between 1 and {MOST_DAYS}")
    config = load_config(read_environment().config_path)
    zone, now = ZoneInfo(config.company.timezone), datetime.now(UTC)
    last = options.day or now.astimezone(zone).date()
    period = Period(last - timedelta(days=options.days - 1), last, zone)
    async with _engine() as engine:
        reports = Reports(Archive(engine), target=config.split.target, ratings=GivenRatings(engine))
        made = await reports.report(period, Narrowed(channel=options.channel), now)
    print(as_json(made) if options.json else as_text(made))


def _fields(ticket: Ticket, now: datetime) -> dict[str, str | int]:
    return {
        "id": ticket.id,
        "reason": ticket.reason,
        "channel": ticket.channel,
        "customer": ticket.customer,
        "language": ticket.language,
        "group": ticket.group,
        "priority": ticket.priority,
        "waiting_s": round((now - ticket.created_at).total_seconds()),
        "due_at": ticket.due_at.isoformat(),
    }


def _row(ticket: Ticket, now: datetime) -> str:
    waits_s = round((now - ticket.created_at).total_seconds())
    due_s = round((ticket.due_at - now).total_seconds())
    times = f"{waits_s:>6}s {due_s:>6}s"
    return f"{ticket.id:>7}  {ticket.channel:<9} {times}  {ticket.reason:<22} {ticket.customer}"


@asynccontextmanager
async def _accounts() -> AsyncIterator[Operators]:
    async with _engine() as engine:
        yield Operators(engine, memory_s=0)


@asynccontextmanager
async def _engine() -> AsyncIterator[AsyncEngine]:
    environment = read_environment()
    engine = open_engine(environment.database_url or _running(environment, "DATABASE_URL"))
    try:
        await migrate(engine)
        yield engine
    finally:
        await engine.dispose()


def _running(environment: Environment, variable: str) -> str:
    """The address of the running copy's own store.

    Raises:
        ConfigError: nothing runs on this data folder.
    """
    endpoints = read_endpoints(environment.data)
    if endpoints is None:
        shown = os.path.relpath(environment.data)
        raise ConfigError(
            f"nothing runs on {shown}; start it with `make run`, or set {variable} or DUET_DATA"
        )
    return endpoints.redis_url if variable == "REDIS_URL" else endpoints.database_url
