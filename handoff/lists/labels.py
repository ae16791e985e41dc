"""Tags that are offered; people may write others. Topics are those of closing, in `handoff.tools.closing`."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from core.settings import Section

MOST_TAGS = 20
"""Tags a conversation may have: more than that tell nothing apart."""
MAX_CHARS = 40


class Labels(BaseModel):
    """Tags offered first."""

    model_config = ConfigDict(frozen=True)

    tags: tuple[Annotated[str, Field(min_length=1, max_length=MAX_CHARS)], ...] = ()

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
    ),
)
