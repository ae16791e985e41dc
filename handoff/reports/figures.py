"""From facts to tables: pure, the same whichever database they came from."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import sqrt

from handoff.reports.reading import Asked, Facts
from handoff.reports.types import MEASURES, Column, Period, Rating, Table, Value
from handoff.reports.work import QUARTER_MS, Work, share_of

TOPICS_SHOWN = 40
"""Topics beyond the most frequent ones say little and would make the page long."""


def wilson(right: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """Bounds in [0, 1] of a share seen `right` times in `n`, at 95% (Wilson 1927, JASA 22:209)."""
    if not n:
        return 0.0, 1.0
    share, bend = right / n, z * z / n
    middle = (share + bend / 2) / (1 + bend)
    half = z * sqrt(share * (1 - share) / n + bend / (4 * n)) / (1 + bend)
    return max(middle - half, 0.0), min(middle + half, 1.0)


_WORK = (
    Column("tickets", "count"), Column("kept", "share"), Column("take_median", "seconds"),
    Column("take_p90", "seconds"),
    Column("answer_median", "seconds"), Column("answer_p90", "seconds"), Column("person_median", "seconds"),
    Column("person_p90", "seconds"), Column("replies_median", "number"), Column("replies_p90", "number"),
    Column("ratings", "count"), Column("score", "number"),
)  # fmt: skip


def work_table(name: str, kind: str, found: Mapping[str, Work], names: Mapping[str, str]) -> Table:
    """A line for each, those with most tickets first; operators by the name others know them under."""
    rows = []
    for key, work in sorted(found.items(), key=lambda pair: (-pair[1].tickets, pair[0])):
        spread = [
            value
            for measure in ("take", "answer", "person", "replies")
            for value in work.at(measure, 0.5, 0.9)
        ]
        score = round(sum(work.scores) / len(work.scores), 2) if work.scores else None
        shown = names.get(key, key)
        rows.append((shown, work.tickets, _round(work.kept_share), *spread, len(work.scores), score))
    return Table(name, (Column(kind, kind), *_WORK), tuple(rows))


def days_table(facts: Facts, period: Period) -> Table:
    """Conversations by day and channel and who had them; days without any are there too."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for each in facts.begun:
        counts[_day(period, each.quarter), each.channel, each.by] += each.n
    channels = sorted({channel for _, channel, _ in counts})
    rows = []
    for day in (each.isoformat() for each in period.days):
        for channel in channels:
            bot, people, nobody = (counts[day, channel, by] for by in ("bot", "people", "nobody"))
            share = _round(share_of(bot, bot + people))
            rows.append((day, channel, bot + people + nobody, bot, people, nobody, share))
    columns = (
        Column("day", "day"), Column("channel", "channel"), Column("conversations", "count"),
        Column("bot", "count"), Column("people", "count"), Column("nobody", "count"),
        Column("share", "share"),
    )  # fmt: skip
    return Table("days", columns, tuple(rows))


def precision_table(facts: Facts) -> Table:
    """How often an answer of the bot was right, for each who said so apart, with 95% bounds."""
    said: dict[str, Counter[bool]] = defaultdict(Counter)
    for each in facts.judged:
        said[each.source][each.right] += each.n
    rows = []
    for source in ("operator", "customer", "review"):
        right, n = said[source][True], said[source].total()
        low, high = wilson(right, n)
        bounds = (_round(share_of(right, n)), _round(low), _round(high)) if n else (None, None, None)
        rows.append((source, n, right, *bounds))
    columns = (
        Column("source", "source"), Column("judged", "count"), Column("right", "count"),
        Column("precision", "share"), Column("low", "share"), Column("high", "share"),
    )  # fmt: skip
    return Table("precision", columns, tuple(rows))


def reasons_table(facts: Facts) -> Table:
    """Why conversations came to people."""
    counts = facts.work.reasons
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    rows = tuple((reason, n, _round(n / counts.total())) for reason, n in ordered)
    return Table(
        "reasons", (Column("reason", "reason"), Column("tickets", "count"), Column("share", "share")), rows
    )


