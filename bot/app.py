"""One process of Duet, wired: the only place (beside the command lines) where concrete parts are named."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.archiver import Archiver
from bot.background import Background
from bot.channels.contract import Channel
from bot.channels.telegram import TelegramChannel
from bot.channels.webchat.channel import WebchatChannel
from bot.desk_areas import desk_jobs
from bot.embedded import Embedded
from bot.errors import SetupError
from bot.governing import Band
from bot.governor import Governor
from bot.health import Check, Health
from bot.inbox import Inbox
from bot.metrics import INGESTED
from bot.rating import RatingIntake
from bot.sender import Sender
from bot.texts import Texts, load_texts
from bot.types import IncomingMessage
from bot.worker import Worker
from core.children import Supervisor
from core.config import Config, Environment, resolve
from core.endpoints import read_endpoints
from core.keys import Keys
from core.leader import Leader
from core.logging import get_logger
from core.notify import Hub
from core.redis import Scripts, connect
from core.secret_box import SecretBox, secret_key
from core.settings import Settings
from core.sql import migrate, open_engine

_log = get_logger("app")
_WEBCHAT_CALL_S = 10.0
_MARGIN_S = 5.0
"""Added to a channel's longest send before its outcome counts as unknown."""


class App:
    """The parts every role shares, and what the roles add; used as `async with App(...) as app`."""

    def __init__(self, *, config: Config, environment: Environment, roles: frozenset[str]) -> None:
        """`roles` is a subset of channels, workers, web."""
        self.config = config
        self.environment = environment
        self.roles = roles
        self.name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        self.background = Background()
        self.orphaned = asyncio.Event()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> App:
        try:
            await self._open()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        # Loops first: they finish what they began while Redis and SQL are still there.
        await self.background.stop(timeout_s=self.config.supervisor.stop_timeout_s)
        await self._stack.aclose()

    async def _open(self) -> None:
        config, environment = self.config, self.environment
        self.texts: Texts = load_texts(
            resolve(config.bot.wording), default_language=config.company.default_language
        )
        supervisor = Supervisor(
            backoff_min_s=config.supervisor.backoff_min_s,
            backoff_max_s=config.supervisor.backoff_max_s,
            stop_timeout_s=config.supervisor.stop_timeout_s,
        )
        self.embedded = Embedded(
            data=environment.data,
            supervisor=supervisor,
            redis_url=environment.redis_url,
            database_url=environment.database_url,
            rasa_url=environment.rasa_url,
            rasa_token=environment.rasa_token,
            loyalty_url=environment.loyalty_url,
            loyalty_token=environment.loyalty_token,
        )
        self.endpoints = await self.embedded.start()
        self._stack.push_async_callback(self.embedded.stop)
        self.keys = Keys(config.redis.key_prefix)
        self.redis: Redis = connect(self.endpoints.redis_url)
        self._stack.push_async_callback(self.redis.aclose)
        await _reach(self.redis)
        self.scripts = Scripts(self.redis, self.keys)
        self.engine = open_engine(self.endpoints.database_url)
        self._stack.push_async_callback(self.engine.dispose)
        await migrate(self.engine)
        self.settings = Settings(self.engine)
        self.secrets = SecretBox(secret_key(environment.secret_key, environment.data))
        self.hub = Hub(self.redis, self.keys)
        self.inbox = Inbox(
            self.scripts,
            claim_days=config.redis.claim_days,
            lease_s=config.bot.lease_s,
            silence_h=config.bot.silence_h,
            durable=config.redis.durable,
        )
        self.telegram = self._telegram()
        self._stack.push_async_callback(self.telegram.close)
        self.webchat = WebchatChannel(
            account=config.webchat.account,
            scripts=self.scripts,
            keep_messages=config.webchat.keep_messages,
            session_days=config.webchat.session_days,
        )
        self.governor = Governor(
            redis=self.redis,
            keys=self.keys,
            engine=self.engine,
            leader=self.leader("governor", lease_s=90),
            band=Band(config.split.target, config.split.tolerance, config.split.window, config.split.step),
            maximum=config.knowledge_base.max_threshold,
        )
        await self._open_roles()

    async def _open_roles(self) -> None:
        from bot.conversation import Conversing
        from bot.knowing import Knowing
        from bot.serving import Serving

        self.background.start("notify", self.hub.run)
        if not self.embedded.is_owner:
            self.background.start("owner", self._watch_owner)
        self.knowing = Knowing(self) if self.roles & {"workers", "web"} else None
        if self.knowing is not None:
            self.knowing.open(self._stack)
        self.conversing = (
            Conversing(self, self.knowing) if self.knowing is not None and "workers" in self.roles else None
        )
        if self.conversing is not None:
            await self.conversing.open(self._stack)
        self.health = Health(self._checks())
        if "workers" in self.roles:
            self._start_workers()
        if "channels" in self.roles:
            self._start_channels()
        if "web" in self.roles:
            await Serving(self).open(self._stack)

    def at_end(self, close: Callable[[], Awaitable[None]]) -> None:
        """Close something when the process ends, before what was opened earlier."""
        self._stack.push_async_callback(close)

    def leader(self, name: str, *, lease_s: float) -> Leader:
        """The right of one process to a role."""
        return Leader(self.scripts, name=name, holder=self.name, lease_s=lease_s)

    async def ingest(self, message: IncomingMessage) -> bool:
        """What channels hand messages to."""
        taken = await self.inbox.ingest(message)
        INGESTED.labels(channel=message.channel, new=str(taken.new).lower()).inc()
        return taken.new

    def _telegram(self) -> TelegramChannel:
        telegram, environment = self.config.telegram, self.environment
        return TelegramChannel(
            account=telegram.account,
            token=environment.telegram_token,
            say=self.texts.say,
            leader=self.leader(f"telegram:{telegram.account}", lease_s=15),
            api_url=environment.telegram_api_url,
            webhook_url=telegram.webhook_url,
            webhook_secret=environment.telegram_webhook_secret,
            default_language=self.config.company.default_language,
            poll_timeout_s=telegram.poll_timeout_s,
            request_timeout_s=telegram.request_timeout_s,
            messages_per_s=telegram.messages_per_s,
            chat_interval_s=telegram.chat_interval_s,
            group_messages_per_min=telegram.group_messages_per_min,
        )

    def _start_workers(self) -> None:
        assert self.conversing is not None  # noqa: S101 - set just before for this role
        config = self.config
        worker = Worker(
            redis=self.redis,
            keys=self.keys,
            inbox=self.inbox,
            handler=self.conversing.handler,
            name=self.name,
            concurrency=config.bot.concurrency,
            lease_s=config.bot.lease_s,
            max_attempts=config.bot.max_attempts,
            apart=RatingIntake(scripts=self.scripts, settings=self.settings, texts=self.texts),
        )
        archiver = Archiver(
            redis=self.redis,
            keys=self.keys,
            engine=self.engine,
            leader=self.leader("archiver", lease_s=10),
            batch_events=config.archive.batch_events,
            poll_s=config.archive.poll_s,
        )
        self.background.start("worker", worker.run)
        self.background.start("archiver", archiver.run)
        self.background.start("governor", self.governor.run)
        self.background.start("silence", self._end_silent)
        for name, job in desk_jobs(self).items():
            self.background.start(name, job)

    def _start_channels(self) -> None:
        waits = {self.telegram.account: self.telegram.longest_send_s, self.webchat.account: _WEBCHAT_CALL_S}
        channels: tuple[Channel, ...] = (self.telegram, self.webchat)
        for channel in channels:
            sender = Sender(
                channel=channel,
                scripts=self.scripts,
                hub=self.hub,
                call_timeout_s=waits[channel.account] + _MARGIN_S,
            )
            self.background.start(f"send {channel.account}", sender.run)
            self.background.start(f"receive {channel.account}", partial(channel.run, self.ingest))

    async def _watch_owner(self, stop: asyncio.Event) -> None:
        """Ends this process when the one that runs the embedded parts was started anew.

        Valkey has another address and password then; a fresh start of this process finds them.
        """
        while not stop.is_set():
            now = read_endpoints(self.environment.data)
            if now is not None and now.pid != self.endpoints.pid:
                _log.error("owner.changed", was=self.endpoints.pid, now=now.pid)
                self.orphaned.set()
                return
            await asyncio.sleep(2.0)

    async def _end_silent(self, stop: asyncio.Event) -> None:
        """Ends conversations of the bot that fell silent, a few at a time."""
        while not stop.is_set():
            await self.inbox.end_silent()
            try:
                async with asyncio.timeout(60):
                    await stop.wait()
            except TimeoutError:
                continue

    def _checks(self) -> dict[str, Check]:
        from bot.checks import checks

        return checks(self)


async def _reach(redis: Redis, *, timeout_s: float = 15.0) -> None:
    """Wait until Redis answers.

    Raises:
        SetupError: it does not.
    """
    try:
        async with asyncio.timeout(timeout_s):
            while True:
                try:
                    await redis.ping()
                except (RedisError, OSError) as error:
                    _log.warning("redis.waiting", error=type(error).__name__)
                    await asyncio.sleep(0.5)
                else:
                    return
    except TimeoutError as error:
        raise SetupError("REDIS_URL: nothing answers there; start it or unset the variable") from error
