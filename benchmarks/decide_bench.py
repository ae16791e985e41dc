"""How long understanding and deciding one message takes, part by part.

`python -m benchmarks.decide_bench [FILE]` reads the column `text` of a CSV file (default: the phrases of
`bot/weights`) one message after another, as an idle worker would. Rasa is the running one (RASA_URL, or that of
the deployment); without it that line is left out. Hold BLAS to one core: OMP_NUM_THREADS=1.
"""

from __future__ import annotations

import asyncio
import csv
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
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

WARM_UP = 20
"""Messages read before the clock counts."""

Times = dict[str, list[float]]


async def measure(texts: list[str]) -> Times:
    """Milliseconds of each part, by its name."""
    environment = read_environment()
    config = load_config(environment.config_path)
    times: Times = defaultdict(list)
    async with AsyncExitStack() as stack:
        asker = await build_asker(stack, config, environment, resolve(config.knowledge_base.articles))
        alone = replace(asker, understander=_offline(config.nlu.emotion_threshold))
        offline = build_offline_parser()
        scorer = build_scorer(threshold=config.nlu.emotion_threshold)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        address = running_rasa(environment)
        rasa = build_rasa_client(address, session=session, timeout_s=5.0) if address else None
        for at, text in enumerate(texts):
            kept = times if at >= WARM_UP else defaultdict(list)
            await _one(text, alone, offline, kept)
            _clocked(kept, "emotion", lambda text=text: scorer.score(text))
            if rasa is not None:
                await _awaited(kept, "Rasa over HTTP", lambda text=text: rasa.parse(text))
                await _awaited(kept, "all, with Rasa", lambda text=text: _decided(asker, text))
    return times


def _offline(emotion_threshold: float):  # noqa: ANN202 - the builder's own type
    return build_understander(
        rasa=None, fallback=build_offline_parser(), emotion_threshold=emotion_threshold, max_chars=1000
    )


async def _one(text: str, asker: Asker, offline: Parser, times: Times) -> None:
    await _awaited(times, "offline parse", lambda: offline.parse(text))
    await _awaited(
        times, "encode and search", lambda: asker.knowledge.search(text, language="ru", now=utc_now())
    )
    reading = await asker.read(text)
    limits = replace(asker.limits, article=reading.solved_threshold)
    _clocked(times, "decide", lambda: decide(reading.signals, limits, SKILLS))
    await _awaited(times, "all, without Rasa", lambda: _decided(asker, text))


async def _decided(asker: Asker, text: str) -> None:
    reading = await asker.read(text)
    decide(reading.signals, replace(asker.limits, article=reading.solved_threshold), SKILLS)


def _clocked(times: Times, name: str, work: Callable[[], object]) -> None:
    started = time.perf_counter()
    work()
    times[name].append((time.perf_counter() - started) * 1000)


async def _awaited(times: Times, name: str, work: Callable[[], Awaitable[object]]) -> None:
    started = time.perf_counter()
    await work()
    times[name].append((time.perf_counter() - started) * 1000)


def main() -> int:
    """Measure and print the median and the 95th percentile of each part."""
    configure_logging("error", json=False)
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "bot" / "weights" / "phrases.csv"
    with file.open(encoding="utf-8", newline="") as opened:
        texts = [row["text"] for row in csv.DictReader(opened)]
    times = asyncio.run(measure(texts))
    print(f"{len(texts) - WARM_UP} messages; milliseconds, median and 95%")  # noqa: T201 - the command's result
    for name, each in times.items():
        print(f"{name:18} {median(each):7.2f} {quantiles(each, n=20)[-1]:7.2f}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