def times_table(everything: Work) -> Table:
    """Every measure over all tickets."""
    rows = tuple((name, everything.n(name), *everything.at(name, 0.5, 0.9)) for name in MEASURES)
    columns = (
        Column("measure", "measure"), Column("n", "count"), Column("median", "seconds"),
        Column("p90", "seconds"),
    )  # fmt: skip
    return Table("times", columns, rows)


def hours_table(facts: Facts, period: Period) -> Table:
    """Load: conversations that began in each hour of the week, a mean over the period's such days."""
    began: Counter[tuple[int, int]] = Counter()
    for each in facts.begun:
        at = period.local(each.quarter * QUARTER_MS)
        began[at.weekday(), at.hour] += each.n
    handed: Counter[tuple[int, int]] = Counter()
    for quarter, count in facts.work.quarters.items():
        at = period.local(quarter * QUARTER_MS)
        handed[at.weekday(), at.hour] += count
    days = Counter(day.weekday() for day in period.days)
    rows = tuple(
        (weekday, hour, *(round(counts[weekday, hour] / days[weekday], 2) for counts in (began, handed)))
        for weekday in sorted(days)
        for hour in range(24)
    )
    columns = (
        Column("weekday", "weekday"), Column("hour", "hour"), Column("conversations", "number"),
        Column("tickets", "number"),
    )  # fmt: skip
    return Table("hours", columns, rows)


def topics_table(facts: Facts) -> Table:
    """What customers asked about, beside the same number of days before."""
    now, before = _by_topic(facts.asked), _by_topic(facts.asked_before)
    rows = tuple((topic, n, before[topic], n - before[topic]) for topic, n in _most(now))
    columns = (
        Column("topic", "topic"), Column("conversations", "count"), Column("before", "count"),
        Column("change", "change"),
    )  # fmt: skip
    return Table("topics", columns, rows)


def topic_days_table(facts: Facts, period: Period, shown: int = 6) -> Table:
    """The most frequent topics day by day."""
    counts: Counter[tuple[str, str]] = Counter()
    for each in facts.asked:
        counts[each.topic, _day(period, each.quarter)] += each.n
    most = [topic for topic, _ in _most(_by_topic(facts.asked))[:shown]]
    days = [day.isoformat() for day in period.days]
    rows = tuple((topic, day, counts[topic, day]) for topic in most for day in days)
    return Table(
        "topic_days", (Column("topic", "topic"), Column("day", "day"), Column("conversations", "count")), rows
    )


def _by_topic(asked: Iterable[Asked]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for each in asked:
        counts[each.topic] += each.n
    return counts


def _most(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:TOPICS_SHOWN]


def ratings_table(ratings: Sequence[Rating]) -> Table:
    """How many gave each score."""
    counts = Counter(rating.score for rating in ratings)
    rows = tuple(
        (score, counts[score], _round(share_of(counts[score], len(ratings)))) for score in (5, 4, 3, 2, 1)
    )
    return Table(
        "ratings", (Column("score", "count"), Column("given", "count"), Column("share", "share")), rows
    )


def _day(period: Period, quarter: int) -> str:
    return period.local(quarter * QUARTER_MS).date().isoformat()


def _round(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


def summary(facts: Facts) -> dict[str, Value]:
    """The few figures one looks at first."""
    by: Counter[str] = Counter()
    for each in facts.begun:
        by[each.by] += each.n
    everything = facts.work.everything
    take, answer = everything.at("take", 0.5, 0.9), everything.at("answer", 0.5, 0.9)
    return {
        "conversations": by.total(),
        "bot": by["bot"],
        "people": by["people"],
        "nobody": by["nobody"],
        "share": _round(share_of(by["bot"], by["bot"] + by["people"])),
        "tickets": everything.tickets,
        "take_median": take[0],
        "take_p90": take[1],
        "answer_median": answer[0],
        "answer_p90": answer[1],
        "kept": _round(everything.kept_share),
        "score": round(sum(everything.scores) / len(everything.scores), 2) if everything.scores else None,
    }
