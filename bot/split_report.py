"""What the governor and the verdicts have come to, for the health page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from redis.asyncio import Redis

from bot.health import Part
from bot.moves import Move, Moves
from bot.texts import LANGUAGES, Texts
from core.keys import Keys

SHOWN = 10
"""Moves the health page shows."""


@dataclass(frozen=True, slots=True)
class SplitReport:
    """The split as it is now.

    Attributes:
        share: Share of the latest `counted` conversations that stayed with the bot.
        target, tolerance: The band it should lie in.
        threshold: In force; above 1: nothing is answered. None before the first look.
        floor_threshold: The least the precision floor allows.
        kind: `estimate`, `bound`, `raised` by verdicts, or empty before a base is served.
        verdicts, errors: Operators' and reviewers' verdicts on answers, and the wrong ones.
        missing: Further verdicts without an error until a bound; 0 where there is one.
        moves: The latest, newest first.
    """

    share: float
    counted: int
    target: float
    tolerance: float
    threshold: float | None
    floor_threshold: float | None
    kind: str
    verdicts: int
    errors: int
    missing: int
    moves: tuple[Move, ...]


async def read_split(redis: Redis, keys: Keys, *, target: float, tolerance: float) -> SplitReport:
    """Read it.

    Raises:
        redis.exceptions.RedisError: Redis does not answer.
    """
    split, floor = await _hash(redis, keys("split")), await _hash(redis, keys("floor"))
    return SplitReport(
        share=float(split.get("share", 0.0)),
        counted=int(split.get("counted", 0)),
        target=target,
        tolerance=tolerance,
        threshold=_number(split, "threshold"),
        floor_threshold=_number(floor, "threshold"),
        kind=floor.get("kind", ""),
        verdicts=int(floor.get("verdicts", 0)),
        errors=int(floor.get("errors", 0)),
        missing=int(floor.get("missing", 0)),
        moves=tuple(await Moves(redis=redis, key=keys("split_moves")).latest(SHOWN)),
    )


def split_part(report: SplitReport, texts: Texts) -> Part:
    """The line of `/healthz`: numbers, and the same as sentences in every language."""
    silent = report.floor_threshold is not None and report.floor_threshold > 1
    more = {**asdict(report), "moves": [_move(move, texts) for move in report.moves]}
    more["told"] = {language: sentences(report, texts, language) for language in LANGUAGES}
    return Part("degraded" if silent else "ok", " ".join(sentences(report, texts, "en")), more)


def sentences(report: SplitReport, texts: Texts, language: str) -> list[str]:
    """Share, threshold and what it rests on."""
    told = [
        texts.say(
            "health.split_share", language, share=_percent(report.share), counted=report.counted,
            low=_percent(report.target - report.tolerance), high=_percent(report.target + report.tolerance),
        )
    ]  # fmt: skip
    if report.floor_threshold is None:
        return told
    if report.floor_threshold > 1:
        told.append(texts.say("health.split_nothing", language))
    else:
        told.append(
            texts.say(
                "health.split_threshold", language,
                threshold=_probability(report.threshold, report.floor_threshold),
                floor=_probability(report.floor_threshold),
            )
        )  # fmt: skip
    told.append(texts.say(f"health.kind_{report.kind}", language))
    told.append(
        texts.say("health.verdicts", language, verdicts=report.verdicts, errors=report.errors)
        if report.missing == 0
        else texts.say(
            "health.verdicts_missing", language, verdicts=report.verdicts, errors=report.errors,
            missing=report.missing,
        )
    )  # fmt: skip
    return told


def move_sentence(move: Move, texts: Texts, language: str) -> str:
    """One move in words."""
    return texts.say(
        f"health.move_{move.reason}", language, before=_probability(move.before),
        after=_probability(move.after), share=_percent(move.share or 0.0), counted=move.counted,
    )  # fmt: skip


def move_time(move: Move) -> datetime:
    """When it was; aware, UTC."""
    return datetime.fromtimestamp(move.at_ms / 1000, UTC)


def _move(move: Move, texts: Texts) -> dict[str, object]:
    told = {language: move_sentence(move, texts, language) for language in LANGUAGES}
    values = asdict(move)
    del values["at_ms"]
    return {"at": move_time(move).isoformat(), **values, "told": told}


async def _hash(redis: Redis, key: str) -> dict[str, str]:
    return {str(name): str(value) for name, value in (await redis.hgetall(key)).items()}


def _number(stored: Mapping[str, str], name: str) -> float | None:
    return float(stored[name]) if stored.get(name) else None


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"


def _probability(value: float | None, least: float = 0.0) -> str:
    shown = max(value or 0.0, least)
    return "—" if shown > 1 else f"{shown:.3f}"
