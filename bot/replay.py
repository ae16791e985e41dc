"""`python -m bot replay`: decide again on what was stored, and show both."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from bot.conversation import SKILLS
from bot.decide import Signals, Thresholds, decide
from bot.errors import BotError
from bot.types import Answer, Clarify, Decision, HandOff, Reason, RunSkill, SmallTalk
from bot.write import decision_word
from core.config import Environment, read_environment
from core.endpoints import read_endpoints
from core.sql import open_engine
from core.tables import decisions

_SIGNALS: TypeAdapter[Signals] = TypeAdapter(Signals)
_THRESHOLDS: TypeAdapter[Thresholds] = TypeAdapter(Thresholds)


async def replay(decision_id: str) -> int:
    """Print the stored decision and today's on the same signals; 0 when they agree, 1 when not.

    A decision that the worker imposed (handling failed, or two skills refused the message) was never one of
    `decide()`: both are shown, and the exit code is 0.

    Raises:
        BotError: no such decision, no archive to look in, or signals this version cannot read.
    """
    stored = json.loads(await _payload(read_environment(), decision_id))
    try:
        thresholds = _THRESHOLDS.validate_python(stored["thresholds"])
        signals = _SIGNALS.validate_python(stored["signals"])
    except (KeyError, ValidationError) as error:
        raise BotError(f"decision {decision_id!r} was stored in a form this version cannot read") from error
    now = {
        name: value for name, value in _shown(decide(signals, thresholds, SKILLS)).items() if name in stored
    }
    then = {name: stored[name] for name in now}
    imposed = bool(stored.get("imposed", stored.get("reason") == Reason.BOT_ERROR))
    told = {
        "id": decision_id,
        "then": then,
        "now": now,
        "same": then == now,
        "imposed": imposed,
        "thresholds": asdict(thresholds),
        "solved": stored.get("solved"),
        "base_version": signals.base_version,
        "parser": signals.parser,
    }
    print(json.dumps(told, ensure_ascii=False))  # noqa: T201 - the command's result
    return 0 if then == now or imposed else 1


async def _payload(environment: Environment, decision_id: str) -> str:
    running = read_endpoints(environment.data)
    file = environment.data / "duet.db"
    url = environment.database_url or (running.database_url if running else "")
    if not url and file.exists():
        url = f"sqlite+aiosqlite:///{file}"
    if not url:
        raise BotError(f"no archive in {environment.data}: set DATABASE_URL or DUET_DATA")
    engine = open_engine(url)
    try:
        async with engine.connect() as connection:
            found = await connection.scalar(select(decisions.c.payload).where(decisions.c.id == decision_id))
    except (SQLAlchemyError, OSError) as error:
        raise BotError(
            f"the archive cannot be read ({type(error).__name__}); see `python -m bot doctor`"
        ) from error
    finally:
        await engine.dispose()
    if found is None:
        raise BotError(f"no decision {decision_id!r} in the archive; ids are in the table decisions")
    return str(found)


def _shown(decision: Decision) -> dict[str, Any]:
    return {
        "decision": decision_word(decision),
        "reason": decision.reason.value if isinstance(decision, HandOff) else None,
        "article": decision.article if isinstance(decision, Answer) else None,
        "revision": decision.revision if isinstance(decision, Answer) else None,
        "skill": decision.skill if isinstance(decision, RunSkill) else None,
        "articles": list(decision.articles) if isinstance(decision, Clarify) else None,
        "smalltalk": decision.kind if isinstance(decision, SmallTalk) else None,
        "urgent": decision.urgent if isinstance(decision, HandOff) else None,
    }
