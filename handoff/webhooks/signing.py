"""Signatures of webhook calls: HMAC-SHA256 over time and body, so that a copy is no use later."""

from __future__ import annotations

import hmac
from hashlib import sha256

SIGNATURE = "X-Duet-Signature"
EVENT = "X-Duet-Event"
DELIVERY = "X-Duet-Delivery"


def signature(secret: str, body: bytes, *, at_s: int) -> str:
    """`t=SECONDS,v1=HEX`: the HMAC-SHA256 of `SECONDS.BODY` under the webhook's secret."""
    return f"t={at_s},v1={_digest(secret, body, at_s)}"


def is_right(given: str, secret: str, body: bytes, *, now_s: int, tolerance_s: int = 300) -> bool:
    """What a receiver does: whether the signature is ours and not older than `tolerance_s`."""
    parts = dict(part.split("=", 1) for part in given.split(",") if "=" in part)
    if not parts.get("t", "").isdecimal():
        return False
    at_s = int(parts["t"])
    right = hmac.compare_digest(_digest(secret, body, at_s), parts.get("v1", ""))
    return right and abs(now_s - at_s) <= tolerance_s


def _digest(secret: str, body: bytes, at_s: int) -> str:
    return hmac.new(secret.encode(), str(at_s).encode() + b"." + body, sha256).hexdigest()
