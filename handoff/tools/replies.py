"""Canned replies: shared ones that leads keep, and each operator's own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from core.settings import Section
from core.strict_yaml import load_yaml
from core.web.words import LANGUAGES

GIVEN: Mapping[str, tuple[str, str]] = {
    "customer": ("имя клиента", "customer's name"),
    "operator": ("ваше имя", "your name"),
    "company": ("название компании", "company's name"),
}
"""Variables the program fills, with what stands for one that is not known."""

_VARIABLE = re.compile(r"\{([a-z0-9_]{1,40})\}")
_DATA = Path(__file__).parent / "data" / "replies.yml"

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,40}$")]
VariableId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4096)]


class Both(BaseModel):
    """A name in both languages; one of them is enough."""

    model_config = ConfigDict(frozen=True)

    ru: Short = ""
    en: Short = ""

    @model_validator(mode="after")
    def _one_at_least(self) -> Both:
        if not self.ru and not self.en:
            raise PydanticCustomError("missing", "give it in one language at least")
        return self

    def of(self, language: str) -> str:
        """In a language, else in the other."""
        return (self.en or self.ru) if language == "en" else (self.ru or self.en)


class Variable(BaseModel):
    """What `{id}` stands for in replies of each language."""

    model_config = ConfigDict(frozen=True)

    id: VariableId
    ru: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    en: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""


class CannedReply(BaseModel):
    """Words to send, in one language or both."""

    model_config = ConfigDict(frozen=True)

    id: Id
    group: Both
    title: Both
    ru: Words = ""
    en: Words = ""

    @model_validator(mode="after")
    def _says_something(self) -> CannedReply:
        if not self.ru and not self.en:
            raise PydanticCustomError("missing", "write it in one language at least")
        return self

    def text(self, language: str) -> str:
        """The words in a language, else in the other."""
        return (self.en or self.ru) if language == "en" else (self.ru or self.en)


class Own(BaseModel):
    """One operator's replies."""

    model_config = ConfigDict(frozen=True)

    replies: Annotated[tuple[CannedReply, ...], Field(max_length=200)] = ()

    @model_validator(mode="after")
    def _told_apart(self) -> Own:
        if len({each.id for each in self.replies}) < len(self.replies):
            raise PydanticCustomError("twice", "two replies have one id")
        return self


class Shared(Own):
    """Everybody's replies, and the variables that all replies may use."""

    replies: Annotated[tuple[CannedReply, ...], Field(max_length=1000)] = ()
    variables: Annotated[tuple[Variable, ...], Field(max_length=50)] = ()


def shared_section() -> Section[Shared]:
    """What everybody has; shipped replies until somebody changes them."""
    return Section("replies", Shared, _shipped())


def own_section(operator: str) -> Section[Own]:
    """What one operator has; nothing until they write it."""
    return Section(f"replies.{operator}", Own, Own())


@cache
def _shipped() -> Shared:
    return Shared.model_validate(load_yaml(_DATA.read_text("utf-8")))


def unknown_variables(
    replies: Sequence[CannedReply], variables: Sequence[Variable]
) -> list[tuple[int, str, str]]:
    """Variables that nothing fills: place in the list, language, name."""
    known = {*GIVEN, *(each.id for each in variables)}
    return [
        (place, language, name)
        for place, reply in enumerate(replies)
        for language in LANGUAGES
        for name in _VARIABLE.findall(reply.ru if language == "ru" else reply.en)
        if name not in known
    ]


@dataclass(frozen=True, slots=True)
class Filled:
    """A reply ready to send; what could not be filled stands in it as ‹its name›."""

    id: str
    group: str
    title: str
    text: str
    own: bool


def filled(
    replies: Sequence[CannedReply],
    *,
    language: str,
    reader: str,
    values: Mapping[str, str],
    own: bool,
) -> list[Filled]:
    """Replies in the customer's `language`; group and title in that of who reads the list (`reader`)."""
    return [
        Filled(
            each.id,
            each.group.of(reader),
            each.title.of(reader),
            fill(each.text(language), values, reader),
            own,
        )
        for each in replies
    ]


def fill(text: str, values: Mapping[str, str], reader: str) -> str:
    """A text with its variables; one without a value is shown as ‹what belongs here›."""
    return _VARIABLE.sub(lambda found: values.get(found[1]) or _gap(found[1], reader), text)


def values_of(variables: Sequence[Variable], language: str) -> dict[str, str]:
    """What the variables of the settings stand for in a language, else in the other."""
    return {each.id: (each.en or each.ru) if language == "en" else (each.ru or each.en) for each in variables}


def _gap(name: str, reader: str) -> str:
    given = GIVEN.get(name)
    label = name if given is None else given[1 if reader == "en" else 0]
    return f"‹{label}›"
