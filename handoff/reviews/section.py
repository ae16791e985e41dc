"""What leads look at when they review a conversation."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints, model_validator

from core.settings import Section

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
CriterionId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,40}$")]


class Criterion(BaseModel):
    """One thing to look at. `weight` is its share of the total; missing a `critical` one makes that 0."""

    id: CriterionId
    ru: Words
    en: Words
    weight: Annotated[int, Field(ge=1, le=100)]
    critical: bool = False


class ReviewSettings(BaseModel):
    """The list, in the order it is shown."""

    criteria: Annotated[list[Criterion], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _each_once(self) -> ReviewSettings:
        ids = [each.id for each in self.criteria]
        if len(set(ids)) != len(ids):
            raise ValueError("each criterion needs an id of its own")
        return self


def _criterion(id_: str, weight: int, ru: str, en: str, *, critical: bool = False) -> Criterion:
    return Criterion(id=id_, ru=ru, en=en, weight=weight, critical=critical)


REVIEWS = Section(
    "reviews",
    ReviewSettings,
    ReviewSettings(
        criteria=[
            _criterion("contact", 5, "Поздоровался и представился", "Greeted and gave a name"),
            _criterion("question", 15, "Выяснил, что нужно клиенту", "Found out what the customer needs"),
            _criterion(
                "right", 25, "Ответ верный и полный", "The answer is right and complete", critical=True
            ),
            _criterion(
                "solved", 15, "Решил вопрос или назвал следующий шаг", "Solved it or named the next step"
            ),
            _criterion("polite", 15, "Вежлив и уважителен", "Polite and respectful", critical=True),
            _criterion("clear", 10, "Пишет ясно и без ошибок", "Writes clearly and without mistakes"),
            _criterion(
                "waiting", 10, "Не заставил ждать без предупреждения", "Let nobody wait without a word"
            ),
            _criterion(
                "privacy", 5, "Не раскрыл и не запросил лишних данных",
                "Neither told nor asked for data without need", critical=True,
            ),
        ]
    ),
)  # fmt: skip
