"""The operators' tools with this deployment's parts, and what they learn behind the pages."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from core.errors import Unavailable
from core.logging import get_logger
from core.settings import Settings
from handoff.ports import Articles
from handoff.routing.groups import GROUPS
from handoff.tools.area import ToolsArea
from handoff.tools.groups import Group
from handoff.tools.past import PastAnswers
from knowledge_base.lemmas import content, lemma, lemmas

if TYPE_CHECKING:
    from bot.app import App
    from bot.desk_areas import DeskParts

LEARN_EVERY_S = 5.0

_log = get_logger("desk.tools")


def words(text: str) -> list[str]:
    """Base forms of the words of a text that say something."""
    return content(lemmas(text))


def tools_area(app: App, parts: DeskParts, articles: Articles) -> ToolsArea:
    """The area of this process."""
    return ToolsArea(
        guard=parts.guard(),
        frame=parts.frame,
        engine=app.engine,
        scripts=app.scripts,
        keys=app.keys,
        operators=parts.operators,
        settings=parts.settings,
        say=app.texts.say,
        lemma=lemma,
        lemmas=words,
        company={str(language): name for language, name in app.config.company.name.items()},
        zone=ZoneInfo(app.config.company.timezone),
        articles=articles,
        groups=SettledGroups(app.settings),
    )


class SettledGroups:
    """The teams as the settings of distribution have them."""

    def __init__(self, settings: Settings) -> None:
        """`settings` as everywhere on the desk."""
        self._settings = settings

    async def all(self) -> Sequence[Group]:
        """Every team, in order."""
        found = await self._settings.get(GROUPS)
        return [Group(each.id, each.name.ru, each.name.en) for each in found.groups]


class PastJob:
    """Learns from what operators answered, in one process at a time."""

    def __init__(self, app: App) -> None:
        """`app` has its connections open."""
        self._past = PastAnswers(app.engine, lemmas=words)
        self._leader = app.leader("past answers", lease_s=30)

    async def run(self, stop: asyncio.Event) -> None:
        """Read further in the archive every few seconds until `stop`."""
        while not stop.is_set():
            try:
                more = await self._leader.acquire() and await self._past.learn() > 0
            except Unavailable as error:
                _log.warning("past.waits", error=str(error))
                more = False
            if not more:
                try:
                    async with asyncio.timeout(LEARN_EVERY_S):
                        await stop.wait()
                except TimeoutError:
                    continue
