"""What the health page is told about the channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "starting", "down", "off"]


@dataclass(frozen=True, slots=True)
class Health:
    """State of the account and one sentence for the administrator (never a token or an address with one)."""

    status: Status
    detail: str
