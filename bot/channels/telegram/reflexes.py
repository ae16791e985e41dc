"""Small calls that accompany receiving: answering a press, refusing a group."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.methods import AnswerCallbackQuery, SendMessage, TelegramMethod

from bot.channels.telegram.texts import GROUP_REFUSAL, Say
from core.logging import get_logger

log = get_logger("telegram")

REMEMBERED_GROUPS = 10_000


class BackgroundReflexes:
    """Makes the calls behind the receiver's back, so that a slow one delays no message.

    They are tried once: an unanswered press shows a progress bar for some seconds, no more. Groups
    refused are remembered while the process runs.
    """

    def __init__(self, *, bot: Bot, say: Say) -> None:
        self._bot = bot
        self._say = say
        self._tasks: set[asyncio.Task[None]] = set()
        self._refused: dict[int, None] = {}

    def answer_press(self, callback_id: str) -> None:
        """Stop the progress bar on a pressed button."""
        self._start(self._call(AnswerCallbackQuery(callback_query_id=callback_id)))

    def refuse_group(self, chat_id: int, language: str) -> None:
        """Tell a group to write in private, the first time only."""
        if chat_id in self._refused:
            return
        self._refused[chat_id] = None
        if len(self._refused) > REMEMBERED_GROUPS:
            del self._refused[next(iter(self._refused))]
        log.info("telegram.group_refused", chat_id=chat_id)
        self._start(self._call(SendMessage(chat_id=chat_id, text=self._say(GROUP_REFUSAL, language))))

    async def drain(self, timeout_s: float) -> None:
        """Wait for the calls under way, then drop what is left."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=timeout_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _call(self, method: TelegramMethod[Any]) -> None:
        try:
            await self._bot(method)
        except AiogramError as error:
            log.info("telegram.reflex_failed", method=type(method).__name__, error=type(error).__name__)
