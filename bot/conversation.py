"""The part of a process that converses: understanding, knowledge base and skills behind one handler."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import aiohttp

from bot.customers import RedisCustomers
from bot.decide import Thresholds
from bot.familiar import Familiar
from bot.handler import Handler
from bot.knowledge import LiveKnowledge
from bot.skills.activate_card import ActivateCard
from bot.skills.balance import Balance
from bot.skills.contract import Skill
from bot.skills.loyalty_client import LoyaltyClient
from bot.skills.nearest_store import NearestStore
from bot.skills.phone_check import PhoneCheck
from bot.skills.store_directory import StoreDirectory
from core.clock import utc_now
from core.config import Config
from core.logging import get_logger
from handoff.queue import Queue
from handoff.routing.reception import Reception
from nlu.compose import build_offline_parser, build_rasa_client, build_understander, rasa_address

if TYPE_CHECKING:
    from bot.app import App
    from bot.knowing import Knowing
    from nlu.offline import OfflineParser
    from nlu.rasa_client import RasaClient

_log = get_logger("conversation")

SKILLS = {intent: skill.name for skill in (Balance, NearestStore, ActivateCard) for intent in skill.intents}
"""Intent → name of the skill it starts."""


def limits(config: Config) -> Thresholds:
    """The limits a deployment decides with; the article's comes from the base, message by message."""
    return Thresholds(
        article=2.0,
        skill=config.nlu.skill_confidence,
        person=config.nlu.person_confidence,
        smalltalk=config.nlu.smalltalk_confidence,
        clarify_margin=config.knowledge_base.clarify_margin,
        clarify_least=config.knowledge_base.clarify_least,
        skill_with_entity=config.nlu.skill_with_entity_confidence,
        emotion=config.nlu.emotion_threshold,
    )


def greeting(config: Config) -> dict[str, dict[str, str]]:
    """Values of the first words, per language."""
    company = config.company
    return {
        language: {"company": company.name[language], "privacy_url": company.privacy_url}
        for language in ("ru", "en")
    }


class Conversing:
    """Builds the handler; the encoder, the base and the parser come up behind it."""

    handler: Handler

    def __init__(self, app: App, knowing: Knowing) -> None:
        """`app` has its connections open; the base of `knowing` comes up beside it."""
        self._app = app
        self.rasa: RasaClient | None = None
        self.encoder = knowing.encoder
        self.base = knowing.base

    async def open(self, stack: AsyncExitStack) -> None:
        """Wire everything and start what loads in the background."""
        app, config = self._app, self._app.config
        session = await stack.enter_async_context(aiohttp.ClientSession())
        if app.endpoints.rasa_url:
            self.rasa = build_rasa_client(
                rasa_address(app.endpoints.rasa_url, app.endpoints.rasa_token),
                session=session,
                timeout_s=config.nlu.request_timeout_s,
            )
        parser = build_offline_parser()
        knowledge = LiveKnowledge(
            self.base, threshold=app.governor.threshold, wait_s=config.bot.knowledge_wait_s
        )
        queue = Queue(
            scripts=app.scripts,
            keys=app.keys,
            say=app.texts.say,
            expected_wait_s=config.handoff.expected_wait_s,
        )
        self.handler = Handler(
            understander=build_understander(
                rasa=self.rasa,
                fallback=parser,
                emotion_threshold=config.nlu.emotion_threshold,
                max_chars=config.nlu.max_text_chars,
                encoder=config.knowledge_base.encoder,
            ),
            knowledge=knowledge,
            skills=self._skills(stack),
            texts=app.texts,
            customers=RedisCustomers(app.redis, app.keys),
            expected_wait=queue.expected_wait_s,
            clock=utc_now,
            limits=limits(config),
            greeting=greeting(config),
            default_language=config.company.default_language,
            due_s=config.handoff.due_s,
            urgent_due_s=config.handoff.urgent_due_s,
            reception=Reception(app.settings, company_zone=config.company.timezone),
            familiar=Familiar(articles=lambda: self.base.base.articles, odds=parser.odds),
        )
        app.background.start("parser", lambda _: _warm_up(parser), may_be_cut=True)

    def _skills(self, stack: AsyncExitStack) -> tuple[Skill, ...]:
        app, config = self._app, self._app.config
        client = LoyaltyClient(
            base_url=app.endpoints.loyalty_url,
            token=app.endpoints.loyalty_token,
            timeout_s=config.loyalty.request_timeout_s,
            company_zone=ZoneInfo(config.company.timezone),
        )
        stack.push_async_callback(client.close)
        check = PhoneCheck(
            client=client,
            texts=app.texts,
            code_attempts=config.loyalty.code_attempts,
            contact_channels=frozenset({"telegram"}),
        )
        company: dict[str, str] = {str(language): name for language, name in config.company.name.items()}
        directory = StoreDirectory(source=client, redis=app.redis, geo_key=app.keys("stores"))
        return (
            Balance(client=client, phone_check=check, texts=app.texts, company=company),
            NearestStore(directory=directory, texts=app.texts),
            ActivateCard(client=client, phone_check=check, texts=app.texts, company=company),
        )


async def _warm_up(parser: OfflineParser) -> None:
    """Fit the offline parser beside the event loop, so that no first message waits for it."""
    await asyncio.to_thread(parser.warm_up)
