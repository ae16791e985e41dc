"""Buttons under the replies of skills."""

from __future__ import annotations

from bot.skills.contract import SkillRequest
from bot.texts import Texts
from bot.types import Button, MessageKind, Reply

PERSON = "person"
"""Id of the button that calls a person, in every reply of the bot."""


def person_button(texts: Texts, language: str) -> Button:
    """Talk to a person."""
    return Button(PERSON, texts.say("button.person", language))


def skill_button(texts: Texts, language: str, skill: str, choice: str) -> Button:
    """A choice of a skill; its words are `button.CHOICE`."""
    return Button(f"skill:{skill}:{choice}", texts.say(f"button.{choice}", language))


def pressed(request: SkillRequest, skill: str) -> str:
    """The choice of this skill a customer pressed, else empty."""
    prefix = f"skill:{skill}:"
    message = request.message
    if message.kind is MessageKind.BUTTON and message.button.startswith(prefix):
        return message.button.removeprefix(prefix)
    return ""


def with_person(texts: Texts, language: str, text: str) -> Reply:
    """A reply that offers a person."""
    return Reply(text, buttons=(person_button(texts, language),))
