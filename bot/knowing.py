"""The knowledge base of a process: its encoder, the base that serves, and publishing at the start."""

from __future__ import annotations

import asyncio
import contextlib
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from bot.floor import FloorWatch
from core.clock import utc_now
from core.config import resolve
from core.encoder import Encoder
from core.errors import CoreError
from core.leader import Leader
from core.logging import get_logger
from core.tasks import cancel_all
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.follow import Follower
from knowledge_base.live import KnowledgeBase
from knowledge_base.phrases import SqlPhrases
from knowledge_base.publish import ensure_published
from knowledge_base.publishing import Publishing, RedisNotes
from knowledge_base.store import RedisAnnouncements, SqlBaseStore
from knowledge_base.verdict_store import SqlVerdicts

if TYPE_CHECKING:
    from bot.app import App

_log = get_logger("knowing")
_PUBLISH_LEASE_S = 15.0
"""A process that dies while it publishes is replaced after this time."""


class Knowing:
    """For workers, who answer from it, and for the pages, on which operators and editors search it."""

    def __init__(self, app: App) -> None:
        """`app` has its connections open."""
        self._app = app
        config = app.config
        self.encoder = Encoder(
            model=config.knowledge_base.encoder, threads=config.knowledge_base.encoder_threads
        )
        self.base = KnowledgeBase(encoder=self.encoder, timezone=config.company.timezone)
        self.phrases = SqlPhrases(app.engine)
        self.verdicts = SqlVerdicts(app.engine)
        self._store = SqlBaseStore(
            engine=app.engine,
            redis=app.redis,
            active_key=app.keys("kb_active"),
            channel=app.keys("kb_changed"),
        )

    def open(self, stack: AsyncExitStack) -> None:
        """Start what loads in the background; one that only shows pages leaves publishing to workers."""
        app = self._app
        self.encoder.start()
        stack.callback(self.encoder.close)
        if "workers" in app.roles:
            app.background.start("publish", self._publish, may_be_cut=True)
            app.background.start("floor", self._floor().run)
        app.background.start("knowledge", self._follow)

    def publishing(self) -> Publishing:
        """Publishing from a page; its lease is the one of the start, so that the two never meet."""
        app, config = self._app, self._app.config
        return Publishing(
            folder=resolve(config.knowledge_base.articles),
            store=self._store,
            phrases=self.phrases,
            encoder=self.encoder,
            floor=config.knowledge_base.precision_floor,
            verdicts=self.verdicts,
            confidence=config.knowledge_base.confidence,
            lease=Leader(app.scripts, name="publish", holder=f"{app.name}-page", lease_s=_PUBLISH_LEASE_S),
            notes=RedisNotes(redis=app.redis, key=app.keys("kb_publish")),
            clock=utc_now,
        )

    def _floor(self) -> FloorWatch:
        app, config = self._app, self._app.config
        return FloorWatch(
            redis=app.redis,
            keys=app.keys,
            leader=app.leader("floor", lease_s=150),
            knowledge_base=self.base,
            store=self._store,
            verdicts=self.verdicts,
            floor=config.knowledge_base.precision_floor,
            confidence=config.knowledge_base.confidence,
        )

    async def _publish(self, stop: asyncio.Event) -> None:
        """See once that what is active is what the articles say; one process at a time does so.

        Each process asks until its turn comes: the one before may have died over it.
        """
        app, config = self._app, self._app.config
        leader = app.leader("publish", lease_s=_PUBLISH_LEASE_S)
        while not await leader.acquire():
            if await _stopped(stop, _PUBLISH_LEASE_S / 3):
                return
        keeper = asyncio.create_task(_keep(leader))
        try:
            await ensure_published(
                resolve(config.knowledge_base.articles),
                store=self._store,
                encoder=self.encoder,
                now=utc_now(),
                floor=config.knowledge_base.precision_floor,
                learned=await self.phrases.accepted(),
                verdicts=self.verdicts,
                confidence=config.knowledge_base.confidence,
            )
        except (KnowledgeBaseError, CoreError) as error:
            # What was published before goes on serving; the log says what to mend.
            _log.error("knowledge.not_published", error=str(error))
        finally:
            await cancel_all(keeper)
            await leader.release()

    async def _follow(self, stop: asyncio.Event) -> None:
        """Keep serving what is active."""
        app = self._app
        announcements = RedisAnnouncements(redis=app.redis, channel=app.keys("kb_changed"))
        follower = Follower(
            knowledge_base=self.base,
            store=self._store,
            announcements=announcements,
            fingerprint=self.encoder.fingerprint,
        )
        try:
            await follower.run(stop)
        finally:
            await announcements.close()


async def _stopped(stop: asyncio.Event, wait_s: float) -> bool:
    """Wait for a while; True if the process is to end."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(wait_s):
            await stop.wait()
    return stop.is_set()


async def _keep(leader: Leader) -> None:
    """Renew a lease until cancelled; the work under it takes longer than one."""
    while True:
        await asyncio.sleep(_PUBLISH_LEASE_S / 3)
        with contextlib.suppress(CoreError):
            await leader.renew()
