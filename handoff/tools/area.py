"""The operators' tools as an area of the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from core.auth_operators import Operators
from core.keys import Keys
from core.redis import Scripts
from core.settings import Settings
from core.web.area import LEADS, NavEntry
from core.web.frame import Frame
from core.web.guard import DESK_ROLES, Guard
from handoff.board import Board
from handoff.history import History
from handoff.ports import Articles, Say
from handoff.tools.announce import Announcer
from handoff.tools.articles import ArticleDrafts
from handoff.tools.coach import Lemma
from handoff.tools.coach_counts import CoachCounts
from handoff.tools.drafts import Lemmas
from handoff.tools.groups import Groups, UsualGroups
from handoff.tools.mentions import Mentions
from handoff.tools.moves import Moves
from handoff.tools.past import PastAnswers
from handoff.tools.presence import Here
from handoff.tools.promises import Promises
from handoff.tools.requests import SideRequests
from handoff.tools.web.asides import AsidesApi
from handoff.tools.web.desk import Desk
from handoff.tools.web.moves import MovesApi
from handoff.tools.web.settings import SettingsApi
from handoff.tools.web.writing import WritingApi

_TICKET = "/api/tickets/{id:[0-9A-Za-z_-]{1,40}}"


class ToolsArea:
    """Its pages and routes; everything it needs is given."""

    nav = (
        NavEntry("/desk/requests", "nav.requests", DESK_ROLES),
        NavEntry("/desk/settings/replies", "nav.replies", DESK_ROLES, hint="hints.replies"),
        NavEntry("/desk/settings/tools", "tools.title", LEADS, hint="tools.lead"),
    )

    def __init__(
        self,
        *,
        guard: Guard,
        frame: Frame,
        engine: AsyncEngine,
        scripts: Scripts,
        keys: Keys,
        operators: Operators,
        settings: Settings,
        say: Say,
        lemma: Lemma,
        lemmas: Lemmas,
        company: Mapping[str, str],
        zone: ZoneInfo,
        groups: Groups | None = None,
        articles: Articles | None = None,
    ) -> None:
        """Put the tools together.

        Args:
            guard: Of the desk.
            frame: Renders the pages.
            engine: The archive's.
            scripts: The live record.
            keys: Names of its keys.
            operators: Accounts, for names.
            settings: What leads settle.
            say: Words for customers.
            lemma: Base form of one word.
            lemmas: Base forms of the words of a text that say something.
            company: The company's name by language.
            zone: Where a day begins.
            groups: Teams; the usual ones by default.
            articles: The knowledge base, for drafts; without it they come from replies alone.
        """
        groups = groups or UsualGroups()
        announce = Announcer(scripts=scripts, keys=keys)
        desk = Desk(
            guard=guard,
            board=Board(scripts=scripts, keys=keys),
            history=History(engine=engine, scripts=scripts, keys=keys),
            operators=operators,
        )
        mentions = Mentions(engine, announce=announce)
        self.past = PastAnswers(engine, lemmas=lemmas)
        self._moves = MovesApi(
            desk=desk,
            moves=Moves(scripts=scripts, keys=keys, say=say),
            mentions=mentions,
            groups=groups,
            here=Here(scripts=scripts, keys=keys, operators=operators),
            settings=settings,
        )
        self._asides = AsidesApi(
            desk=desk,
            frame=frame,
            moves=self._moves,
            mentions=mentions,
            requests=SideRequests(engine, announce=announce),
            promises=Promises(engine, settings=settings, announce=announce, zone=zone),
            groups=groups,
        )
        self._writing = WritingApi(
            desk=desk,
            settings=settings,
            counts=CoachCounts(engine),
            sources=(self.past, ArticleDrafts(articles)) if articles else (self.past,),
            company=company,
            lemma=lemma,
            lemmas=lemmas,
        )
        self._settings = SettingsApi(desk=desk, frame=frame, settings=settings)

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Everything under `/desk`."""
        return [
            *self._moves.routes(_TICKET),
            *self._asides.routes(_TICKET),
            *self._writing.routes(_TICKET),
            *self._settings.routes(),
        ]
