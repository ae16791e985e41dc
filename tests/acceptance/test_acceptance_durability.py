"""Workers and channels are killed (-9) and paused under traffic; nothing is lost, doubled or out of turn."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.acceptance.durability import Plan, run

TRAFFIC_S = float(os.environ.get("DUET_DURABILITY_S") or 60)


@pytest.mark.timeout(TRAFFIC_S + 400)
async def test_every_accepted_message_has_one_outcome_whatever_is_killed_or_paused(tmp_path: Path) -> None:
    result = await run(tmp_path, Plan(traffic_s=TRAFFIC_S))
    print(result)  # noqa: T201 - the measured figures
    assert result.report.faults == ()
    assert set(result.exit_codes.values()) == {0}
    assert result.log["Traceback"] == 0
    assert not result.problems
    counts = result.report.counts
    # A run that exercised nothing proves nothing.
    assert counts["messages accepted"] == counts["messages written"] > TRAFFIC_S
    assert all(counts.get(f"outcome {name}") for name in ("answered", "handed_off", "relayed", "skill"))
    assert all(
        result.deeds.get(f"{deed} of {role}")
        for deed in ("kills", "pauses")
        for role in ("workers", "channels")
    )
    assert all(result.operators.get(deed) for deed in ("take", "join", "reply", "return", "close"))
