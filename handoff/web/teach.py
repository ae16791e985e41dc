"""Articles for operators, and what operators teach."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from core.auth import Operator
from core.web.guard import Guard
from core.web.problems import Problem
from handoff.board import Board
from handoff.history import History
from handoff.ports import Articles, FoundArticle
from handoff.queue import Queue
from handoff.teaching import Told, answered, judged
from handoff.turns import Turn
from handoff.web.api import unknown_ticket
from handoff.web.bodies import AnswersBody, VerdictBody, read_body
from handoff.web.talks import unknown_conversation

MOST_CHARS = 500
"""Of a phrase that is searched; the base reads no more than twice that."""


class TeachApi:
    """`/desk/api/articles…` and `…/verdict`."""

    def __init__(
        self, *, guard: Guard, queue: Queue, board: Board, history: History, articles: Articles
    ) -> None:
        """Reads through `board`, `history` and `articles`, tells through `queue`."""
        self._guard = guard
        self._queue = queue
        self._board = board
        self._history = history
        self._articles = articles

    async def search(self, request: web.Request) -> web.Response:
        """Articles for a phrase, internal ones included and marked."""
        await self._guard.reader(request)
        text = request.query.get("text", "").strip()[:MOST_CHARS]
        found = await self._articles.search(text, request.query.get("language", "ru")) if text else ()
        return web.json_response({"articles": [_found_data(each) for each in found]})

    async def article(self, request: web.Request) -> web.Response:
        """An article's text as it may be sent."""
        await self._guard.reader(request)
        found = self._articles.answer(request.match_info["article"], request.query.get("language", "ru"))
        if found is None:
            raise Problem(404, "unknown_article", "There is no such article any more; search for another.")
        body = {name: getattr(found, name) for name in found.__slots__}
        return web.json_response(body)

    async def of_ticket(self, request: web.Request) -> web.Response:
        """Say of a turn in a ticket's chat whether the bot was right, or which article answers it."""
        operator = await self._guard.worker(request)
        number = request.match_info["id"]
        found = await self._board.ticket(number) or await self._history.ticket(number)
        if found is None:
            raise unknown_ticket()
        ticket = found[0]
        ref = f"{ticket.account}:{ticket.chat_id}"
        return await self._tell(request, operator, ref, ticket.conversation)

    async def of_conversation(self, request: web.Request) -> web.Response:
        """The same for a conversation the bot has."""
        operator = await self._guard.worker(request)
        for talk in await self._board.talks():
            if talk.id == request.match_info["id"]:
                return await self._tell(request, operator, talk.ref, talk.id)
        raise unknown_conversation()

    async def taught(
        self, answers: AnswersBody | None, ref: str, conversation: str, operator: Operator
    ) -> tuple[Told, ...]:
        """What a reply teaches; a turn that is not found teaches nothing, and must not hold up the reply."""
        turn = await self._history.turn(ref, conversation, answers.turn) if answers else None
        if answers is None or turn is None or turn.author != "customer":
            return ()
        return answered(turn, article=answers.article, operator=operator.id, phrases=self._articles.phrases)

    async def _tell(
        self, request: web.Request, operator: Operator, ref: str, conversation: str
    ) -> web.Response:
        body = await read_body(request, VerdictBody)
        turn = await self._history.turn(ref, conversation, body.turn)
        if turn is None:
            raise Problem(404, "unknown_turn", "There is no such message in this chat; reload it.")
        await self._queue.tell(ref, self._said(body, turn, operator))
        return web.json_response({})

    def _said(self, body: VerdictBody, turn: Turn, operator: Operator) -> tuple[Told, ...]:
        if body.article is not None:
            if self._articles.answer(body.article, "ru") is None:
                raise Problem(
                    404, "unknown_article", "There is no such article any more; search for another."
                )
            return answered(turn, article=body.article, operator=operator.id, phrases=self._articles.phrases)
        told = judged(turn, right=body.right, operator=operator.id) if body.right is not None else ()
        if not told:
            raise Problem(422, "nothing_to_judge", "Nothing was decided about this message; choose another.")
        return told


def _found_data(found: FoundArticle) -> dict[str, Any]:
    return {name: getattr(found, name) for name in found.__slots__}
