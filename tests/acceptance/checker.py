"""Judges a run of the durable path from outside: the stub's log against the archive, nothing of ours between.

The promises: every accepted message has one outcome, in order; every reply is accounted for and reaches the
customer at most once, in order; the bot is silent while a person has the conversation; nothing is left over.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.acceptance.checker_replies import Deliveries, check_replies
from tests.acceptance.evidence import Archive, Log, Turn, read_archive, read_log
from tests.acceptance.findings import Fault, Owners, chats

SPOKEN = frozenset({"answered", "skill", "clarified", "smalltalk", "handed_off", "closed"})
"""Outcomes after which the customer must have been told something."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was found; `longest_in_flight_ms` is by how much the latest reply missed the take."""

    faults: tuple[Fault, ...]
    counts: Mapping[str, int]
    longest_in_flight_ms: int = 0

    def __str__(self) -> str:
        lines = [f"  {name}: {number}" for name, number in self.counts.items()]
        lines.append(f"  longest in flight at a take: {self.longest_in_flight_ms} ms")
        lines.append(f"  faults: {len(self.faults)}")
        kinds = Counter(fault.kind for fault in self.faults)
        lines += [f"    {number} × {kind}" for kind, number in kinds.most_common()]
        lines += [f"    {fault}" for fault in self.faults[:40]]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Outside:
    """What the run saw besides: replies the desk accepted (id → text), and what is left in the live store."""

    said: Mapping[str, str] = field(default_factory=dict)
    left: Mapping[str, int] = field(default_factory=dict)


def check_run(log_path: Path, database: Path, *, account: str, outside: Outside | None = None) -> Report:
    """Read what a run left behind and judge it."""
    return check(read_log(log_path), read_archive(database, account=account), outside or Outside())


def check(log: Log, archive: Archive, outside: Outside) -> Report:
    """All faults of a run, and what was counted."""
    owners = Owners(archive)
    deliveries = Deliveries(log, archive)
    faults = [
        *_messages(log, archive),
        *_message_order(log, archive),
        *_outcomes(archive, owners),
        *_tickets(archive),
        *check_replies(log, archive, deliveries, owners),
        *_said(archive, outside.said),
        *(Fault("left over", f"{name}: {number}") for name, number in outside.left.items() if number),
    ]
    late = deliveries.in_flight(archive, owners)
    counts = _counts(log, archive, deliveries) | {"in flight at a take": len(late)}
    return Report(tuple(faults), counts, max(late, default=0))


def _customer_turns(archive: Archive) -> list[Turn]:
    return [turn for turn in archive.turns if turn.author == "customer"]


def _messages(log: Log, archive: Archive) -> Iterator[Fault]:
    """Each accepted message is one turn with its words; no turn comes from nowhere."""
    turns: dict[str, list[Turn]] = defaultdict(list)
    for turn in _customer_turns(archive):
        turns[turn.external_id].append(turn)
    for message in log.written:
        found = turns.pop(message.external_id, [])
        if not found and message.confirmed:
            yield Fault("message lost", message.external_id)
        if len(found) > 1:
            yield Fault("message handled twice", f"{message.external_id}: {[turn.event for turn in found]}")
        for turn in found:
            if turn.chat != message.chat:
                yield Fault("message in another chat", f"{message.external_id}: {turn.chat}")
            if turn.kind == "text" and message.text != turn.text:
                yield Fault("words changed", message.external_id)
    for external_id in turns:
        yield Fault("message nobody wrote", external_id)


def _message_order(log: Log, archive: Archive) -> Iterator[Fault]:
    """In each chat messages are handled in the order in which they were written."""
    places = {message.external_id: message.place for message in log.written}
    for chat, turns in chats(_customer_turns(archive)).items():
        last = -1
        for turn in turns:
            place = places.get(turn.external_id, last)
            if place < last:
                yield Fault("messages out of order", f"chat {chat}: {turn.external_id}")
            last = max(last, place)


def _outcomes(archive: Archive, owners: Owners) -> Iterator[Fault]:
    """What a person has is relayed and nothing else; everything else is answered, in the same step."""
    heard = Counter(
        (turn.conversation, turn.at_ms) for turn in archive.turns if turn.author in ("bot", "system")
    )
    for turn in _customer_turns(archive):
        owner = owners.at(turn.conversation, turn.event)
        if not turn.outcome:
            yield Fault("no outcome", turn.external_id)
        elif (turn.outcome == "relayed") == (owner == "bot"):
            yield Fault("wrong outcome", f"{turn.external_id}: {turn.outcome} while {owner} had it")
        elif turn.outcome in SPOKEN and not heard[turn.conversation, turn.at_ms]:
            yield Fault("no reply", f"{turn.external_id}: {turn.outcome}")
        elif turn.outcome not in SPOKEN and turn.outcome != "relayed":
            yield Fault("unknown outcome", f"{turn.external_id}: {turn.outcome}")


def _tickets(archive: Archive) -> Iterator[Fault]:
    """Each hand-over made one ticket in the same step, and the queue has nothing without one."""
    made = Counter((ticket.conversation, ticket.created_ms) for ticket in archive.tickets)
    for turn in _customer_turns(archive):
        if turn.outcome == "handed_off" and made[turn.conversation, turn.at_ms] != 1:
            number = made[turn.conversation, turn.at_ms]
            yield Fault("hand-over without its ticket", f"{turn.external_id}: {number} tickets")
    for owner in archive.owners:
        if owner.owner == "queue" and not made[owner.conversation, owner.at_ms]:
            yield Fault("queued without a ticket", owner.conversation)


def _said(archive: Archive, said: Mapping[str, str]) -> Iterator[Fault]:
    """Each reply the desk accepted from an operator is one turn with the same words."""
    turns = {turn.out_id: turn for turn in archive.turns if turn.author == "operator"}
    for out_id, text in said.items():
        if out_id not in turns:
            yield Fault("operator's reply lost", out_id)
        elif turns[out_id].text != text:
            yield Fault("operator's words changed", out_id)


def _counts(log: Log, archive: Archive, deliveries: Deliveries) -> dict[str, int]:
    outcomes = Counter(turn.outcome for turn in _customer_turns(archive))
    statuses = Counter(deliveries.status(turn.out_id) for turn in archive.turns if turn.out_id)
    return {
        "messages written": len(log.written),
        "messages accepted": sum(message.confirmed for message in log.written),
        "messages handled": len(_customer_turns(archive)),
        **{f"outcome {name}": number for name, number in sorted(outcomes.items())},
        "replies": sum(statuses.values()),
        **{f"replies {name}": number for name, number in sorted(statuses.items())},
        "received by customers": len(log.arrived),
        "tickets": len(archive.tickets),
        "changes of owner": len(archive.owners),
    }
