"""Why conversations end and what they were about: the lists people choose from, and what is required."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Protocol

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

from core.settings import Section, Settings
from core.web.problems import Problem

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]


class Choice(BaseModel):
    """One entry of a list, in both languages; `active` ones are offered."""

    model_config = ConfigDict(frozen=True)

    id: Id
    ru: Name
    en: Name
    active: bool = True


class Closing(BaseModel):
    """What is asked when a conversation is closed.

    For `reopen_h` hours after closing, up to 24 (so long the live record keeps a ticket), a customer who
    writes again gets the same person, and that person may go on by themselves; 0 switches both off.
    """

    model_config = ConfigDict(frozen=True)

    reasons: Annotated[tuple[Choice, ...], Field(min_length=1, max_length=40)]
    topics: Annotated[tuple[Choice, ...], Field(max_length=200)]
    topic_required: bool = False
    reopen_h: Annotated[float, Field(ge=0, le=24)] = 4

    @field_validator("reasons", "topics")
    @classmethod
    def _told_apart(cls, value: tuple[Choice, ...]) -> tuple[Choice, ...]:
        if len({choice.id for choice in value}) < len(value):
            raise PydanticCustomError("twice", "two entries have one id")
        return value


def _choices(*rows: tuple[str, str, str]) -> tuple[Choice, ...]:
    return tuple(Choice(id=row[0], ru=row[1], en=row[2]) for row in rows)


CLOSING = Section(
    "topics",
    Closing,
    Closing(
        reasons=_choices(
            ("solved", "Решено", "Solved"),
            ("explained", "Разъяснили", "Explained"),
            ("passed", "Передано в другой отдел", "Passed to another department"),
            ("no_answer", "Клиент не отвечает", "The customer does not answer"),
            ("duplicate", "Повтор другого разговора", "Repeats another conversation"),
            ("spam", "Спам", "Spam"),
        ),
        topics=_choices(
            ("delivery", "Доставка", "Delivery"),
            ("order", "Состав и изменение заказа", "What is in an order, changing it"),
            ("returns", "Возврат и обмен", "Returns and exchange"),
            ("payment", "Оплата и чек", "Payment and receipt"),
            ("loyalty", "Карта и баллы", "Card and points"),
            ("stores", "Магазины", "Stores"),
            ("quality", "Качество товара", "Quality of goods"),
            ("app", "Приложение и сайт", "App and site"),
            ("staff", "Работа сотрудников", "Work of the staff"),
            ("other", "Другое", "Something else"),
        ),
    ),
)


class CloseRules(Protocol):
    """What a closing must hold."""

    async def checked(self, reason: str, topic: str) -> float:
        """Seconds in which the conversation may be reopened.

        Raises:
            Problem: 422 if a topic is missing, or reason or topic are not in the lists.
        """
        ...


class NoRules:
    """Any reason and topic; nothing is reopened."""

    async def checked(self, reason: str, topic: str) -> float:
        """As `CloseRules.checked`."""
        return 0.0


class SettledRules:
    """The rules leads settled."""

    def __init__(self, settings: Settings) -> None:
        """`settings` hold the section `topics`."""
        self._settings = settings

    async def checked(self, reason: str, topic: str) -> float:
        """As `CloseRules.checked`."""
        closing = await self._settings.get(CLOSING)
        if not topic and closing.topic_required:
            raise Problem(422, "topic_missing", "Choose what the conversation was about.", field="topic")
        _known(reason, closing.reasons, "reason")
        if topic:
            _known(topic, closing.topics, "topic")
        return closing.reopen_h * 3600


def _known(value: str, choices: Sequence[Choice], field: str) -> None:
    if value not in {choice.id for choice in choices if choice.active}:
        raise Problem(422, "unknown_choice", f"Change {field}: choose one from the list.", field=field)
