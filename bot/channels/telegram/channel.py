"""One Telegram bot as a channel."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.utils.token import TokenValidationError

from bot.channels.contract import Ingest, Limits, OutgoingMessage, SendResult, SendStatus
from bot.channels.telegram.convert import CHANNEL, UpdateReader
from bot.channels.telegram.faults import CONFLICT, backoff_s, describe, pause_s
from bot.channels.telegram.health import Health
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.lease import Leader
from bot.channels.telegram.polling import Poller
from bot.channels.telegram.probe import Probe, probe
from bot.channels.telegram.reflexes import BackgroundReflexes
from bot.channels.telegram.sending import Sending
from bot.channels.telegram.session import make_bot
from bot.channels.telegram.setup import Setup
from bot.channels.telegram.texts import Say
from bot.channels.telegram.webhook import Handler, derive_secret, make_handler, refuse_all
from core.logging import get_logger

log = get_logger("telegram")

DRAIN_S = 2.0


def _now() -> datetime:
    return datetime.now(UTC)


class TelegramChannel:
    """Receives by long polling, or by webhook where `webhook_url` is set, and sends.

    An empty token switches the channel off; a malformed one is reported as down. `close()` must be
    called at the end: the connection serves sending too, and so outlives `run`.

    Args:
        say: Texts by key and language, see `texts.KEYS`.
        leader: The right to poll; unused with a webhook, which any number of processes may serve.
        api_url: Address of another Bot API server; empty for the official one.
        webhook_secret: Empty: derived from the token, the same in every process.
        request_timeout_s: Seconds before one call of a send counts as unknown; `longest_send_s` is the
            longest a whole `send` can take.
        renew_every_s: Seconds between renewals of the lease, a third of its length or less.
        parts_limit_s: Seconds after which no further part of a long reply is begun.
    """

    name = CHANNEL
    repeat_safe = False

    def __init__(
        self,
        *,
        account: str,
        token: str,
        say: Say,
        leader: Leader,
        api_url: str = "",
        webhook_url: str = "",
        webhook_secret: str = "",
        default_language: str = "ru",
        poll_timeout_s: int = 25,
        request_timeout_s: float = 10.0,
        messages_per_s: float = 30,
        chat_interval_s: float = 1.0,
        group_messages_per_min: int = 20,
        renew_every_s: float = 5.0,
        backoff_min_s: float = 0.5,
        backoff_max_s: float = 30.0,
        parts_limit_s: float = 10.0,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.account = account
        self.limits = Limits(
            per_second=messages_per_s,
            per_chat_interval_s=chat_interval_s,
            per_group_per_minute=group_messages_per_min,
        )
        # The last call may be a refused styling and its repeat as plain text.
        self.longest_send_s = parts_limit_s + 2 * request_timeout_s
        self._say = say
        self._leader = leader
        self._webhook_url = webhook_url
        self._secret = webhook_secret or derive_secret(token)
        self._default_language = default_language
        self._poll_timeout_s = poll_timeout_s
        self._renew_every_s = renew_every_s
        self._backoff_min_s = backoff_min_s
        self._backoff_max_s = backoff_max_s
        self._clock = clock
        self._health = Health("starting", "Not started yet.")
        self._bot = self._make_bot(token, api_url, request_timeout_s)
        if self._bot is not None:
            self._reflexes = BackgroundReflexes(bot=self._bot, say=say)
            self._sending = Sending(
                bot=self._bot, say=say, chat_interval_s=chat_interval_s, parts_limit_s=parts_limit_s
            )

    @property
    def state(self) -> Health:
        """How the account is doing."""
        return self._health

    @property
    def webhook_path(self) -> str:
        """Path the webhook handler must be mounted at; empty while polling."""
        return urlsplit(self._webhook_url).path or "/" if self._webhook_url else ""

    async def run(self, ingest: Ingest, stop: asyncio.Event) -> None:
        """Receive until `stop` is set; with a webhook: announce its address, then wait."""
        if self._bot is None:
            await stop.wait()
        elif self._webhook_url:
            await self._announce_webhook(self._bot, stop)
        else:
            await self._poll(self._bot, ingest, stop)

    def webhook_handler(self, ingest: Ingest) -> Handler:
        """The handler to mount with `POST` at `webhook_path`."""
        if self._bot is None:
            return refuse_all
        return make_handler(intake=self._intake(ingest), secret=self._secret)

    async def send(self, message: OutgoingMessage) -> SendResult:
        """Hand one reply to the vendor; never raises for what the vendor or the network does."""
        if self._bot is None:
            return SendResult(SendStatus.FAILED, error=self._health.detail)
        return await self._sending.send(message)

    async def probe(self) -> Probe:
        """Ask the vendor now whether the account works; never raises for what vendor or network do."""
        if self._bot is None:
            return Probe("no_token" if self._health.status == "off" else "malformed")
        found = await probe(self._bot, webhook_url=self._webhook_url)
        # Only a poll meets another one; the vendor tells nobody who merely asks.
        return replace(found, code="conflict") if found.ok and self._health.detail == CONFLICT else found

    async def close(self) -> None:
        """End the small calls under way and close the connection."""
        if self._bot is not None:
            await self._reflexes.drain(DRAIN_S)
            await self._bot.session.close()

    def _make_bot(self, token: str, api_url: str, timeout_s: float) -> Bot | None:
        if not token:
            self._report(Health("off", "No bot token: set TELEGRAM_BOT_TOKEN to receive from Telegram."))
            return None
        try:
            return make_bot(token=token, api_url=api_url, timeout_s=timeout_s)
        except TokenValidationError:
            self._report(
                Health("down", "TELEGRAM_BOT_TOKEN is not a bot token: copy it again from @BotFather.")
            )
            return None

    def _intake(self, ingest: Ingest) -> Intake:
        reader = UpdateReader(account=self.account, say=self._say, default_language=self._default_language)
        return Intake(reader=reader, ingest=ingest, reflexes=self._reflexes, clock=self._clock)

    async def _poll(self, bot: Bot, ingest: Ingest, stop: asyncio.Event) -> None:
        setup = Setup(bot=bot, say=self._say, default_language=self._default_language)
        poller = Poller(
            bot=bot,
            intake=self._intake(ingest),
            leader=self._leader,
            prepare=setup.for_polling,
            report=self._report,
            poll_timeout_s=self._poll_timeout_s,
            renew_every_s=self._renew_every_s,
            backoff_min_s=self._backoff_min_s,
            backoff_max_s=self._backoff_max_s,
        )
        await poller.run(stop)

    async def _announce_webhook(self, bot: Bot, stop: asyncio.Event) -> None:
        """Set the webhook, trying until it is set; it stays set, so that the vendor keeps what comes."""
        setup = Setup(bot=bot, say=self._say, default_language=self._default_language)
        failures = 0
        while not stop.is_set():
            try:
                await setup.for_webhook(url=self._webhook_url, secret=self._secret)
            except AiogramError as error:
                failures += 1
                wait_s = pause_s(error, backoff_s(failures, self._backoff_min_s, self._backoff_max_s))
                log.warning("telegram.webhook_not_set", error=type(error).__name__, wait_s=wait_s)
                self._report(Health("down", describe(error)))
                await _wait(stop, wait_s)
            else:
                self._report(Health("ok", "Receiving by webhook."))
                await stop.wait()

    def _report(self, health: Health) -> None:
        if health != self._health:
            log.info("telegram.health", account=self.account, status=health.status, detail=health.detail)
        self._health = health


async def _wait(stop: asyncio.Event, timeout_s: float) -> None:
    try:
        async with asyncio.timeout(timeout_s):
            await stop.wait()
    except TimeoutError:
        return
