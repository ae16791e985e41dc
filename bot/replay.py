"""`python -m bot replay`: decide again on what was stored, and show both."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from bot.conversation import SKILLS
from bot.decide import Signals, Thresholds, decide
from bot.errors import BotError
from bot.types import Answer, Decision, HandOff, RunSkill
from bot.write import decision_word
from core.config import Environment, read_environment
from core.endpoints import read_endpoints
from core.sql import open_engine
from core.tables import decisions

_SIGNALS: TypeAdapter[Signals] = TypeAdapter(Signals)
_THRESHOLDS: TypeAdapter[Thresholds] = TypeAdapter(Thresholds)


async def replay(decision_id: str) -> int:
    """Print the stored decision and today's on the same signals; 0 when they agree, 1 when not.

    Raises:
        BotError: no such decision, or no archive to look in.
    """
    stored = json.loads(await _payload(read_environment(), decision_id))
    thresholds = _THRESHOLDS.validate_python(stored["thresholds"])
    again = decide(_SIGNALS.validate_python(stored["signals"]), thresholds, SKILLS)
    then, now = _stored(stored), _shown(again)
    print(json.dumps({"id": decision_id, "then": then, "now": now, "same": then == now}, ensure_ascii=False))  # noqa: T201 - the command's result
    return 0 if then == now else 1


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


def _stored(data: dict[str, Any]) -> dict[str, Any]:
    return {name: data.get(name) for name in ("decision", "reason", "article", "skill")}


def _shown(decision: Decision) -> dict[str, Any]:
    return {
        "decision": decision_word(decision),
        "reason": decision.reason.value if isinstance(decision, HandOff) else None,
        "article": decision.article if isinstance(decision, Answer) else None,
        "skill": decision.skill if isinstance(decision, RunSkill) else None,
    }
