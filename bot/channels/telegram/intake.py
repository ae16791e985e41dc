"""Taking one update: read it, ingest it, and only then do what the vendor expects in return."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from bot.channels.contract import Ingest
from bot.channels.telegram.convert import Action, RefuseGroup, Skip, Take, UpdateReader
from bot.channels.telegram.texts import OTHER, placeholder
from bot.types import IncomingMessage, MessageKind
from core.logging import get_logger

log = get_logger("telegram")

REMEMBERED_FAILURES = 1000


class Reflexes(Protocol):
    """Small calls that wait for nothing and change nothing of ours."""

    def answer_press(self, callback_id: str) -> None:
        """Stop the progress bar on a pressed button."""

    def refuse_group(self, chat_id: int, language: str) -> None:
        """Tell a group, once, to write in private."""


class Intake:
    """Takes updates of one account, from polling and from the webhook alike.

    A message the store refuses while it takes others must not hold up all chats for ever: after
    `poison_after` failures a placeholder with its ids is ingested in its place, and a person looks.
    """

    def __init__(
        self,
        *,
        reader: UpdateReader,
        ingest: Ingest,
        reflexes: Reflexes,
        clock: Callable[[], datetime],
        poison_after: int = 5,
    ) -> None:
        self._reader = reader
        self._ingest = ingest
        self._reflexes = reflexes
        self._clock = clock
        self._poison_after = poison_after
        self._failures: dict[int, int] = {}

    async def take(self, raw: Mapping[str, Any]) -> None:
        """Return once the update is durable or known to be nothing for us.

        Raises:
            Exception: whatever ingesting raised; the update is not taken and must come again.
        """
        update_id = int(raw["update_id"])
        match self._read(raw):
            case Take(message, callback_id):
                await self._take_message(update_id, message)
                if callback_id:
                    self._reflexes.answer_press(callback_id)
            case RefuseGroup(chat_id, language):
                self._reflexes.refuse_group(chat_id, language)
            case Skip(reason, callback_id):
                log.info("telegram.update_skipped", update_id=update_id, reason=reason)
                if callback_id:
                    self._reflexes.answer_press(callback_id)

    def _read(self, raw: Mapping[str, Any]) -> Action:
        now = self._clock()
        try:
            return self._reader.read(raw, received_at=now)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the customer must be heard
            log.error(
                "telegram.update_unreadable", update_id=raw.get("update_id"), error=type(error).__name__
            )
            return self._reader.salvage(raw, received_at=now)

    async def _take_message(self, update_id: int, message: IncomingMessage) -> None:
        try:
            await self._ingest(message)
        except Exception as error:
            failures = self._count_failure(update_id)
            log.warning(
                "telegram.ingest_failed",
                update_id=update_id,
                failures=failures,
                error=type(error).__name__,
            )
            if failures < self._poison_after or not await self._is_poison(message):
                raise
            log.error("telegram.update_poisonous", update_id=update_id, external_id=message.external_id)
        self._failures.pop(update_id, None)

    def _count_failure(self, update_id: int) -> int:
        self._failures[update_id] = self._failures.pop(update_id, 0) + 1
        while len(self._failures) > REMEMBERED_FAILURES:
            del self._failures[next(iter(self._failures))]
        return self._failures[update_id]

    async def _is_poison(self, message: IncomingMessage) -> bool:
        """True if the store took a placeholder and right after it still refuses the message itself.

        Both are asked for because a store that is down refuses everything: giving up the customer's
        words then would lose them.
        """
        try:
            await self._ingest(self._stand_in(message))
        except Exception as error:  # noqa: BLE001 - any failure means the store is down, not the message bad
            log.info("telegram.store_down", error=type(error).__name__)
            return False
        try:
            await self._ingest(message)
        except Exception as error:  # noqa: BLE001 - the answer to the question
            log.info("telegram.message_refused", external_id=message.external_id, error=type(error).__name__)
            return True
        return False

    def _stand_in(self, message: IncomingMessage) -> IncomingMessage:
        language = self._reader.default_language
        return replace(
            message,
            external_id=f"unreadable:{message.external_id}",
            sender=replace(message.sender, name="", language=""),
            kind=MessageKind.OTHER,
            text=placeholder(self._reader.say(OTHER, language)),
            button="",
            location=None,
            contact=None,
            attachments=(),
        )
