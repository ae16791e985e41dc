"""The groups a conversation or a request may go to, as far as these tools need them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Group:
    """A skill team with its name in both languages."""

    id: str
    ru: str
    en: str

    def name(self, language: str) -> str:
        """The name in a language; Russian where it is not known."""
        return self.en if language == "en" else self.ru


class Groups(Protocol):
    """The teams there are."""

    async def all(self) -> Sequence[Group]:
        """Every team, in order."""
        ...


class UsualGroups:
    """The teams a new deployment begins with."""

    _ALL = (
        Group("general", "Общие вопросы", "General"),
        Group("technical", "Техническая поддержка", "Technical"),
        Group("payments", "Платежи", "Payments"),
        Group("returns", "Возвраты", "Returns"),
        Group("vip", "VIP", "VIP"),
    )

    async def all(self) -> Sequence[Group]:
        """As `Groups.all`."""
        return self._ALL
