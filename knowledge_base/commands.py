"""What the commands that need the encoder do; loaded only when one of them runs."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from core.config import Config, Environment
from core.encoder import Encoder
from knowledge_base.base import Base
from knowledge_base.build import build_base
from knowledge_base.cache import cached_base
from knowledge_base.cases import read_cases, write_predictions
from knowledge_base.compose import encoder_of, folder_of, settings, store_of, verdicts_of
from knowledge_base.curve import svg, write_picture
from knowledge_base.evaluate import predict
from knowledge_base.metrics import Report, bins, curve, report
from knowledge_base.publish import publish_folder
from knowledge_base.text import language_of
from knowledge_base.types import SearchResult


def search(args: argparse.Namespace) -> int:
    """Print what a message finds."""
    config, environment = settings()
    text = " ".join(args.text)
    with encoder_of(config) as encoder:
        base = cached_base(
            folder_of(config, args.kb),
            encoder,
            environment.data / "cache",
            show,
            floor=config.knowledge_base.precision_floor,
        )
        result = base.search(
            text,
            encoder.encode_now([base.prepare(text)])[0],
            language=args.language or language_of(text, config.company.default_language),
            today=datetime.now(ZoneInfo(config.company.timezone)).date(),
            audience=args.audience,
            limit=args.limit,
        )
    _say(json.dumps(_told(result, text), ensure_ascii=False) if args.json else _table(result, base))
    return 0


def publish(args: argparse.Namespace) -> int:
    """Build a folder's base, store it and make it the active one."""
    config, environment = settings()
    folder = folder_of(config, args.kb)
    with encoder_of(config) as encoder:
        version = asyncio.run(_publish(folder, config, environment, encoder))
    _say(f"version {version} is active")
    return 0


async def _publish(folder: Path, config: Config, environment: Environment, encoder: Encoder) -> int:
    async with store_of(config, environment) as store:
        return await publish_folder(
            folder,
            store=store,
            encoder=encoder,
            now=datetime.now(UTC),
            floor=config.knowledge_base.precision_floor,
            progress=show,
            verdicts=verdicts_of(store),
            confidence=config.knowledge_base.confidence,
        )


def evaluate(args: argparse.Namespace) -> int:
    """Measure a folder on cases."""
    config, environment = settings()
    cases = read_cases(args.cases)
    labelled = read_cases(args.calibration) if args.calibration else []
    floor = config.knowledge_base.precision_floor
    with encoder_of(config) as encoder:
        base = (
            build_base(
                args.kb,
                encoder,
                show,
                floor=floor,
                labelled=[(case.text, case.expected or None) for case in labelled],
            )
            if labelled
            else cached_base(args.kb, encoder, environment.data / "cache", show, floor=floor)
        )
        today = datetime.now(ZoneInfo(config.company.timezone)).date()
        predictions = predict(base, cases, encoder, today=today, progress=show)
    found = report(predictions, base.estimate.threshold)
    if args.out:
        write_predictions(args.out, predictions)
    if args.plot:
        write_picture(args.plot, svg(curve(predictions), bins(predictions), found))
    _say(json.dumps(asdict(found)) if args.json else _figures(found, floor))
    return 0


def show(step: str, done: int, total: int) -> None:
    """Progress on stderr, one line that rewrites itself on a terminal."""
    tenth = max(total // 10, 1)
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{step} {done}/{total}" + ("\n" if done >= total else ""))
    elif done >= total or done % tenth < done - max(done - 64, 0):
        sys.stderr.write(f"{step} {done}/{total}\n")
    sys.stderr.flush()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _told(result: SearchResult, text: str) -> dict[str, object]:
    return {
        "text": text,
        "threshold": result.threshold,
        "hits": [
            {
                "article": hit.passage.article_id,
                "language": hit.passage.lang,
                "title": hit.title,
                "probability": round(hit.probability, 4),
                "score": round(hit.score, 4),
                "passage": hit.passage.text,
            }
            for hit in result.hits
        ],
    }


def _table(result: SearchResult, base: Base) -> str:
    lines = [f"threshold {result.threshold:.3f} (estimated from the base), {len(base.articles)} articles"]
    for hit in result.hits:
        mark = "*" if hit.probability >= result.threshold else " "
        lines.append(
            f"{mark} {hit.probability:.3f}  {hit.passage.article_id} ({hit.passage.lang})  {hit.title}"
        )
    return "\n".join(lines)


def _figures(found: Report, floor: float) -> str:
    def part(value: float | None) -> str:
        return "-" if value is None else f"{value:.3f}"

    threshold = "none meets the floor: nothing is answered" if found.threshold > 1 else part(found.threshold)
    lines = [
        f"cases                      {found.cases}, {found.in_scope} with an article",
        f"hit@1, hit@3               {part(found.hit1)}, {part(found.hit3)}",
        f"threshold (estimated)      {threshold}",
        f"answered, precision        {part(found.answered)}, {part(found.precision)} (floor {floor:.2f})",
        f"P@20                       {part(found.precision_at_20)}",
        f"share at >= .90, >= .95    {part(found.share_at_90)}, {part(found.share_at_95)}",
        f"expected calibration error {part(found.ece)}",
    ]
    return "\n".join(lines)
