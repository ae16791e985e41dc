"""The loyalty and store service over HTTP; whatever goes wrong there comes back as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo

import aiohttp
from pydantic import BaseModel, ValidationError

from bot.skills.loyalty_types import (
    CardActivated,
    CodeSent,
    LoyaltyAccount,
    PhoneProved,
    Refused,
    ServiceDown,
)
from bot.skills.loyalty_wire import (
    AccountWire,
    ActivatedWire,
    CheckWire,
    CodeSentWire,
    ErrorWire,
    StoresWire,
)
from bot.skills.store_types import StoreList
from core.logging import get_logger

_log = get_logger("loyalty")

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class _Call:
    """One request; `key` travels as Idempotency-Key."""

    method: str
    path: str
    query: Mapping[str, str] | None = None
    body: Mapping[str, str] | None = None
    key: str = ""


class LoyaltyClient:
    """Calls of the service. Phones are in E.164; addresses and bodies are never logged, they hold them.

    A `key` names one deed of one message, so that handling it again repeats the answer, not the deed.
    """

    def __init__(self, *, base_url: str, token: str, timeout_s: float, company_zone: ZoneInfo) -> None:
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._timeout_s = timeout_s
        self._company_zone = company_zone
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def healthy(self) -> bool:
        """Whether the service answers at all."""
        answer = await self._ask(_Call("GET", "/healthz"), BaseModel)
        return not isinstance(answer, ServiceDown)

    async def stores(self) -> StoreList | ServiceDown:
        """Every store there is."""
        answer = await self._ask(_Call("GET", "/v1/stores"), StoresWire)
        if isinstance(answer, StoresWire):
            return answer.value(self._company_zone)
        return answer if isinstance(answer, ServiceDown) else ServiceDown(answer.code)

    async def account(self, phone: str) -> LoyaltyAccount | Refused | ServiceDown:
        """Card and points; refused with `unknown_customer`."""
        answer = await self._ask(_Call("GET", "/v1/customers", query={"phone": phone}), AccountWire)
        return answer.value() if isinstance(answer, AccountWire) else answer

    async def send_code(self, phone: str) -> CodeSent | Refused | ServiceDown:
        """Send a code to a phone; refused with `too_soon` (the last one still works), `too_many_codes`."""
        answer = await self._ask(_Call("POST", "/v1/verifications", body={"phone": phone}), CodeSentWire)
        return CodeSent() if isinstance(answer, CodeSentWire) else answer

    async def check_code(self, phone: str, code: str, *, key: str) -> PhoneProved | Refused | ServiceDown:
        """Check a code; refused with `wrong_code`, `code_expired`, `code_void`."""
        body = {"phone": phone, "code": code}
        answer = await self._ask(_Call("POST", "/v1/verifications/check", body=body, key=key), CheckWire)
        return PhoneProved() if isinstance(answer, CheckWire) else answer

    async def activate_card(
        self, phone: str, card_number: str, *, key: str
    ) -> CardActivated | Refused | ServiceDown:
        """Activate the card of a phone, the one with `card_number` if that is not empty.

        Refused with `unknown_customer`, `already_active`, `wrong_card`, `card_blocked`.
        """
        body = {"phone": phone} | ({"card_number": card_number} if card_number else {})
        answer = await self._ask(_Call("POST", "/v1/cards/activate", body=body, key=key), ActivatedWire)
        return answer.value() if isinstance(answer, ActivatedWire) else answer

    async def _ask(self, call: _Call, model: type[M]) -> M | Refused | ServiceDown:
        try:
            status, raw = await self._request(call)
        except TimeoutError:
            return _down(call.path, "timeout")
        except aiohttp.ClientError:
            return _down(call.path, "connection")
        return _read(call.path, status, raw, model)

    async def _request(self, call: _Call) -> tuple[int, bytes]:
        try:
            return await self._once(call)
        except aiohttp.ServerDisconnectedError:
            # A kept connection outlived the service's restart; every call here may be repeated.
            return await self._once(call)

    async def _once(self, call: _Call) -> tuple[int, bytes]:
        headers = {"Idempotency-Key": call.key} if call.key else {}
        url = f"{self._base_url}{call.path}"
        async with self._open().request(
            call.method, url, params=call.query, json=call.body, headers=headers
        ) as response:
            return response.status, await response.read()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers={"Authorization": f"Bearer {self._token}"},
                timeout=aiohttp.ClientTimeout(total=self._timeout_s),
            )
        return self._session


def _read(path: str, status: int, raw: bytes, model: type[M]) -> M | Refused | ServiceDown:
    try:
        if status < 300:
            return model.model_validate_json(raw)
        if status == 401:
            return _down(path, "unauthorized")
        if status < 500:
            error = ErrorWire.model_validate_json(raw)
            return Refused(error.code, error.attempts_left)
    except ValidationError:
        return _down(path, "bad_answer")
    return _down(path, f"status_{status}")


def _down(path: str, reason: str) -> ServiceDown:
    _log.warning("loyalty.down", path=path, reason=reason)
    return ServiceDown(reason)
