"""Request bodies, checked at the edge."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from core.web.bodies import Body, Text, read_body
from core.web.problems import Problem

__all__ = ["read_body"]

MAX_TEXT_CHARS = 4096
"""Telegram's limit for one message, and so ours."""


class Login(Body):
    """Signing in."""

    name: Annotated[Text, Field(max_length=200)]
    password: Annotated[Text, Field(max_length=1000)]
    code: Annotated[Text, Field(max_length=40)] = ""


class AnswersBody(Body):
    """A customer's message (id of its turn) that an article answers."""

    turn: Annotated[Text, Field(max_length=40)]
    article: Annotated[Text, Field(max_length=120)]


class ReplyBody(Body):
    """What an operator writes; `client_id` makes a repeat harmless, `answers` tells what it teaches."""

    text: Text
    client_id: Annotated[Text, Field(max_length=80)] = ""
    answers: AnswersBody | None = None


class ResendBody(Body):
    """The reply to send once more."""

    out_id: Annotated[Text, Field(max_length=80)]


class CloseBody(Body):
    """Why a conversation ends, and what it was about."""

    reason: Annotated[Text, Field(max_length=200)] = "solved"
    topic: Annotated[Text, Field(max_length=40)] = ""


class VerdictBody(Body):
    """What an operator says of a turn: the bot was `right` or not, or which `article` answers it."""

    turn: Annotated[Text, Field(max_length=40)]
    right: bool | None = None
    article: Annotated[Text, Field(max_length=120)] | None = None


def checked_text(text: str) -> str:
    """The words of a reply without blanks around them.

    Raises:
        Problem: 422 if nothing is left or it is too long.
    """
    words = text.strip()
    if not words:
        raise Problem(422, "text_empty", "The reply is empty; write something.")
    if len(words) > MAX_TEXT_CHARS:
        raise Problem(
            422,
            "text_too_long",
            f"The reply has {len(words)} characters; shorten it to {MAX_TEXT_CHARS} or send it in parts.",
            limit=MAX_TEXT_CHARS,
        )
    return words
