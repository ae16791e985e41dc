"""The checker is shown a good history, then the same one with each fault planted in turn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.checker import Outside, Report, check_run
from tests.acceptance.invented_history import ACCOUNT, History, Json, good_history

Plant = Callable[[History], None]
PLANTS: list[tuple[str, Plant]] = []


def plants(fault: str) -> Callable[[Plant], Plant]:
    """Register a way to spoil a history, and the fault that must be found."""

    def register(plant: Plant) -> Plant:
        PLANTS.append((fault, plant))
        return plant

    return register


def judged(history: History, folder: Path, outside: Outside | None = None) -> Report:
    log, database = history.write(folder)
    return check_run(log, database, account=ACCOUNT, outside=outside)


def turn(history: History, **wanted: str) -> Json:
    """The first turn with these fields."""
    return next(
        row for row in history.rows["turns"] if all(row[key] == value for key, value in wanted.items())
    )


def line(history: History, method: str, text: str) -> Json:
    return next(row for row in history.log if row["method"] == method and row["text"] == text)


def swap_events(one: Json, other: Json) -> None:
    for key in ("event_id", "at_ms"):
        one[key], other[key] = other[key], one[key]


def renumber(history: History) -> None:
    """Bring every table back into the order of its events."""
    for table in ("turns", "deliveries", "owners"):
        history.rows[table].sort(key=lambda row: row["event_id"])


@plants("message lost")
def a_message_is_in_no_turn(history: History) -> None:
    history.rows["turns"].remove(turn(history, text="hello?"))


@plants("message handled twice")
def a_message_is_in_two_turns(history: History) -> None:
    first = turn(history, text="hello?")
    history.rows["turns"].append({**first, "event_id": first["event_id"] + 1})


@plants("message handled twice")
def a_pressed_button_is_in_two_turns(history: History) -> None:
    first = turn(history, text="Yes, it did")
    history.rows["turns"].append({**first, "event_id": first["event_id"] + 1})


@plants("message nobody wrote")
def a_turn_has_no_message(history: History) -> None:
    first = turn(history, text="hello?")
    history.rows["turns"].append({**first, "event_id": first["event_id"] + 1, "external_id": "7:999"})


@plants("message in another chat")
def a_turn_is_in_another_chat(history: History) -> None:
    turn(history, text="my balance")["ref"] = f"{ACCOUNT}:7"


@plants("words changed")
def a_turn_has_other_words(history: History) -> None:
    turn(history, text="hello?")["text"] = "goodbye"


@plants("messages out of order")
def two_messages_change_places(history: History) -> None:
    swap_events(turn(history, text="stores near me"), turn(history, text="my balance"))


@plants("no outcome")
def a_message_has_no_outcome(history: History) -> None:
    turn(history, text="hello?")["outcome"] = None


@plants("wrong outcome")
def a_message_is_answered_while_a_person_has_it(history: History) -> None:
    turn(history, text="hello?")["outcome"] = "answered"


@plants("wrong outcome")
def a_message_is_relayed_while_the_bot_has_it(history: History) -> None:
    turn(history, text="my balance")["outcome"] = "relayed"


@plants("unknown outcome")
def a_message_has_an_outcome_nobody_knows(history: History) -> None:
    turn(history, text="my balance")["outcome"] = "ignored"


@plants("no reply")
def a_message_is_answered_in_silence(history: History) -> None:
    reply = turn(history, text="which one do you mean")
    history.rows["turns"].remove(reply)
    steps = history.rows["deliveries"]
    steps[:] = [step for step in steps if step["out_id"] != reply["out_id"]]


@plants("hand-over without its ticket")
def a_hand_over_has_no_ticket(history: History) -> None:
    history.rows["tickets"].clear()


@plants("hand-over without its ticket")
def a_hand_over_has_two_tickets(history: History) -> None:
    history.rows["tickets"].append({**history.rows["tickets"][0], "id": "99"})


@plants("queued without a ticket")
def a_conversation_waits_for_nobody(history: History) -> None:
    history.rows["tickets"].clear()


@plants("reply written twice")
def a_reply_is_in_two_turns(history: History) -> None:
    first = turn(history, text="three stores")
    history.rows["turns"].append({**first, "event_id": first["event_id"] + 1})


@plants("reply stuck")
def a_reply_is_still_on_its_way(history: History) -> None:
    history.rows["deliveries"].pop()


@plants("reply stuck")
def a_reply_is_still_queued(history: History) -> None:
    out_id = turn(history, text="which one do you mean")["out_id"]
    steps = history.rows["deliveries"]
    steps.remove(next(step for step in steps if (step["out_id"], step["status"]) == (out_id, "cancelled")))


@plants("reply stuck")
def a_reply_was_never_queued(history: History) -> None:
    out_id = turn(history, text="three stores")["out_id"]
    steps = history.rows["deliveries"]
    steps[:] = [step for step in steps if step["out_id"] != out_id]


@plants("reply settled twice")
def a_reply_is_settled_twice(history: History) -> None:
    last = history.rows["deliveries"][-1]
    history.rows["deliveries"].append({**last, "event_id": last["event_id"] + 1, "status": "failed"})


@plants("delivery without a reply")
def a_delivery_belongs_to_nothing(history: History) -> None:
    last = history.rows["deliveries"][-1]
    history.rows["deliveries"].append({**last, "event_id": last["event_id"] + 1, "out_id": "bx"})


@plants("reply arrived twice or uncalled for")
def a_sent_reply_arrives_again_at_once(history: History) -> None:
    first = line(history, "sendMessage", "three stores")
    place = history.log.index(first) + 1
    history.log.insert(place, {**first, "message_id": 9001})


@plants("reply arrived twice or uncalled for")
def a_sent_reply_arrives_again_much_later(history: History) -> None:
    history.arrives(7, "hello, Olga here")


@plants("reply arrived twice or uncalled for")
def a_reply_of_unknown_fate_arrives_twice(history: History) -> None:
    history.arrives(7, "thank you")


@plants("reply arrived twice or uncalled for")
def a_cancelled_reply_arrives(history: History) -> None:
    history.arrives(7, "which one do you mean")


@plants("reply arrived twice or uncalled for")
def the_places_of_a_reply_arrive_twice(history: History) -> None:
    # Not a reply's beginning, but the whole is repeated: beginning and places.
    history.arrives(8, "three stores")
    history.arrives(8, "Lavka on the corner", "sendVenue")


@plants("message nobody sent")
def a_message_arrives_that_no_reply_accounts_for(history: History) -> None:
    history.arrives(8, "buy one, get two")


@plants("called sent but never arrived")
def a_reply_is_called_sent_but_never_arrived(history: History) -> None:
    history.log.remove(line(history, "sendMessage", "hello, Olga here"))


@plants("another text arrived")
def a_reply_arrives_with_other_words(history: History) -> None:
    line(history, "sendMessage", "1,250 points")["text"] = "9,999 points"


@plants("replies out of order")
def two_replies_arrive_the_other_way_round(history: History) -> None:
    first = line(history, "sendMessage", "It is on its way, see the map")
    history.log.remove(first)
    history.log.insert(history.log.index(line(history, "sendMessage", "hello, Olga here")) + 1, first)


@plants("bot reply left after a take")
def a_bot_reply_leaves_after_a_take(history: History) -> None:
    out_id = turn(history, text="1,250 points")["out_id"]
    claim = next(s for s in history.rows["deliveries"] if (s["out_id"], s["status"]) == (out_id, "sending"))
    swap_events(claim, history.rows["owners"][-1])
    renumber(history)


@plants("bot wrote after a take")
def the_bot_writes_after_a_take(history: History) -> None:
    swap_events(turn(history, text="1,250 points"), history.rows["owners"][-1])
    renumber(history)


def test_a_good_history_has_no_faults(tmp_path: Path) -> None:
    report = judged(good_history(), tmp_path)
    assert report.faults == ()
    assert report.counts["messages accepted"] == 7
    assert report.counts["messages handled"] == 7
    assert report.counts["replies sent"] == 5
    assert report.counts["replies unknown"] == 1
    assert report.counts["replies cancelled"] == 1
    assert report.counts["received by customers"] == 7


def test_a_reply_on_its_way_at_a_take_is_counted_and_timed(tmp_path: Path) -> None:
    report = judged(good_history(), tmp_path)
    assert report.counts["in flight at a take"] == 1
    assert report.longest_in_flight_ms == 10


@pytest.mark.parametrize(("fault", "plant"), PLANTS, ids=[plant.__name__ for _, plant in PLANTS])
def test_a_planted_fault_is_found(fault: str, plant: Plant, tmp_path: Path) -> None:
    history = good_history()
    plant(history)
    assert fault in {found.kind for found in judged(history, tmp_path).faults}


def test_a_message_the_vendor_was_not_told_about_may_be_missing(tmp_path: Path) -> None:
    history = good_history()
    history.customer(8, "written as the run ended")
    history.log.pop()
    assert judged(history, tmp_path).faults == ()


def test_what_is_left_in_the_live_store_is_a_fault(tmp_path: Path) -> None:
    outside = Outside(left={"inbox": 2, "outbox": 0})
    assert [str(fault) for fault in judged(good_history(), tmp_path, outside).faults] == [
        "left over: inbox: 2"
    ]


@pytest.mark.parametrize(
    ("said", "faults"),
    [
        ({"o1": "hello, Olga here"}, []),
        ({"o1": "hello"}, ["operator's words changed"]),
        ({"o2": "hello, Olga here"}, ["operator's reply lost"]),
    ],
)
def test_what_the_desk_accepted_from_an_operator_must_be_there(
    said: dict[str, str], faults: list[str], tmp_path: Path
) -> None:
    report = judged(good_history(), tmp_path, Outside(said=said))
    assert [fault.kind for fault in report.faults] == faults
