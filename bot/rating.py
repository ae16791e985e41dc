"""Ratings as they come in: taken out of the inbox before anything could open or touch a conversation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.codec import load_message
from bot.inbox import Lease
from bot.ports import Says
from bot.types import IncomingMessage, MessageKind
from bot.write import customer_turn
from core.errors import Unavailable
from core.logging import get_logger
from core.records import PRIORITY_NOTICE, dump, new_id, outgoing
from core.redis import Scripts
from core.settings import Settings
from handoff.ratings.section import RATINGS, RatingSettings

_log = get_logger("ratings")
_SCRIPT = "bot/lua/rate.lua"
_VERBS = ("skip", "question")


@dataclass(frozen=True, slots=True)
class Said:
    """What a customer said of a conversation: `verb` is score, comment, skip or question."""

    verb: str
    conversation: str
    score: int = 0
    comment: str = ""


class RatingIntake:
    """Handles what belongs to a rating; all else is left for the conversation."""

    def __init__(self, *, scripts: Scripts, settings: Settings, texts: Says) -> None:
        """`texts` has the words on buttons; the rest is in the settings."""
        self._scripts = scripts
        self._settings = settings
        self._texts = texts

    async def settle(self, lease: Lease) -> bool:
        """Take the first message of an inbox if it rates; False if it does not.

        Raises:
            core.errors.Unavailable: the live record does not answer.
        """
        keys = self._scripts.keys
        async with self._scripts.redis.pipeline(transaction=False) as pipe:
            pipe.lindex(keys("inbox", ref=lease.ref), 0)
            pipe.hgetall(keys("rating", ref=lease.ref))
            head, asked = await pipe.execute()
        head_id, _, body = str(head or "").partition("|")
        if not ('"rate:' in body or "comment_until" in asked):
            return False
        message = _readable(body)
        said = None if message is None else read(message, asked)
        return (
            message is not None
            and said is not None
            and await self._write(lease, head_id, message, said, asked)
        )

    async def _write(
        self, lease: Lease, head_id: str, message: IncomingMessage, said: Said, asked: Mapping[str, str]
    ) -> bool:
        settings = await self._known()
        language = asked.get("language") or message.sender.language[:2]
        low = said.verb == "score" and said.score <= settings.low
        plain, asking = self._replies(said, low, settings, language)
        late = self._entry(self._texts.say("rating.late", language), language)
        answer = await self._scripts.run(
            _SCRIPT, lease.ref, lease.token, head_id, said.verb, said.conversation, said.score, said.comment,
            customer_turn(message, head_id, "rated")[1], plain, asking, late, settings.comment_min * 60_000,
            settings.call_back_min * 60_000 if low else "", new_id("m"), "",
        )  # fmt: skip
        _log.info("rating.taken", message=head_id, verb=said.verb, outcome=answer[0])
        return answer[0] in ("rated", "late")

    async def _known(self) -> RatingSettings:
        try:
            return await self._settings.get(RATINGS)
        except Unavailable:
            return RATINGS.default  # the archive is away; the score must not wait for it

    def _replies(self, said: Said, low: bool, settings: RatingSettings, language: str) -> tuple[str, str]:
        """What is said, and what is said if a comment is asked for."""
        words = settings.said(language)
        skip = (f"rate:{said.conversation}:skip", self._texts.say("rating.skip", language))
        question = (f"rate:{said.conversation}:question", self._texts.say("rating.question", language))
        match said.verb:
            case "score":
                thanks = words.low if low else words.thanks
                return (
                    self._entry(thanks, language),
                    self._entry(f"{thanks}\n\n{words.comment}", language, skip),
                )
            case "comment":
                return self._entry(self._texts.say("rating.kept", language), language, question), ""
            case "skip":
                return self._entry(self._texts.say("rating.skipped", language), language), ""
        return "", ""

    def _entry(self, text: str, language: str, *buttons: tuple[str, str]) -> str:
        reply = {"text": text, "buttons": [{"id": id_, "text": words} for id_, words in buttons]}
        return dump(outgoing(new_id("o"), "system", reply, language=language, priority=PRIORITY_NOTICE))


def read(message: IncomingMessage, asked: Mapping[str, str]) -> Said | None:
    """What a message says of a conversation, or None.

    `asked` is what is known of the question asked in this chat. Words count as a comment only while one is
    awaited, and never where they ask something themselves.
    """
    if message.kind is MessageKind.BUTTON:
        head, _, rest = message.button.partition(":")
        return _pressed(rest) if head == "rate" else None
    if (
        message.kind is MessageKind.TEXT
        and "comment_until" in asked
        and not message.text.rstrip().endswith("?")
    ):
        return Said("comment", asked["conversation"], comment=message.text)
    return None


def _pressed(rest: str) -> Said:
    conversation, _, what = rest.partition(":")
    if what in _VERBS:
        return Said(what, conversation)
    if what.isdecimal() and 1 <= int(what) <= 5:
        return Said("score", conversation, score=int(what))
    return Said("skip", "")  # a button we never offered: told that it is too late


def _readable(body: str) -> IncomingMessage | None:
    try:
        return load_message(body)
    except ValueError:
        return None  # the worker hands it to a person
