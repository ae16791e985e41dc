"""What the commands that need the encoder do; loaded only when one of them runs."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from core.config import Config, Environment
from core.encoder import Encoder
from knowledge_base.base import Base
from knowledge_base.cache import cached_base
from knowledge_base.cases import Case, read_cases, write_predictions
from knowledge_base.compose import encoder_of, folder_of, phrases_of, settings, store_of, verdicts_of
from knowledge_base.curve import svg, write_picture
from knowledge_base.evaluate import labelled_base, predict
from knowledge_base.figures import figures
from knowledge_base.metrics import bins, curve, report, told
from knowledge_base.ports import BaseMeta
from knowledge_base.publish import publish_folder
from knowledge_base.text import language_of
from knowledge_base.threshold import Estimate
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
        version, meta, learned = asyncio.run(_publish(folder, config, environment, encoder))
    threshold = _threshold_told(Estimate(meta.threshold, 0.0, 0.0, kind=meta.kind))
    _say(f"version {version} is active" + (f", learned phrases: {learned}" if learned else ""))
    _say(f"threshold {threshold}")
    return 0


async def _publish(
    folder: Path, config: Config, environment: Environment, encoder: Encoder
) -> tuple[int, BaseMeta, int]:
    async with store_of(config, environment) as store, phrases_of(environment) as phrases:
        learned = await phrases.accepted()
        version = await publish_folder(
            folder,
            store=store,
            encoder=encoder,
            now=datetime.now(UTC),
            floor=config.knowledge_base.precision_floor,
            progress=show,
            learned=learned,
            verdicts=verdicts_of(store),
            confidence=config.knowledge_base.confidence,
        )
        return version, await store.meta(version), len(learned)


def evaluate(args: argparse.Namespace) -> int:
    """Measure a folder on cases."""
    config, environment = settings()
    cases = read_cases(args.cases)
    labelled = read_cases(args.calibration) if args.calibration else []
    floor, confidence = config.knowledge_base.precision_floor, config.knowledge_base.confidence
    today = datetime.now(ZoneInfo(config.company.timezone)).date()
    with encoder_of(config) as encoder:
        base = (
            labelled_base(
                args.kb, encoder, labelled, today=today, floor=floor, confidence=confidence, progress=show
            )
            if labelled
            else cached_base(args.kb, encoder, environment.data / "cache", show, floor=floor)
        )
        _warn_of_unknown([*cases, *labelled], base)
        predictions = predict(base, cases, encoder, today=today, progress=show)
    found = report(predictions, base.estimate, floor=floor, confidence=confidence)
    if args.out:
        write_predictions(args.out, predictions)
    if args.plot:
        write_picture(args.plot, svg(curve(predictions), bins(predictions), found, title=args.cases.stem))
    _say(json.dumps(told(found, predictions)) if args.json else figures(found, labelled=bool(labelled)))
    return 0


def _warn_of_unknown(cases: Sequence[Case], base: Base) -> None:
    """Say which expected articles customers cannot find: such a case can only be got wrong."""
    unknown = sorted({case.expected for case in cases if case.expected} - set(base.customer.ids))
    if unknown:
        more = f" and {len(unknown) - 3} more" if len(unknown) > 3 else ""
        sys.stderr.write(f"warning: no article for customers has the id {', '.join(unknown[:3])}{more}\n")


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
    lines = [f"threshold {_threshold_told(base.estimate)}, {len(base.articles)} articles"]
    for hit in result.hits:
        mark = "*" if hit.probability >= result.threshold else " "
        lines.append(
            f"{mark} {hit.probability:.3f}  {hit.passage.article_id} ({hit.passage.lang})  {hit.title}"
        )
    return "\n".join(lines)


def _threshold_told(estimate: Estimate) -> str:
    if estimate.threshold > 1:
        return "none meets the floor, nothing is answered"
    kind = "an estimate from the base" if estimate.kind == "estimate" else "a bound from verdicts"
    return f"{estimate.threshold:.3f} ({kind})"
