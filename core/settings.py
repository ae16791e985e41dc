"""Settings that people change while Duet runs: working hours, groups, canned replies and the like.

What a deployment is made of stays in `config.yml`; what its leads and administrators decide day by day is a
*section* here: a pydantic model stored as JSON in SQL, with a version so that two who edit at once notice.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError
from sqlalchemy import Insert, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core.errors import Unavailable
from core.logging import get_logger
from core.records import dump
from core.sql import only_reading
from core.tables import audit, settings

ModelT = TypeVar("ModelT", bound=BaseModel)

_log = get_logger("settings")


@dataclass(frozen=True, slots=True)
class Section(Generic[ModelT]):
    """A part of the settings: its name in SQL, its shape, and what holds until somebody changes it."""

    name: str
    model: type[ModelT]
    default: ModelT


@dataclass(frozen=True, slots=True)
class Stored(Generic[ModelT]):
    """A section as it holds now. Version 0 is the default, which nobody changed yet."""

    value: ModelT
    version: int = 0
    changed_at: datetime | None = None
    changed_by: str = ""


@dataclass(frozen=True, slots=True)
class Conflict(Generic[ModelT]):
    """Somebody else changed the section meanwhile; nothing was written."""

    now: Stored[ModelT]


class Settings:
    """Reads and changes sections; every change is in the audit."""

    def __init__(
        self, engine: AsyncEngine, *, memory_s: float = 2.0, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """`memory_s`: how long another process's change may stay unseen; `monotonic` in seconds."""
        self._engine = engine
        self._reading = only_reading(engine)
        self._memory_s = memory_s
        self._monotonic = monotonic
        self._known: dict[str, tuple[float, Stored[BaseModel]]] = {}

    async def get(self, section: Section[ModelT]) -> ModelT:
        """What holds now, as this process knows it.

        Raises:
            Unavailable: the database does not answer and nothing is remembered.
        """
        return (await self.stored(section)).value

    async def stored(self, section: Section[ModelT], *, fresh: bool = False) -> Stored[ModelT]:
        """What holds now with its version; `fresh` asks the database, as whoever edits must.

        Raises:
            Unavailable: the database does not answer and nothing is remembered.
        """
        known = self._known.get(section.name)
        if known is not None and not fresh and self._monotonic() - known[0] <= self._memory_s:
            return known[1]  # type: ignore[return-value]  # put there for this section's model
        try:
            async with self._reading.connect() as connection:
                found = await _read(connection, section)
        except (DBAPIError, OSError) as error:
            if known is not None and not fresh:
                # Yesterday's opening hours serve a customer better than none.
                return known[1]  # type: ignore[return-value]
            raise Unavailable(f"database: {error}") from error
        self._remember(section, found)
        return found

    async def put(
        self, section: Section[ModelT], value: ModelT, *, version: int, by: str, now: datetime
    ) -> Stored[ModelT] | Conflict[ModelT]:
        """Change a section that was at `version` when it was read; `by` is written into the audit.

        Raises:
            Unavailable: the database does not answer.
        """
        made = Stored(value, version + 1, now, by)
        try:
            async with self._engine.begin() as connection:
                old = await _read(connection, section)
                written = old.version == version and await _write(connection, section, made, version)
                if written:
                    await connection.execute(_note(section, old, made))
        except IntegrityError:
            written = False  # two made the first version at once
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error
        if not written:
            return Conflict(await self.stored(section, fresh=True))
        self._remember(section, made)
        return made

    def _remember(self, section: Section[ModelT], found: Stored[ModelT]) -> None:
        self._known[section.name] = (self._monotonic(), found)  # type: ignore[assignment]


async def _read(connection: AsyncConnection, section: Section[ModelT]) -> Stored[ModelT]:
    query = select(settings).where(settings.c.name == section.name)
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        return Stored(section.default)
    try:
        value = section.model.model_validate_json(row["value"])
    except ValidationError as error:
        # An older or newer version of the program wrote it; stopping the desk for that would be worse.
        _log.error("settings.unreadable", section=section.name, error=str(error.errors()[0]["msg"]))
        value = section.default
    changed_at = datetime.fromtimestamp(row["changed_ms"] / 1000, UTC)
    return Stored(value, row["version"], changed_at, row["changed_by"])


async def _write(
    connection: AsyncConnection, section: Section[ModelT], made: Stored[ModelT], was: int
) -> bool:
    values = {
        "value": made.value.model_dump_json(),
        "version": made.version,
        "changed_ms": _ms(made),
        "changed_by": made.changed_by,
    }
    if was == 0:
        await connection.execute(insert(settings).values(name=section.name, **values))
        return True
    same = (settings.c.name == section.name) & (settings.c.version == was)
    return (await connection.execute(update(settings).where(same).values(**values))).rowcount == 1


def _note(section: Section[ModelT], old: Stored[ModelT], made: Stored[ModelT]) -> Insert:
    was, new = json.loads(old.value.model_dump_json()), json.loads(made.value.model_dump_json())
    changed = {
        name: {"was": was.get(name), "now": new.get(name)} for name in new if was.get(name) != new.get(name)
    }
    return insert(audit).values(
        at_ms=_ms(made), who=made.changed_by, action=f"settings.{section.name}", detail=dump(changed)
    )


def _ms(made: Stored[ModelT]) -> int:
    return round(made.changed_at.timestamp() * 1000) if made.changed_at else 0
