"""The durability run as a command: kills and pauses processes under traffic, then checks what came of it.

`python -m scripts.durability_run --minutes 10 --chats 60 --rate 8 --seed 3`
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.acceptance.durability import Plan, run


def main(argv: list[str] | None = None) -> int:
    """Run once and print the summary; the exit code is 1 when the checker found a fault."""
    parser = argparse.ArgumentParser(prog="python -m scripts.durability_run", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="of traffic; default 1")
    parser.add_argument("--chats", type=int, default=24, help="customers who write at once; default 24")
    parser.add_argument("--rate", type=float, default=4.0, help="messages a second over all; default 4")
    parser.add_argument("--workers", type=int, default=2, help="worker processes; default 2")
    parser.add_argument("--channels", type=int, default=2, help="channel processes; default 2")
    parser.add_argument("--seed", type=int, default=1, help="of traffic and chaos; default 1")
    parser.add_argument(
        "--folder", type=Path, default=None, help="kept afterwards; default: a new one in /tmp"
    )
    parser.add_argument("--summary", type=Path, default=None, help="file for the summary too")
    chosen = parser.parse_args(argv)
    folder = chosen.folder or Path(tempfile.mkdtemp(prefix="duet-durability-"))
    folder.mkdir(parents=True, exist_ok=True)
    plan = Plan(
        traffic_s=chosen.minutes * 60,
        chats=chosen.chats,
        messages_per_s=chosen.rate,
        workers=chosen.workers,
        channels=chosen.channels,
        seed=chosen.seed,
    )
    result = asyncio.run(run(folder, plan))
    summary = f"{plan}\n{result}\nlogs and data: {folder}"
    print(summary)
    if chosen.summary is not None:
        chosen.summary.write_text(summary + "\n", "utf-8")
    return 1 if result.report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
