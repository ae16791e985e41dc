"""What leads decide about reports."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from core.settings import Section
from handoff.reports.rising import Limits


class ReportSettings(BaseModel):
    """`leaderboard`: whether the team sees its own figures; the rest is when a rising topic is told of."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    leaderboard: bool = True
    alerts: bool = True
    false_share: Annotated[float, Field(ge=0.0001, le=0.2)] = 0.01
    least: Annotated[int, Field(ge=1, le=10_000)] = 5
    rise: Annotated[float, Field(ge=1, le=100)] = 1.5

    @property
    def limits(self) -> Limits:
        """In the test's own terms."""
        return Limits(self.false_share, self.least, self.rise)


REPORTS = Section("reports", ReportSettings, ReportSettings())
