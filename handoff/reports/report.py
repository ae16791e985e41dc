"""A whole report: facts read once, every table made from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from handoff.reports.figures import (
    days_table,
    hours_table,
    precision_table,
    ratings_table,
    reasons_table,
    summary,
    times_table,
    topic_days_table,
    topics_table,
    work_table,
)
from handoff.reports.reading import Archive, Facts
from handoff.reports.types import Narrowed, NoRatings, Period, Rating, Ratings, Table, Value


@dataclass(frozen=True, slots=True)
class Report:
    """`target` is the share of conversations the bot should end alone.

    `choices`: what the period could be narrowed to, as value and name, by filter.
    """

    period: Period
    narrowed: Narrowed
    target: float
    summary: Mapping[str, Value]
    tables: Mapping[str, Table]
    choices: Mapping[str, Sequence[tuple[str, str]]]


class Reports:
    """Makes reports from the archive alone, so they are whole right after a restart."""

    def __init__(self, archive: Archive, *, target: float, ratings: Ratings | None = None) -> None:
        """`target` in [0, 1]; without `ratings` nobody was asked for any."""
        self._archive = archive
        self._target = target
        self._ratings = ratings or NoRatings()

    async def report(self, period: Period, narrowed: Narrowed, now: datetime) -> Report:
        """All tables of a period.

        Raises:
            core.errors.Unavailable: the database does not answer.
        """
        facts = await self._archive.facts(period, narrowed, round(now.timestamp() * 1000))
        given = await self._ratings.between(period.since_ms, period.until_ms)
        ratings = [each for each in given if _fits(each, narrowed)]
        facts.work.rate(ratings)
        return Report(
            period=period,
            narrowed=narrowed,
            target=self._target,
            summary=summary(facts),
            tables={each.name: each for each in _tables(facts, period, ratings)},
            choices=facts.choices,
        )


def _tables(facts: Facts, period: Period, ratings: Sequence[Rating]) -> Sequence[Table]:
    work = facts.work
    return (
        days_table(facts, period),
        precision_table(facts),
        reasons_table(facts),
        times_table(work.everything),
        work_table("channels", "channel", work.by["channel"], {}),
        work_table("groups", "group", work.by["group"], {}),
        work_table("operators", "operator", work.by["operator"], facts.names),
        hours_table(facts, period),
        topics_table(facts),
        topic_days_table(facts, period),
        ratings_table(ratings),
    )


def _fits(rating: Rating, narrowed: Narrowed) -> bool:
    return (
        narrowed.channel in ("", rating.channel)
        and narrowed.group in ("", rating.group)
        and narrowed.operator in ("", rating.operator)
    )
