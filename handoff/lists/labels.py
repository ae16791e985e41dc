"""Tags and topics that are offered; people may write others."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from core.settings import Section

MOST_TAGS = 20
"""Tags a conversation may have: more than that tell nothing apart."""
MAX_CHARS = 40


class Topic(BaseModel):
    """What a conversation was about: a stable id, and its name in both languages."""

    model_config = ConfigDict(frozen=True)

    id: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9_-]+$")]
    ru: Annotated[str, Field(min_length=1, max_length=60)]
    en: Annotated[str, Field(min_length=1, max_length=60)]


class Labels(BaseModel):
    """Tags offered first, and the topics."""

    model_config = ConfigDict(frozen=True)

    tags: tuple[Annotated[str, Field(min_length=1, max_length=MAX_CHARS)], ...] = ()
    topics: tuple[Topic, ...] = ()

    @field_validator("tags")
    @classmethod
    def _tidy(cls, tags: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(clean for tag in tags if (clean := clean_tag(tag))))


def clean_tag(text: str) -> str:
    """A tag as it is stored: lower case, single blanks, no control characters, 40 characters at most."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return re.sub(r"\s+", " ", plain).strip().lower()[:MAX_CHARS].rstrip()


LABELS: Section[Labels] = Section(
    "labels",
    Labels,
    Labels(
        tags=("повтор", "курьер", "возврат", "оплата", "качество", "благодарность", "ждёт звонка"),
        topics=(
            Topic(id="delivery", ru="Доставка", en="Delivery"),
            Topic(id="payment", ru="Оплата", en="Payment"),
            Topic(id="returns", ru="Возврат и обмен", en="Returns and exchange"),
            Topic(id="quality", ru="Качество товара", en="Product quality"),
            Topic(id="loyalty", ru="Карта и баллы", en="Card and points"),
            Topic(id="stores", ru="Магазины", en="Stores"),
            Topic(id="account", ru="Личный кабинет", en="Account"),
            Topic(id="other", ru="Другое", en="Other"),
        ),
    ),
)
