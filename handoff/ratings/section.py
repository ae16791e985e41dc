"""What leads decide about ratings."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from core.settings import Section

Language = Literal["ru", "en"]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class RatingTexts(BaseModel):
    """What customers read: the question, thanks for a good and a low score, and the ask for a comment."""

    ask: Words
    thanks: Words
    low: Words
    comment: Words


class RatingSettings(BaseModel):
    """When customers are asked, and what comes of a low score.

    Attributes:
        on: Whether they are asked at all.
        delay_min: Minutes between the end of a conversation and the question; the question comes within
            half an hour or not at all.
        after_bot: Whether conversations that only the bot had are rated too.
        low: A score up to this makes a call-back task; 0: none does.
        call_back_min: Minutes in which that call-back is due.
        comment_min: Minutes in which the next message counts as the comment; 0: no comment is asked for.
    """

    on: bool = True
    delay_min: Annotated[int, Field(ge=0, le=25)] = 2
    after_bot: bool = True
    low: Annotated[int, Field(ge=0, le=4)] = 3
    call_back_min: Annotated[int, Field(ge=5, le=2880)] = 30
    comment_min: Annotated[int, Field(ge=0, le=60)] = 10
    texts: dict[Language, RatingTexts]

    def said(self, language: str) -> RatingTexts:
        """The texts in a language, Russian where there are none in it."""
        return self.texts["en" if language == "en" else "ru"]


RATINGS = Section(
    "ratings",
    RatingSettings,
    RatingSettings(
        texts={
            "ru": RatingTexts(
                ask="Оцените, пожалуйста, как мы вам помогли: от 1 (плохо) до 5 (отлично).",
                thanks="Спасибо за оценку!",
                low="Спасибо за честную оценку. Жаль, что так вышло: руководитель посмотрит этот разговор.",
                comment="Если хотите, напишите пару слов о том, что понравилось или нет.",
            ),
            "en": RatingTexts(
                ask="How did we do? Please rate us from 1 (poor) to 5 (excellent).",
                thanks="Thank you for your rating!",
                low="Thank you for being frank. We are sorry: a team lead will look at this conversation.",
                comment="If you like, write a few words about what was good or not.",
            ),
        }
    ),
)
