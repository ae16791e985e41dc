"""How long understanding and deciding one message takes, part by part.

`python -m benchmarks.decide_bench [FILE]` reads the column `text` of a CSV file (default: the phrases of
`bot/weights`) one message after another, as an idle worker would. Rasa is the running one (RASA_URL, or the
deployment's); without it its lines are left out. Hold BLAS to one core: OMP_NUM_THREADS=1. Beside the time
that passes stands the processor's, all threads of this process together: a busy machine does not lengthen it.
"""

from __future__ import annotations

import asyncio
import csv
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles

import aiohttp

from bot.ask import Asker, build_asker
from bot.conversation import SKILLS
from bot.decide import decide
from core.clock import utc_now
from core.config import ROOT, load_config, read_environment, resolve
from core.logging import configure_logging
from nlu.compose import (
    build_offline_parser,
    build_rasa_client,
    build_scorer,
    build_understander,
    running_rasa,
)
from nlu.ports import Parser
from nlu.understand import Understander

WARM_UP = 20
"""Messages read before the clock counts."""

Times = dict[str, list[tuple[float, float]]]
"""Milliseconds that passed and that the processor worked, by the part's name."""


async def measure(texts: list[str]) -> Times:
    """Time of each part."""
    environment = read_environment()
    config = load_config(environment.config_path)
    times: Times = defaultdict(list)
    async with AsyncExitStack() as stack:
        asker = await build_asker(stack, config, environment, resolve(config.knowledge_base.articles))
        alone = replace(asker, understander=_offline(config.nlu.emotion_threshold))
        offline = build_offline_parser()
        scorer = build_scorer(threshold=config.nlu.emotion_threshold, encoder="offline")
        session = await stack.enter_async_context(aiohttp.ClientSession())
        address = running_rasa(environment)
        rasa = build_rasa_client(address, session=session, timeout_s=5.0) if address else None
        for at, text in enumerate(texts):
            kept = times if at >= WARM_UP else defaultdict(list)
            await _one(text, alone, offline, kept)
            with _clock(kept, "emotion"):
                scorer.score(text)
            if rasa is not None:
                with _clock(kept, "Rasa over HTTP"):
                    await rasa.parse(text)
                with _clock(kept, "all, with Rasa"):
                    await _decided(asker, text)
    return times


def _offline(emotion_threshold: float) -> Understander:
    return build_understander(
        rasa=None,
        fallback=build_offline_parser(),
        emotion_threshold=emotion_threshold,
        max_chars=1000,
        encoder="offline",
    )


async def _one(text: str, asker: Asker, offline: Parser, times: Times) -> None:
    with _clock(times, "offline parse"):
        await offline.parse(text)
    with _clock(times, "encode and search"):
        await asker.knowledge.search(text, language="ru", now=utc_now())
    reading = await asker.read(text)
    limits = replace(asker.limits, article=reading.solved_threshold)
    with _clock(times, "decide"):
        decide(reading.signals, limits, SKILLS)
    with _clock(times, "all, without Rasa"):
        await _decided(asker, text)


async def _decided(asker: Asker, text: str) -> None:
    reading = await asker.read(text)
    decide(reading.signals, replace(asker.limits, article=reading.solved_threshold), SKILLS)


@contextmanager
def _clock(times: Times, name: str) -> Iterator[None]:
    started, worked = time.perf_counter(), time.process_time()
    yield
    passed = (time.perf_counter() - started) * 1000
    times[name].append((passed, (time.process_time() - worked) * 1000))


def main() -> int:
    """Measure and print the median and the 95th percentile of each part."""
    configure_logging("error", json=False)
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "bot" / "weights" / "phrases.csv"
    with file.open(encoding="utf-8", newline="") as opened:
        texts = [row["text"] for row in csv.DictReader(opened)]
    times = asyncio.run(measure(texts))
    print(f"{len(texts) - WARM_UP} messages; milliseconds: median, 95%, median of the processor's")  # noqa: T201
    for name, each in times.items():
        passed, worked = zip(*each, strict=True)
        print(f"{name:18} {median(passed):7.2f} {quantiles(passed, n=20)[-1]:7.2f} {median(worked):7.2f}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
