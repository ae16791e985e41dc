"""Two readings made one, places that stand alone, signs without a letter."""

from __future__ import annotations

import pytest

from nlu.agree import agreed
from nlu.compose import build_offline_parser
from nlu.ports import Odds, ParsedIntent
from nlu.short import place_alone, sign_intent


def reading(*odds: tuple[str, float]) -> ParsedIntent:
    intent, confidence = max(odds, key=lambda pair: pair[1])
    return ParsedIntent(intent, confidence, (), odds)


def test_two_readings_meet_between_them() -> None:
    first, second = reading(("greet", 0.9), ("deny", 0.1)), reading(("greet", 0.2), ("deny", 0.8))
    both = agreed(first, second)
    assert both.intent == "greet"
    assert sum(odd for _, odd in both.odds) == pytest.approx(1.0)
    assert both.confidence == pytest.approx(0.6, abs=0.01)


def test_what_both_hear_faintly_wins_over_what_one_hears_alone() -> None:
    first = reading(("greet", 0.55), ("deny", 0.45), ("thanks", 0.0))
    second = reading(("greet", 0.0), ("deny", 0.45), ("thanks", 0.55))
    assert agreed(first, second).intent == "deny"


@pytest.mark.parametrize("odds", [(), (("greet", 0.6), ("own_intent", 0.4))])
def test_readings_that_cannot_be_compared_leave_the_first(odds: Odds) -> None:
    first = ParsedIntent("greet", 0.6, (), odds)
    assert agreed(first, reading(("greet", 0.1), ("deny", 0.9))) is first


def test_a_ranking_cut_short_can_still_be_compared() -> None:
    both = agreed(reading(("greet", 1.0)), reading(("greet", 0.5), ("deny", 0.5)))
    assert both.intent == "greet"
    assert both.confidence > 0.9


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("спб", True),
        ("Ленина 5", True),
        ("я в Казани", True),
        ("метро Сокол", True),
        ("у метро Тульская!", True),
        ("в Самаре доставка сколько стоит", False),
        ("спб плохо доставили", False),
        ("привет", False),
        ("5", False),
    ],
)
async def test_a_place_that_stands_alone_is_known(text: str, *, alone: bool) -> None:
    parsed = await build_offline_parser().parse(text)
    assert place_alone(text, parsed.entities) is alone


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("👍", "affirm"),
        ("👍🏻", "affirm"),
        ("🙏❤️", "thanks"),
        ("👎", "deny"),
        ("👍👎", ""),
        ("🤔", ""),
        ("...", ""),
    ],
)
def test_signs_have_a_meaning_or_none(text: str, intent: str) -> None:
    assert sign_intent(text) == intent
