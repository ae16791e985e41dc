"""`/desk/reviews`: a lead looks at conversations that are over and scores them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, Protocol

from aiohttp import web
from pydantic import Field

from core.auth_operators import Operators
from core.clock import utc_now
from core.settings import Settings
from core.web.area import LEADS, NavEntry
from core.web.bodies import Body, Text, read_body
from core.web.frame import Frame
from core.web.guard import Guard
from core.web.problems import Problem
from handoff.history import History
from handoff.reviews.scoring import Scored
from handoff.reviews.section import REVIEWS, ReviewSettings
from handoff.reviews.store import By, Found, Review, Reviews, Way
from handoff.teaching import Told
from handoff.web.shapes import turn_data

_ID = "{id:[0-9A-Za-z_-]{1,40}}"
_DAYS = 7
SOURCE = "review"


class Tells(Protocol):
    """Takes what people teach; the queue of tickets does."""

    async def tell(self, ref: str, teaches: Sequence[Told]) -> None:
        """Tell the archive."""


class ReviewBody(Body):
    """Scores by criterion: 0, 0.5, 1, or null where it did not apply."""

    scores: Annotated[dict[str, float | None], Field(max_length=20)]
    comment: Annotated[Text, Field(max_length=4000)] = ""


class VerdictBody(Body):
    """Whether the bot answered rightly in a turn."""

    turn: Annotated[Text, Field(max_length=40)]
    right: bool


class ReviewsArea:
    """The page of leads and its API."""

    nav = (NavEntry("/desk/reviews", "nav.reviews", LEADS),)

    def __init__(
        self,
        *,
        frame: Frame,
        guard: Guard,
        reviews: Reviews,
        settings: Settings,
        history: History,
        tells: Tells,
        operators: Operators,
    ) -> None:
        """`guard` lets leads and administrators in; `tells` takes verdicts on the bot's answers."""
        self._frame = frame
        self._guard = guard
        self._reviews = reviews
        self._settings = settings
        self._history = history
        self._tells = tells
        self._operators = operators

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """The page and what its script asks."""
        return [
            web.get("/reviews", self.page),
            web.get("/api/reviews", self.sample),
            web.get(f"/api/reviews/{_ID}", self.show),
            web.post(f"/api/reviews/{_ID}", self.put),
            web.post(f"/api/reviews/{_ID}/verdict", self.verdict),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """The sample, and one conversation beside it."""
        return await self._frame.page(request, "reviews.html", roles=LEADS)

    async def sample(self, request: web.Request) -> web.Response:
        """Conversations of the last days to choose from."""
        who = await self._guard.reader(request)
        query = request.query
        way: Way = "low" if query.get("way") == "low" else "random"
        by: By = "bot" if query.get("by") == "bot" else "person"
        found = await self._reviews.sample(
            way,
            by=by,
            operator=query.get("operator", "")[:40],
            reviewer=who.id,
            since=utc_now() - timedelta(days=_DAYS),
        )
        people = await self._operators.all()
        names = {each.id: each.display_name for each in people}
        return web.json_response(
            {
                "found": [found_data(each, names) for each in found],
                "people": [
                    {"id": each.id, "name": each.display_name} for each in people if each.role != "editor"
                ],
            }
        )

    async def show(self, request: web.Request) -> web.Response:
        """What was said, the list, and one's own review if there is one."""
        who = await self._guard.reader(request)
        found = await self._conversation(request, who.id)
        past = await self._history.of_chat(found.ref, found.conversation)
        people = {each.id: each for each in await self._operators.all()}
        turns = [turn for turn in past.turns if turn.conversation == found.conversation]
        review = await self._reviews.own(found.conversation, reviewer=who.id)
        criteria = (await self._settings.get(REVIEWS)).criteria
        return web.json_response(
            {
                "found": found_data(found, {each.id: each.display_name for each in people.values()}),
                "turns": [turn_data(turn, people) for turn in turns],
                "criteria": [each.model_dump() for each in criteria],
                "review": review_data(review, {}) if review else None,
            }
        )

    async def put(self, request: web.Request) -> web.Response:
        """Keep a review."""
        who = await self._guard.worker(request)
        body = await read_body(request, ReviewBody)
        found = await self._conversation(request, who.id)
        scores = _scored(await self._settings.get(REVIEWS), body.scores)
        made = await self._reviews.put(found, scores, body.comment.strip(), reviewer=who.id, now=utc_now())
        return web.json_response({"review": review_data(made, {})})

    async def verdict(self, request: web.Request) -> web.Response:
        """The bot's answer in a turn was right or wrong."""
        who = await self._guard.worker(request)
        body = await read_body(request, VerdictBody)
        found = await self._conversation(request, who.id)
        turn = await self._history.turn(found.ref, found.conversation, body.turn)
        if turn is None or not turn.judged:
            raise Problem(422, "nothing_to_judge", "Nothing was decided about this message; choose another.")
        said = {"decision": turn.judged, "right": body.right, "source": SOURCE, "operator": who.id}
        await self._tells.tell(found.ref, (Told("verdict", turn.conversation, said),))
        return web.json_response({})

    async def _conversation(self, request: web.Request, reviewer: str) -> Found:
        found = await self._reviews.conversation(request.match_info["id"], reviewer=reviewer)
        if found is None:
            raise Problem(404, "not_over", "There is no such conversation, or it is not over yet.")
        return found


def _scored(settings: ReviewSettings, scores: Mapping[str, float | None]) -> list[Scored]:
    made = []
    for each in settings.criteria:
        if each.id not in scores:
            raise Problem(422, "score_missing", f"Score {each.id} too.", field=each.id)
        score = scores[each.id]
        if score not in (None, 0, 0.5, 1):
            raise Problem(422, "bad_score", "A score is 0, 0.5, 1 or null.", field=each.id)
        made.append(
            Scored(
                id=each.id,
                ru=each.ru,
                en=each.en,
                weight=each.weight,
                critical=each.critical,
                score=None if score is None else float(score),
            )
        )
    return made


def found_data(found: Found, names: Mapping[str, str]) -> dict[str, Any]:
    """A conversation in the sample."""
    return {
        "conversation": found.conversation,
        "channel": found.channel,
        "customer": found.customer,
        "closed_at": found.closed_at.isoformat(),
        "operator": names.get(found.operator, ""),
        "rating": found.rating,
        "comment": found.comment,
        "reviewed": found.reviewed,
    }


def review_data(review: Review, names: Mapping[str, str]) -> dict[str, Any]:
    """A review with its scores."""
    return {
        "conversation": review.conversation,
        "reviewer": names.get(review.reviewer, ""),
        "at": review.at.isoformat(),
        "total": review.total,
        "failed": review.failed,
        "comment": review.comment,
        "scores": [
            {"id": each.id, "ru": each.ru, "en": each.en, "critical": each.critical, "score": each.score}
            for each in review.scores
        ],
    }
