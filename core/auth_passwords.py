"""Password hashes: argon2id."""

from __future__ import annotations

import asyncio
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_PASSWORD_CHARS = 8
"""NIST SP 800-63B, 5.1.1.2: at least 8 characters, and no rules about which."""
MAX_PASSWORD_CHARS = 256
"""Longer ones are refused before hashing, so that a sign-in costs a bounded time."""

# OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, 2 passes, 1 lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


async def hash_password(password: str) -> str:
    """The hash to store; takes tens of milliseconds in a thread."""
    return await asyncio.to_thread(_HASHER.hash, password)


async def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password is the hashed one; `None` (no such operator) takes as long and is never right."""
    if len(password) > MAX_PASSWORD_CHARS:
        return False
    return await asyncio.to_thread(_verify, stored, password)


def _verify(stored: str | None, password: str) -> bool:
    try:
        right = _HASHER.verify(stored or _hash_of_nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return right and stored is not None


@cache
def _hash_of_nobody() -> str:
    return _HASHER.hash(secrets.token_urlsafe())


def random_password() -> str:
    """Twelve random bytes: 96 bits, sixteen characters."""
    return secrets.token_urlsafe(12)
