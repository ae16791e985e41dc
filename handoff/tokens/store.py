"""API tokens: made, listed, revoked, and recognised."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Literal, get_args

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from core.auth_operators import note
from core.errors import Unavailable
from core.records import dump, new_id
from handoff.errors import HandoffError
from handoff.tokens.tables import api_tokens

Scope = Literal["conversations:read", "conversations:write"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
PREFIX = "duet_"
_USED_EVERY = timedelta(minutes=1)


class TokenError(HandoffError):
    """A token cannot be made; the message says what to change."""


@dataclass(frozen=True, slots=True)
class ApiToken:
    """What a program may do, and in whose name; times as far as they happened."""

    id: str
    name: str
    scopes: tuple[str, ...]
    operator: str
    created_at: datetime
    created_by: str
    used_at: datetime | None = None
    revoked_at: datetime | None = None


class ApiTokens:
    """What administrators hand out; every change is in the audit."""

    def __init__(self, engine: AsyncEngine) -> None:
        """`engine` of the archive."""
        self._engine = engine

    async def all(self) -> list[ApiToken]:
        """Every token, the latest first.

        Raises:
            Unavailable: the database does not answer.
        """
        try:
            async with self._engine.connect() as connection:
                query = select(api_tokens).order_by(api_tokens.c.created_ms.desc())
                return [_token(row) for row in (await connection.execute(query)).mappings()]
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error

    async def add(
        self, name: str, scopes: Sequence[str], *, operator: str, by: str, now: datetime
    ) -> tuple[ApiToken, str]:
        """A new token and its text, which is told this once; it acts in the name of `operator` (an id).

        Raises:
            TokenError: no name, or a scope is unknown.
            Unavailable: the database does not answer.
        """
        text = PREFIX + secrets.token_urlsafe(32)
        made = ApiToken(new_id("k"), _checked_name(name), _checked_scopes(scopes), operator, now, by)
        values = {
            "id": made.id, "name": made.name, "token_hash": _hash(text), "scopes": json.dumps(made.scopes),
            "operator": operator, "created_ms": _ms(now), "created_by": by,
        }  # fmt: skip
        try:
            async with self._engine.begin() as connection:
                await connection.execute(insert(api_tokens).values(**values))
                await note(
                    connection, now, by, "token.added", dump({"name": made.name, "scopes": made.scopes})
                )
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error
        return made, text

    async def revoke(self, token_id: str, *, by: str, now: datetime) -> None:
        """From now on it opens nothing; harmless where it is revoked or there is none.

        Raises:
            Unavailable: the database does not answer.
        """
        alive = (api_tokens.c.id == token_id) & api_tokens.c.revoked_ms.is_(None)
        try:
            async with self._engine.begin() as connection:
                name = await connection.scalar(select(api_tokens.c.name).where(alive))
                done = await connection.execute(update(api_tokens).where(alive).values(revoked_ms=_ms(now)))
                if done.rowcount:
                    await note(connection, now, by, "token.revoked", dump({"name": name}))
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error

    async def find(self, text: str, *, now: datetime) -> ApiToken | None:
        """The token a program sent, or None: unknown or revoked.

        Raises:
            Unavailable: the database does not answer.
        """
        if not text.startswith(PREFIX):
            return None
        query = select(api_tokens).where(
            api_tokens.c.token_hash == _hash(text), api_tokens.c.revoked_ms.is_(None)
        )
        try:
            async with self._engine.connect() as connection:
                row = (await connection.execute(query)).mappings().first()
            found = None if row is None else _token(row)
            if found is not None and (found.used_at is None or now - found.used_at > _USED_EVERY):
                same = api_tokens.c.id == found.id
                async with self._engine.begin() as connection:
                    await connection.execute(update(api_tokens).where(same).values(used_ms=_ms(now)))
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error
        return found


def _checked_name(name: str) -> str:
    words = " ".join(name.split())
    if not 1 <= len(words) <= 80:
        raise TokenError("a name has 1 to 80 characters")
    return words


def _checked_scopes(scopes: Sequence[str]) -> tuple[str, ...]:
    unknown = [each for each in scopes if each not in SCOPES]
    if unknown or not scopes:
        raise TokenError(f"choose scopes out of {', '.join(SCOPES)}")
    return tuple(dict.fromkeys(scopes))


def _token(row: RowMapping) -> ApiToken:
    return ApiToken(
        id=row["id"],
        name=row["name"],
        scopes=tuple(json.loads(row["scopes"])),
        operator=row["operator"],
        created_at=_moment(row["created_ms"]),
        created_by=row["created_by"],
        used_at=_moment(row["used_ms"]) if row["used_ms"] else None,
        revoked_at=_moment(row["revoked_ms"]) if row["revoked_ms"] else None,
    )


def _hash(text: str) -> str:
    # A token has 256 random bits, so a plain hash cannot be turned back.
    return sha256(text.encode(errors="backslashreplace")).hexdigest()


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
