"""The leaderboard: who keeps deadlines, who did most."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from handoff.reports.reading import Archive
from handoff.reports.types import Period


class Team:
    """What everybody at the desk may see of everybody's work."""

    def __init__(self, archive: Archive) -> None:
        """`archive` with the tickets."""
        self._archive = archive

    async def standing(self, period: Period, now: datetime, me: str) -> list[dict[str, Any]]:
        """A line for each who took a ticket: those who took most first; `me` marks one's own.

        Raises:
            core.errors.Unavailable: the database does not answer.
        """
        work, names = await self._archive.work(period, round(now.timestamp() * 1000))
        lines = [
            {
                "name": names.get(operator, operator),
                "me": operator == me,
                "tickets": done.tickets,
                "kept": done.kept,
                "missed": done.missed,
                "answer_median": done.at("answer", 0.5)[0],
                "replies": done.total("replies"),
            }
            for operator, done in work.by["operator"].items()
        ]
        return sorted(lines, key=lambda line: (-int(line["tickets"]), str(line["name"])))
