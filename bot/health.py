"""What is up, for `/healthz` and the pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Status = Literal["ok", "starting", "degraded", "down", "off"]

Check = Callable[[], Awaitable["Part"]]


@dataclass(frozen=True, slots=True)
class Part:
    """State of one part; `off` is one this deployment does not use, `detail` a sentence for people.

    `more` are values of the part itself, for its own line of the answer.
    """

    status: Status
    detail: str = ""
    more: Mapping[str, object] = field(default_factory=dict)


REQUIRED = ("redis",)
"""Without these no message can be taken."""


def overall(parts: Mapping[str, Part]) -> tuple[str, bool]:
    """The word for all, and whether messages can be taken.

    A message is safe once Redis has it; everything else makes answers poorer or later, not messages lost.
    """
    takes = all(parts[name].status == "ok" for name in REQUIRED if name in parts)
    states = {part.status for part in parts.values()}
    if not takes:
        return ("starting" if parts["redis"].status == "starting" else "degraded"), False
    if "down" in states or "degraded" in states:
        return "degraded", True
    return ("starting" if "starting" in states else "ok"), True


class Health:
    """Asks every part how it is."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        """`checks` by the name of the part."""
        self._checks = dict(checks)

    async def parts(self) -> dict[str, Part]:
        """How each part is."""
        return {name: await check() for name, check in self._checks.items()}

    async def report(self) -> tuple[dict[str, object], bool]:
        """The body of `/healthz`, and whether messages can be taken."""
        parts = await self.parts()
        word, takes = overall(parts)
        body: dict[str, object] = {
            "status": word,
            "parts": {name: _told(part) for name, part in parts.items()},
        }
        return body, takes


def _told(part: Part) -> dict[str, object]:
    detail = {"detail": part.detail} if part.detail else {}
    return {"status": part.status, **detail, **part.more}
