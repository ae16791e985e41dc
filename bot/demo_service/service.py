"""What the demo service does, apart from HTTP: customers, codes, activation."""

from __future__ import annotations

import hmac
import os
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.demo_service.catalogue import KOPECKS_PER_POINT, DemoCustomer
from bot.demo_service.errors import Refusal
from bot.demo_service.storage import Storage

CODE_LIFETIME = timedelta(minutes=10)
RESEND_AFTER = timedelta(seconds=30)
CODES_PER_HOUR = 10
CODE_ATTEMPTS = 5
"""Wrong codes after which a code is void: 5 of 10 codes an hour leave a guesser 1 in 20,000 an hour."""

_E164 = re.compile(r"\+[1-9]\d{7,14}")


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


class DemoService:
    """The company's side of the loyalty programme.

    Every method takes the phone in E.164 and raises `Refusal` for what it will not do.
    """

    def __init__(
        self,
        *,
        customers: dict[str, DemoCustomer],
        storage: Storage,
        codes_log: Path,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._customers = customers
        self._storage = storage
        self._codes_log = codes_log
        self._now = now

    def customer(self, phone: str) -> dict[str, object]:
        """Card, points and what they are worth."""
        found = self._find(phone)
        expiry = None
        if found.expiring_points:
            day = (self._now() + timedelta(days=found.expires_in_days)).date()
            expiry = {"points": found.expiring_points, "date": day.isoformat()}
        return {
            "card_number": found.card_number,
            "card_status": self._storage.card_status(found.phone, found.status),
            "points": found.points,
            "worth_kopecks": found.points * KOPECKS_PER_POINT,
            "next_expiry": expiry,
        }

    def send_code(self, phone: str) -> dict[str, object]:
        """Send a code; to any phone, so that this does not tell who is a customer."""
        _check_phone(phone)
        now = self._now()
        last = self._storage.code(phone)
        if last and now - last.sent_at < RESEND_AFTER and last.attempts < CODE_ATTEMPTS:
            wait_s = (RESEND_AFTER - (now - last.sent_at)).total_seconds()
            raise Refusal(429, "too_soon", "The last code is still valid.", retry_after_s=wait_s)
        if self._storage.sent_since(phone, now - timedelta(hours=1)) >= CODES_PER_HOUR:
            raise Refusal(429, "too_many_codes", "Too many codes in an hour.", retry_after_s=3600.0)
        code = f"{secrets.randbelow(1_000_000):06}"
        self._storage.save_code(phone, code, now)
        self._write(f"{now.isoformat(timespec='seconds')} {phone} {code}\n")
        return {"expires_at": (now + CODE_LIFETIME).isoformat()}

    def check_code(self, phone: str, code: str, key: str) -> dict[str, object]:
        """Prove that whoever types the code holds the phone; the same key again gets the same answer."""
        _check_phone(phone)
        if past := self._past(key, f"{phone} {code}"):
            return past
        sent = self._storage.code(phone)
        if sent is None or sent.attempts >= CODE_ATTEMPTS:
            raise Refusal(422, "code_void", "Ask for a new code first.")
        if self._now() - sent.sent_at > CODE_LIFETIME:
            raise Refusal(422, "code_expired", "The code is older than ten minutes.")
        if not hmac.compare_digest(sent.code.encode(), code.encode()):
            self._storage.count_wrong(phone)
            left = CODE_ATTEMPTS - sent.attempts - 1
            raise Refusal(422, "wrong_code", "The code does not match.", attempts_left=left)
        body: dict[str, object] = {"verified": True}
        self._storage.use_code(phone, key=key, request=f"{phone} {code}", body=body)
        return body

    def activate(self, phone: str, card_number: str, key: str) -> dict[str, object]:
        """Activate the card of a phone; the same key again gets the same answer and changes nothing."""
        request = f"{phone} {card_number}"
        if past := self._past(key, request):
            return past
        found = self._find(phone)
        if card_number and card_number != found.card_number:
            raise Refusal(422, "wrong_card", "This card is not registered to this phone.")
        match self._storage.card_status(phone, found.status):
            case "blocked":
                raise Refusal(403, "card_blocked", "The card is blocked.")
            case "active":
                raise Refusal(409, "already_active", "The card is active already.")
        body: dict[str, object] = {"card_number": found.card_number, "card_status": "active"}
        self._storage.activate(phone, key=key, request=request, body=body)
        return body

    def _past(self, key: str, request: str) -> dict[str, object] | None:
        """The answer given before under an Idempotency-Key."""
        past = self._storage.answered(key) if key else None
        if past is None:
            return None
        if past[0] != request:
            raise Refusal(422, "key_reused", "This Idempotency-Key belongs to another request.")
        return past[1]

    def _find(self, phone: str) -> DemoCustomer:
        _check_phone(phone)
        if found := self._customers.get(phone):
            return found
        raise Refusal(404, "unknown_customer", "No customer has this phone.")

    def _write(self, line: str) -> None:
        """Append to the log that stands in for a telephone; only the owner of the folder may read it."""
        descriptor = os.open(self._codes_log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as file:
            file.write(line)


def _check_phone(phone: str) -> None:
    if not _E164.fullmatch(phone):
        raise Refusal(422, "bad_phone", "Write the phone in E.164, for example +79000000001.")
