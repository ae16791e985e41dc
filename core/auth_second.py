"""The second factor: a code from an app on one's phone (TOTP, RFC 6238), and recovery codes for its loss."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

import pyotp
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core.auth_operators import note
from core.errors import Unavailable
from core.secret_box import SecretBox
from core.tables import two_factor

ISSUER = "Duet"
STEP_S = 30
"""Seconds a code holds: RFC 6238, 5.2, recommends 30."""
SKEW_STEPS = 1
"""A clock may be one step off either way (RFC 6238, 5.2: at most one is recommended)."""
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that are mistaken for others

Proof = Literal["code", "recovery"]


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the app needs: `secret` to type, `uri` to scan (`otpauth://…`)."""

    secret: str
    uri: str


class SecondFactor:
    """Sets up and checks second factors."""

    def __init__(self, engine: AsyncEngine, box: SecretBox) -> None:
        """`box` encrypts what is stored."""
        self._engine = engine
        self._box = box

    async def begin(self, operator_id: str, name: str) -> Enrolment:
        """Make a secret; it counts once a code of it was given. Beginning again makes another.

        Raises:
            Unavailable: the database does not answer.
        """
        secret = pyotp.random_base32()
        try:
            async with self._engine.begin() as connection:
                row = await _row(connection, operator_id)
                if row is None:
                    values = {"operator": operator_id, "pending": self._box.close(secret)}
                    await connection.execute(insert(two_factor).values(last_step=0, recovery="[]", **values))
                else:
                    await _write(connection, operator_id, {"pending": self._box.close(secret)})
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error
        return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER))

    async def confirm(self, operator_id: str, code: str, *, by: str, now: datetime) -> list[str] | None:
        """Turn it on with a code of the new secret: recovery codes to keep, shown once; None if it is wrong.

        Raises:
            Unavailable: the database does not answer.
        """
        recovery = [_recovery_code() for _ in range(RECOVERY_CODES)]
        try:
            async with self._engine.begin() as connection:
                row = await _row(connection, operator_id)
                if row is None or not row["pending"]:
                    return None
                step = _step_of(self._box.open(row["pending"]), code, now=now, after=0)
                if step is None:
                    return None
                hashes = json.dumps([_hash(each) for each in recovery])
                await _write(
                    connection,
                    operator_id,
                    {"secret": row["pending"], "pending": None, "last_step": step, "recovery": hashes},
                )
                await note(connection, now, by, "operator.second_factor", "on")
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error
        return recovery

    async def on(self, operator_id: str) -> bool:
        """Whether somebody must give a code.

        Raises:
            Unavailable: the database does not answer.
        """
        try:
            async with self._engine.connect() as connection:
                query = select(two_factor.c.secret).where(two_factor.c.operator == operator_id)
                return bool(await connection.scalar(query))
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error

    async def check(self, operator_id: str, code: str, *, now: datetime) -> Proof | None:
        """Whether a code is right; each works once, so that one read over a shoulder opens nothing.

        Raises:
            core.secret_box.UnreadableSecretError: the key of stored secrets was changed.
            Unavailable: the database does not answer.
        """
        typed = "".join(code.split()).replace("-", "").lower()
        try:
            async with self._engine.begin() as connection:
                row = await _row(connection, operator_id)
                if row is None or not row["secret"]:
                    return None
                return await self._used(connection, row, typed, now)
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error

    async def _used(
        self, connection: AsyncConnection, row: Mapping[str, Any], typed: str, now: datetime
    ) -> Proof | None:
        step = _step_of(self._box.open(row["secret"]), typed, now=now, after=row["last_step"])
        if step is not None:
            await _write(connection, row["operator"], {"last_step": step})
            return "code"
        left: list[str] = json.loads(row["recovery"])
        if _hash(typed) in left:
            left.remove(_hash(typed))
            await _write(connection, row["operator"], {"recovery": json.dumps(left)})
            return "recovery"
        return None

    async def turn_off(self, operator_id: str, *, by: str, now: datetime) -> None:
        """Ask for no code any more; harmless where none was asked for.

        Raises:
            Unavailable: the database does not answer.
        """
        try:
            async with self._engine.begin() as connection:
                done = await connection.execute(
                    delete(two_factor).where(two_factor.c.operator == operator_id)
                )
                if done.rowcount:
                    await note(connection, now, by, "operator.second_factor", f"off {operator_id}")
        except (DBAPIError, OSError) as error:
            raise Unavailable(f"database: {error}") from error


async def _row(connection: AsyncConnection, operator_id: str) -> Mapping[str, Any] | None:
    # Locked: the same code sent twice at once must count once.
    query = select(two_factor).where(two_factor.c.operator == operator_id).with_for_update()
    row = (await connection.execute(query)).mappings().first()
    return None if row is None else dict(row)


async def _write(connection: AsyncConnection, operator_id: str, values: Mapping[str, Any]) -> None:
    await connection.execute(update(two_factor).where(two_factor.c.operator == operator_id).values(**values))


def _step_of(secret: str, code: str, *, now: datetime, after: int) -> int | None:
    """The time step a code belongs to, if it is near and later than the last one used."""
    totp = pyotp.TOTP(secret, interval=STEP_S)
    current = int(now.timestamp()) // STEP_S
    for step in range(current - SKEW_STEPS, current + SKEW_STEPS + 1):
        if step > after and secrets.compare_digest(totp.at(step * STEP_S).encode(), code.encode()):
            return step
    return None


def _recovery_code() -> str:
    """Ten of 31 letters: 49 bits, typed once in a lifetime and slowed down like passwords."""
    letters = [secrets.choice(_LETTERS) for _ in range(10)]
    return "".join(letters[:5]) + "-" + "".join(letters[5:])


def _hash(code: str) -> str:
    return sha256(code.replace("-", "").encode()).hexdigest()
