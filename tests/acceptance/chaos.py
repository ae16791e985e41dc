"""Kills and pauses processes while they work, and has the vendor misbehave."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.acceptance.people import Telegram
from tests.acceptance.programs import Program, pause

VENDOR_FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "retry_after", "retry_after_s": 1},
    {"kind": "server_error"},
    {"kind": "gateway_error", "taken": False},
    {"kind": "drop", "taken": True},
    {"kind": "drop", "taken": False},
    {"kind": "hang", "taken": True},
    {"kind": "blocked"},
)


@dataclass
class Chaos:
    """Picks a victim every few seconds.

    Args:
        pause_s: Shortest and longest time a process is frozen; both exceed a lease.
        every_s: Shortest and longest time between two deeds.
    """

    victims: Sequence[Program]
    telegram: Telegram
    dice: random.Random
    pause_s: tuple[float, float]
    every_s: tuple[float, float]
    deeds: Counter[str] = field(default_factory=Counter)

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until `stop`; at the end every process runs."""
        frozen: set[asyncio.Task[None]] = set()
        turns = 0
        while not stop.is_set():
            await pause(stop, self.dice.uniform(*self.every_s))
            if stop.is_set():
                break
            victim = self.victims[turns % len(self.victims)]
            if turns // len(self.victims) % 2 == 0:
                task = asyncio.create_task(self._freeze(victim))
                frozen.add(task)
                task.add_done_callback(frozen.discard)
            else:
                self._kill(victim)
            turns += 1
            await self.telegram.ask("POST", "/control/fault", json=self.dice.choice(VENDOR_FAULTS))
            self.deeds["vendor faults"] += 1
        if frozen:
            await asyncio.gather(*frozen)

    def _kill(self, victim: Program) -> None:
        """Killed, sometimes while frozen, and started again at once."""
        victim.kill()
        victim.start()
        self.deeds[f"kills of {_role(victim)}"] += 1

    async def _freeze(self, victim: Program) -> None:
        victim.pause()
        self.deeds[f"pauses of {_role(victim)}"] += 1
        await asyncio.sleep(self.dice.uniform(*self.pause_s))
        victim.resume()


def _role(program: Program) -> str:
    return program.name.rstrip("0123456789-")
