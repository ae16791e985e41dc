"""Rasa over HTTP, with a breaker: when it is away nobody waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal

import aiohttp

from core.logging import get_logger
from nlu.entities import tidy
from nlu.errors import ParserUnavailable
from nlu.ports import FALLBACK_INTENT, ParsedIntent, ParserHealth, ParserName
from nlu.types import Entity

log = get_logger("nlu.rasa")
Clock = Callable[[], float]


class Breaker:
    """Opens after some failures in a row; then lets one probe through every `retry_s`."""

    def __init__(self, *, failures: int, retry_s: float, clock: Clock = time.monotonic) -> None:
        """`clock` counts seconds."""
        self._allowed, self._retry_s, self._clock = failures, retry_s, clock
        self._failures = 0
        self._next_probe = 0.0

    @property
    def is_open(self) -> bool:
        """True while calls are refused but for probes."""
        return self._failures >= self._allowed

    def allows(self) -> bool:
        """Whether a call may go out now; when open, a yes books the probe."""
        if not self.is_open:
            return True
        if self._clock() < self._next_probe:
            return False
        self._next_probe = self._clock() + self._retry_s
        return True

    def succeeded(self) -> None:
        """Close."""
        self._failures = 0

    def failed(self) -> None:
        """Count, and open when it was one too many."""
        self._failures += 1
        self._next_probe = self._clock() + self._retry_s


class RasaClient:
    """Parser over `POST /model/parse`.

    `auth_by` says where the token goes: `header` (Authorization: Bearer) for Duet's server, `query`
    (`?token=`) for the stock one. Addresses are never logged, since they may hold the token.
    """

    name: ParserName = "rasa"

    def __init__(
        self,
        *,
        session: aiohttp.ClientSession,
        url: str,
        token: str = "",
        auth_by: Literal["header", "query"] = "header",
        timeout_s: float = 1.5,
        breaker: Breaker | None = None,
    ) -> None:
        """The session stays the caller's to close."""
        self._session = session
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"} if token and auth_by == "header" else {}
        self._query = {"token": token} if token and auth_by == "query" else {}
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._breaker = breaker or Breaker(failures=3, retry_s=2.0)
        self._cause = ""

    async def parse(self, text: str) -> ParsedIntent:
        """Parse one message.

        Raises:
            ParserUnavailable: slow, away, refused, or its answer cannot be read.
        """
        if not self._breaker.allows():
            raise ParserUnavailable("breaker_open")
        try:
            parsed = parsed_intent(await self._post(text), text)
        except ParserUnavailable as error:
            self._breaker.failed()
            self._note(error.cause)
            raise
        self._breaker.succeeded()
        self._note("")
        return parsed

    async def _post(self, text: str) -> Any:
        request = self._session.post(
            f"{self._url}/model/parse",
            json={"text": text},
            headers=self._headers,
            params=self._query,
            timeout=self._timeout,
            allow_redirects=False,
        )
        try:
            async with request as response:
                if response.status != 200:
                    raise ParserUnavailable(f"status_{response.status}")
                return await response.json(content_type=None)
        except TimeoutError as error:
            raise ParserUnavailable("timeout") from error
        except aiohttp.ClientError as error:
            raise ParserUnavailable("unreachable") from error
        except ValueError as error:
            raise ParserUnavailable("not_json") from error

    async def health(self) -> ParserHealth:
        """What its health page says; stock Rasa has one at `/` too."""
        try:
            async with self._session.get(f"{self._url}/", timeout=self._timeout) as response:
                if response.status == 200:
                    return ParserHealth(status="ok")
                return ParserHealth(status="starting", cause=f"status_{response.status}")
        except (TimeoutError, aiohttp.ClientError) as error:
            return ParserHealth(status="down", cause=type(error).__name__)

    def _note(self, cause: str) -> None:
        """Log a change for the worse or the better, once."""
        if cause and not self._cause:
            log.warning("rasa.unavailable", cause=cause)
        elif self._cause and not cause:
            log.info("rasa.back")
        self._cause = cause


def parsed_intent(answer: Any, text: str) -> ParsedIntent:
    """Read Rasa's answer.

    `nlu_fallback` only tells that no intent reached the fallback's threshold, and its confidence is that
    threshold: the intent that was found is the next in the ranking.

    Raises:
        ParserUnavailable: the answer is not of Rasa's form.
    """
    try:
        found = answer["intent"]
        if found.get("name") == "nlu_fallback":
            found = answer["intent_ranking"][1]
        name = found["name"] or FALLBACK_INTENT
        confidence = min(1.0, max(0.0, float(found["confidence"])))
        entities = tidy(_entity(item, text) for item in answer["entities"])
        odds = tuple(_odds(answer.get("intent_ranking", ())))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise ParserUnavailable("unreadable_answer") from error
    return ParsedIntent(intent=str(name), confidence=confidence, entities=entities, odds=odds)


def _odds(ranking: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, float]]:
    for each in ranking:
        if each["name"] != "nlu_fallback":
            yield str(each["name"]), min(1.0, max(0.0, float(each["confidence"])))


def _entity(item: Mapping[str, Any], text: str) -> Entity:
    start, end = int(item["start"]), int(item["end"])
    if not 0 <= start < end <= len(text):
        raise ValueError("offsets outside the text")
    return Entity(name=str(item["entity"]), value=str(item["value"]), start=start, end=end)
