"""Which group a conversation goes to, and what is due when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from handoff.packets import PRIORITY_NORMAL, PRIORITY_URGENT
from handoff.routing.groups import GROUPS, RULES, Facts, Groups, Routed, Rule, route, unknown_groups
from handoff.routing.hours import Calendar, working_time_between
from handoff.routing.schedule import HOLIDAYS, HOURS, Holidays, Hours, calendar
from handoff.routing.sla import SLA, Course, TargetRule, dues, order, targets
from handoff.routing.times import read_hours, write_hours

ROUTES, TEAMS = RULES.default.rules, GROUPS.default.groups
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
ALWAYS = Calendar(ZoneInfo("UTC"), (((0, 1440),),) * 7)
WANTED = targets(SLA.default.rules, channel="webchat", group="general", priority=PRIORITY_NORMAL)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


@pytest.mark.parametrize(
    ("facts", "group"),
    [
        (Facts(), "general"),
        (Facts(article="warranty"), "returns"),
        (Facts(article="payment-methods", language="en"), "payments"),
        (Facts(intent="check_balance"), "payments"),
        (Facts(article="app-login-problems"), "technical"),
        (Facts(article="warranty", tags=("Vip",)), "vip"),
    ],
)
def test_the_first_rule_that_fits_decides(facts: Facts, group: str) -> None:
    assert route(facts, ROUTES, TEAMS).group == group


def test_a_rule_may_raise_and_may_calm_and_else_keeps_the_urgency() -> None:
    assert route(Facts(tags=("vip",)), ROUTES, TEAMS) == Routed("vip", PRIORITY_URGENT, "tags=vip")
    assert route(Facts(urgent=True), ROUTES, TEAMS).priority == PRIORITY_URGENT
    calms = Rule(reasons=["complaint"], group="returns", priority="normal")
    assert route(Facts(reason="complaint", urgent=True), [calms], TEAMS).priority == PRIORITY_NORMAL


def test_all_conditions_of_a_rule_must_hold() -> None:
    rule = Rule(languages=["en"], channels=["telegram"], group="vip")
    both = route(Facts(language="en", channel="telegram"), [rule], TEAMS)
    assert (both.group, both.why) == ("vip", "languages=en; channels=telegram")
    assert route(Facts(language="en", channel="webchat"), [rule], TEAMS).group == "general"


def test_a_rule_for_a_group_that_is_gone_is_passed_over_and_told() -> None:
    rule = Rule(languages=["en"], group="gone")
    assert route(Facts(language="en"), [rule], TEAMS) == Routed("general", PRIORITY_NORMAL)
    assert unknown_groups([rule], TEAMS) == [0]


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValidationError, match="one condition"):
        Rule(group="vip")
    with pytest.raises(ValidationError, match="must stay"):
        Groups(groups=[])
    with pytest.raises(ValidationError, match="one day"):
        Hours(week=[""] * 7)
    with pytest.raises(ValidationError, match="time zone"):
        Hours(zone="Mars/Olympus", week=["9-18"] * 7)
    with pytest.raises(ValidationError, match="of this country"):
        Holidays(country="XX")


@pytest.mark.parametrize(
    ("text", "clear"),
    [
        ("", ""),
        ("9-18", "09:00-18:00"),
        ("14:00–18:00, 9.30-13", "09:30-13:00, 14:00-18:00"),
        ("22:00-06:00", "22:00-06:00"),
        ("0:00-24:00", "00:00-24:00"),
    ],
)
def test_hours_are_written_in_one_way(text: str, clear: str) -> None:
    assert write_hours(text) == clear
    assert write_hours(clear) == clear


@pytest.mark.parametrize("text", ["9", "25-26", "09:61-10", "9-14, 13-18", "утром", "24-25"])
def test_hours_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        Hours(week=[text] * 7)


@given(st.text(alphabet="0123456789:.,- –", max_size=30))
def test_reading_hours_gives_intervals_or_says_why_not(text: str) -> None:
    try:
        read = read_hours(text)
    except ValueError:
        return
    assert all(0 <= opens < 1440 and opens < closes <= opens + 1440 for opens, closes in read)


def test_the_holidays_of_a_country_are_days_off() -> None:
    off = calendar(HOURS.default, Holidays(country="ru"), company_zone="Europe/Moscow")
    works = calendar(HOURS.default, HOLIDAYS.default, company_zone="Europe/Moscow")
    day = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 20, tzinfo=UTC))
    assert working_time_between(off, *day) == timedelta()
    assert working_time_between(works, *day) == timedelta(hours=20)


def test_targets_come_from_the_first_rule_that_says_one() -> None:
    assert WANTED == {"take": 20, "first": 120, "next": 300, "resolve": 4 * 3600}
    urgent = targets(SLA.default.rules, channel="webchat", group="general", priority=PRIORITY_URGENT)
    assert (urgent["first"], urgent["resolve"]) == (60, 4 * 3600)
    mail = targets(SLA.default.rules, channel="email", group="vip", priority=PRIORITY_URGENT)
    assert mail["first"] == 3600
    assert targets([TargetRule(channel="x", first=1)], channel="y", group="", priority=1) == {}


def test_before_the_first_answer_the_first_and_the_last_clock_run() -> None:
    found = dues(Course(created=START, asked=START), WANTED, ALWAYS)
    assert found["first"] == START + minutes(2)
    assert found["resolve"] == START + minutes(240)
    assert "next" not in found


def test_while_we_wait_for_the_customer_no_clock_runs() -> None:
    assert dues(Course(created=START, taken=True, replied=START + minutes(1)), WANTED, ALWAYS) == {}


def test_time_waiting_for_the_customer_is_added_to_the_end() -> None:
    course = Course(
        created=START, taken=True, replied=START + minutes(1), asked=START + minutes(61),
        held=((START + minutes(1), START + minutes(61)),),
    )  # fmt: skip
    found = dues(course, WANTED, ALWAYS)
    assert found["next"] == START + minutes(66)
    assert found["resolve"] == START + minutes(300)


def test_the_queue_goes_by_deadline_or_window_and_the_raised_come_earlier() -> None:
    plain = order(START, None, raised_s=0)
    assert order(START, START - minutes(1), raised_s=0) < plain
    assert order(START + minutes(4), None, raised_s=300) < plain
    assert order(START + minutes(6), None, raised_s=300) > plain
    assert order(None, None, raised_s=0) > plain
