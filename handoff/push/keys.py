"""The key pair by which push services know Duet (VAPID, RFC 8292): made once, kept encrypted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02  # type: ignore[import-untyped]  # no type information is published for it
from py_vapid.utils import b64urlencode  # type: ignore[import-untyped]
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core.logging import get_logger
from core.secret_box import SecretBox, UnreadableSecretError
from core.sql import insert_once
from handoff.push.reaching import reaching
from handoff.push.tables import push_keys, push_outbox, push_subscriptions

_log = get_logger("push")
_NAME = "vapid"
_TOKEN_S = 12 * 3600
"""RFC 8292 allows a day at most; half of it leaves room for clocks that differ."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs calls of push services; `public` is what browsers subscribe with (base 64 for URLs)."""

    public: str
    contact: str
    vapid: Any

    def headers(self, origin: str, *, now: datetime) -> Mapping[str, str]:
        """The header that proves to the push service at `origin` who calls."""
        claims = {"aud": origin, "sub": self.contact, "exp": int(now.timestamp()) + _TOKEN_S}
        signed: Mapping[str, str] = self.vapid.sign(claims)
        return signed


class PushKeys:
    """Duet's key pair."""

    def __init__(self, engine: AsyncEngine, box: SecretBox, *, contact: str) -> None:
        """`contact` (`mailto:` or `https:`) is whom a push service writes to; empty: Web Push is off."""
        self._engine = engine
        self._box = box
        self._contact = contact
        self._known: Signer | None = None

    async def signer(self, *, now: datetime) -> Signer | None:
        """The pair, made at the first call; None where there is no contact.

        Raises:
            Unavailable: the database does not answer.
        """
        if self._contact and self._known is None:
            async with reaching(), self._engine.begin() as connection:
                self._known = await self._stored(connection, now)
        return self._known

    async def _stored(self, connection: AsyncConnection, now: datetime) -> Signer:
        await self._drop_unreadable(connection)
        made = Vapid02()
        made.generate_keys()
        secret = made.private_key.private_numbers().private_value.to_bytes(32, "big")
        row = {
            "name": _NAME, "private": self._box.close(b64urlencode(secret)), "public": _public(made),
            "created_ms": round(now.timestamp() * 1000),
        }  # fmt: skip
        # Two processes may begin at once: the first one's key holds.
        await insert_once(connection, push_keys, row, key="name")
        private = await connection.scalar(select(push_keys.c.private).where(push_keys.c.name == _NAME))
        vapid = Vapid02.from_raw(self._box.open(str(private)).encode())
        # The library knows no https contact with a path, which RFC 8292 allows.
        vapid.conf = {"no-strict": True}
        return Signer(_public(vapid), self._contact, vapid)

    async def _drop_unreadable(self, connection: AsyncConnection) -> None:
        """Subscriptions belong to the key they were made with: without it they are worth nothing."""
        private = await connection.scalar(select(push_keys.c.private).where(push_keys.c.name == _NAME))
        if private is None:
            return
        try:
            self._box.open(private)
        except UnreadableSecretError:
            _log.warning("push.key_unreadable")
            for table in (push_keys, push_subscriptions, push_outbox):
                await connection.execute(delete(table))


def contact_of(given: str, privacy_url: str) -> str:
    """Whom push services may write to: the given e-mail or https address, else the company's page."""
    if given.startswith(("https://", "mailto:")):
        return given
    if "@" in given:
        return f"mailto:{given}"
    return privacy_url if privacy_url.startswith("https://") else ""


def _public(vapid: Any) -> str:
    point = vapid.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return str(b64urlencode(point))
