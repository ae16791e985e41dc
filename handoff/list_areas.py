"""Puts the list, the search and the customer card together, for the process and for tests alike."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from core.auth_operators import Operators
from core.keys import Keys
from core.redis import Scripts
from core.settings import Settings
from core.web.area import LEADS, Area
from core.web.frame import Frame
from core.web.guard import Guard
from handoff.board import Board
from handoff.customers.card import Cards
from handoff.customers.known import KnownCustomers
from handoff.customers.linking import Linking
from handoff.customers.people import People
from handoff.customers.ports import LoyaltyAccounts, NoLoyalty, NoOffers, NoRatings, Offers, Ratings
from handoff.customers.suggest import Suggestions
from handoff.customers.web import CustomersArea
from handoff.history import History
from handoff.lists.ended import Ended
from handoff.lists.lister import Lister
from handoff.lists.marking import Marking
from handoff.lists.ports import Mentions, NoMentions
from handoff.lists.saved import SavedViews
from handoff.lists.settings_web import LabelSettingsArea
from handoff.lists.web import ListsArea
from handoff.search.find import Search
from handoff.search.index import Indexer
from handoff.search.web import SearchArea
from handoff.words import load_words


def list_areas(
    *,
    scripts: Scripts,
    keys: Keys,
    engine: AsyncEngine,
    frame: Frame,
    guard: Guard,
    operators: Operators,
    settings: Settings,
    mentions: Mentions | None = None,
    loyalty: LoyaltyAccounts | None = None,
    ratings: Ratings | None = None,
    offers: Offers | None = None,
) -> Sequence[Area]:
    """The areas; what other parts of Duet are not given for stays empty."""
    board, people = Board(scripts=scripts, keys=keys), People(engine)
    lister = Lister(scripts=scripts, keys=keys, mentions=mentions or NoMentions())
    return (
        ListsArea(
            guard=guard,
            lister=lister,
            ended=Ended(engine),
            saved=SavedViews(engine),
            marking=Marking(scripts),
            operators=operators,
            settings=settings,
            time=board.now,
            names=tuple(load_words()["ru"]),
        ),
        SearchArea(
            guard=guard,
            search=Search(engine),
            indexer=Indexer(engine),
            history=History(engine=engine, scripts=scripts, keys=keys),
            operators=operators,
        ),
        LabelSettingsArea(frame=frame, guard=guard.narrowed(LEADS), settings=settings),
        CustomersArea(
            guard=guard,
            known=KnownCustomers(people, redis=scripts.redis, keys=keys),
            cards=Cards(engine=engine, redis=scripts.redis, keys=keys),
            changes=people,
            linking=Linking(scripts, keys),
            suggestions=Suggestions(board=board, lister=lister),
            board=board,
            operators=operators,
            loyalty=loyalty or NoLoyalty(),
            ratings=ratings or NoRatings(),
            offers=offers or NoOffers(),
            time=board.now,
        ),
    )
