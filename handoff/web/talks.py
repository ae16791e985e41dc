"""Conversations the bot has, which an operator may read and join."""

from __future__ import annotations

from aiohttp import web

from core.auth_operators import Operators
from core.web.guard import Guard
from core.web.problems import Problem
from handoff.board import Board, Talk
from handoff.history import History
from handoff.outcomes import Busy, Over, Taken
from handoff.queue import Queue
from handoff.web.api import taken_by
from handoff.web.shapes import talk_data, turn_data


class TalkApi:
    """`/desk/api/conversations…`."""

    def __init__(
        self, *, guard: Guard, queue: Queue, board: Board, history: History, operators: Operators
    ) -> None:
        """Reads through `board` and `history`, changes through `queue`."""
        self._guard = guard
        self._queue = queue
        self._board = board
        self._history = history
        self._operators = operators

    async def index(self, request: web.Request) -> web.Response:
        """What the bot has, the latest first."""
        await self._guard.reader(request)
        talks = await self._board.talks()
        lines = await self._history.last_lines([talk.id for talk in talks])
        found = [talk_data(talk, lines.get(talk.id, "")) for talk in talks]
        return web.json_response({"conversations": found})

    async def show(self, request: web.Request) -> web.Response:
        """One of them with its history."""
        await self._guard.reader(request)
        talk = await self._talk(request)
        past = await self._history.of_chat(talk.ref, talk.id)
        people = {operator.id: operator for operator in await self._operators.all()}
        last_line = past.turns[-1].text[:200] if past.turns else ""
        body = {
            "conversation": talk_data(talk, last_line),
            "turns": [turn_data(turn, people) for turn in past.turns],
            "truncated": past.truncated,
        }
        return web.json_response(body)

    async def take(self, request: web.Request) -> web.Response:
        """Join: the bot falls silent and a ticket is made; its id."""
        operator = await self._guard.worker(request)
        talk = await self._talk(request)
        lines = await self._history.last_lines([talk.id])
        outcome = await self._queue.step_in(
            talk.ref,
            talk.id,
            operator=operator.id,
            name=operator.display_name,
            customer=talk.customer,
            language=talk.language,
            line=lines.get(talk.id, ""),
        )
        match outcome:
            case Taken(ticket, on_the_way):
                return web.json_response({"ticket": ticket, "on_the_way": on_the_way})
            case Busy("queue"):
                raise Problem(409, "in_queue", "It went to the queue just now; take its ticket there.")
            case Busy(other):
                people = {each.id: each for each in await self._operators.all()}
                raise taken_by(other, people)
            case Over():
                raise Problem(409, "conversation_over", "This conversation has ended; choose another.")
            case _:
                raise unknown_conversation()

    async def _talk(self, request: web.Request) -> Talk:
        wanted = request.match_info["id"]
        for talk in await self._board.talks():
            if talk.id == wanted:
                return talk
        raise unknown_conversation()


def unknown_conversation() -> Problem:
    """The bot has none with this id."""
    return Problem(404, "unknown_conversation", "The bot has no such conversation; reload the list.")
