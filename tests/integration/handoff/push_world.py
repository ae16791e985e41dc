"""A browser that can read what it is sent, and a push service that checks who sends it."""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import http_ece  # type: ignore[import-untyped]  # no type information is published for it
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def text_of(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def bytes_of(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Browser:
    """Its keys, as `PushManager.subscribe` makes them."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._private = ec.generate_private_key(ec.SECP256R1())
        self._auth = os.urandom(16)

    def keys(self) -> dict[str, str]:
        point = self._private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"p256dh": text_of(point), "auth": text_of(self._auth)}

    def read(self, body: bytes) -> dict[str, Any]:
        """What is shown; fails where the message was not made for this browser (RFC 8291)."""
        plain = http_ece.decrypt(body, private_key=self._private, auth_secret=self._auth, version="aes128gcm")
        told: dict[str, Any] = json.loads(plain)
        return told


def claims_of(authorization: str, public: str) -> dict[str, Any]:
    """The claims of a VAPID header, once its signature is right (RFC 8292, RFC 7515 with ES256)."""
    scheme, _, rest = authorization.partition(" ")
    parts = dict(each.strip().split("=", 1) for each in rest.split(","))
    assert scheme == "vapid"
    assert parts["k"].rstrip("=") == public.rstrip("=")
    signed, _, signature = parts["t"].rpartition(".")
    raw = bytes_of(signature)
    both = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes_of(public))
    key.verify(both, signed.encode(), ec.ECDSA(SHA256()))
    claims: dict[str, Any] = json.loads(bytes_of(signed.split(".")[1]))
    return claims


@dataclass
class PushService:
    """Answers as told and remembers what it was sent, by the browser's path."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    heard: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.heard.append((request.path, dict(request.headers), await request.read()))
        status = self.answers.pop(0) if self.answers else 201
        return web.Response(status=status, headers={"Retry-After": "100"} if status == 429 else {})

    def of(self, browser: Browser) -> list[bytes]:
        return [body for path, _, body in self.heard if browser.endpoint.endswith(path)]


@asynccontextmanager
async def serving() -> AsyncIterator[PushService]:
    """A push service on this machine."""
    made = PushService()
    app = web.Application()
    app.router.add_post("/{browser}", made.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()
