"""The database's own errors in Duet's words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import DBAPIError

from core.errors import Unavailable


@asynccontextmanager
async def reaching() -> AsyncIterator[None]:
    """Turns what the database's drivers raise into `Unavailable`."""
    try:
        yield
    except (DBAPIError, OSError) as error:
        raise Unavailable(f"database: {error}") from error
