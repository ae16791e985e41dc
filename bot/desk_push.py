"""Composes Web Push: the card on the account's page, and the work behind it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from core.clock import utc_now
from core.web.guard import Guard
from handoff.push.keys import PushKeys, contact_of
from handoff.push.sender import PushSender
from handoff.push.store import Outbox, Subscriptions
from handoff.push.web import PushArea
from handoff.routing.presence import Presence
from handoff.words import load_words

if TYPE_CHECKING:
    from bot.app import App


def push_area(app: App, guard: Guard) -> PushArea:
    """The service worker and the API of subscriptions."""
    return PushArea(
        guard=guard,
        subscriptions=Subscriptions(app.engine, allow_private=app.config.web.private_webhooks),
        keys=_keys(app),
        words=load_words(),
    )


class PushJob:
    """Sends notices in whichever process holds the role."""

    def __init__(self, app: App) -> None:
        """Nothing is opened before it runs."""
        self._app = app

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`."""
        app = self._app
        sender = PushSender(
            outbox=Outbox(app.engine),
            keys=_keys(app),
            presence=Presence(scripts=app.scripts, keys=app.keys),
            settings=app.settings,
            allow_private=app.config.web.private_webhooks,
            now=utc_now,
        )
        async with sender:
            await sender.run(stop, app.leader("push", lease_s=60))


def _keys(app: App) -> PushKeys:
    contact = contact_of(app.config.web.push_contact, app.config.company.privacy_url)
    return PushKeys(app.engine, app.secrets, contact=contact)
