"""What the desk shows of a conversation, put together from the events of the archive and the live stream."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from handoff.records import moment


@dataclass(frozen=True, slots=True)
class Entry:
    """One event; `number` orders events and is the same in the stream and in the archive."""

    number: int
    kind: str
    conversation: str
    at_ms: int
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far a reply got: queued, sending, sent, failed, unknown or cancelled."""

    status: str
    attempt: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """What a message carries; it stays with the vendor. `size_bytes` is 0 where nobody told."""

    kind: str
    name: str = ""
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Version:
    """A later wording of a message that its writer edited."""

    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the history.

    Attributes:
        id: Of the event; as text, since it is too large a number for browsers.
        delivery: Of a reply; None for what the customer wrote.
        resent_as: Id of the reply that carries the same words once more.
        edits: Later wordings of this message, in order.
        edit_of: Id of the turn that this one is a later wording of.
        outcome: Of a customer's message: `answered`, `handed_off` and so on.
        judged: Of an answer the bot gave from an article: the decision that may be called right or wrong.
        verdicts: What was said of it: source (`operator`, `customer`, `review`) and whether it was right.
    """

    id: str
    conversation: str
    author: str
    operator: str
    name: str
    kind: str
    text: str
    at: datetime
    out_id: str = ""
    delivery: Delivery | None = None
    resent_as: str = ""
    buttons: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    location: tuple[float, float] | None = None
    outcome: str = ""
    judged: str = ""
    verdicts: tuple[tuple[str, bool], ...] = ()
    decision_id: str = field(default="", compare=False)
    files: tuple[File, ...] = ()
    edits: tuple[Version, ...] = ()
    edit_of: str = ""


def assemble(entries: Iterable[Entry]) -> tuple[Turn, ...]:
    """Turns in order, each once, with the last known delivery of each; `entries` in any order, also twice."""
    by_number = {entry.number: entry for entry in entries}
    ordered = [by_number[number] for number in sorted(by_number)]
    turns = [entry for entry in ordered if entry.kind == "turn"]
    deliveries: dict[str, Delivery] = {}
    for entry in ordered:
        if entry.kind == "delivery":
            deliveries[_out(entry)] = _delivery(entry, deliveries.get(_out(entry)))
    answered = {
        entry.payload.get("decision_id") for entry in turns if entry.payload.get("outcome") == "answered"
    }
    verdicts = _verdicts(ordered)
    resent = {entry.payload["resend_of"]: _out(entry) for entry in turns if entry.payload.get("resend_of")}
    made = [_turn(entry, deliveries.get(_out(entry)), resent.get(_out(entry), "")) for entry in turns]
    found = _with_versions(made, [str(entry.payload.get("external_id") or "") for entry in turns])
    return tuple(_judged(turn, verdicts) if _is_answer(turn, answered) else turn for turn in found)


def _with_versions(turns: Sequence[Turn], external_ids: Sequence[str]) -> tuple[Turn, ...]:
    """Turns with what became of each when its writer edited it.

    A channel gives an edit the id `edit:ID:…:…` with the id of the message that was edited.
    """
    first = {name: turn for name, turn in zip(external_ids, turns, strict=True) if name}
    versions: dict[str, list[Version]] = {}
    found: list[Turn] = []
    for name, turn in zip(external_ids, turns, strict=True):
        original = (
            first.get(name.removeprefix("edit:").rsplit(":", 2)[0]) if name.startswith("edit:") else None
        )
        if original is not None:
            versions.setdefault(original.id, []).append(Version(turn.text, turn.at))
            turn = replace(turn, edit_of=original.id)
        found.append(turn)
    return tuple(replace(turn, edits=tuple(versions.get(turn.id, ()))) for turn in found)


def _is_answer(turn: Turn, answered: set[Any]) -> bool:
    """Whether the bot said this from an article; greetings and skills are not the knowledge base's."""
    return turn.author == "bot" and bool(turn.decision_id) and turn.decision_id in answered


def _judged(turn: Turn, verdicts: Mapping[str, Mapping[str, bool]]) -> Turn:
    said = verdicts.get(turn.decision_id, {})
    return replace(turn, judged=turn.decision_id, verdicts=tuple(sorted(said.items())))


def _verdicts(entries: Iterable[Entry]) -> dict[str, dict[str, bool]]:
    """Decision → source → whether it was right; the last of each counts."""
    found: dict[str, dict[str, bool]] = {}
    for entry in entries:
        data = entry.payload
        if entry.kind == "feedback":
            found.setdefault(str(data["decision"]), {})["customer"] = bool(data["helpful"])
        elif entry.kind == "verdict" and data.get("right") is not None:
            found.setdefault(str(data["decision"]), {})[str(data["source"])] = bool(data["right"])
    return found


def _out(entry: Entry) -> str:
    return str(entry.payload.get("out_id" if entry.kind == "turn" else "out") or "")


def _turn(entry: Entry, delivery: Delivery | None, resent_as: str) -> Turn:
    data = entry.payload
    out_id = _out(entry)
    return Turn(
        id=str(entry.number),
        conversation=entry.conversation,
        author=str(data["author"]),
        operator=str(data.get("operator") or ""),
        name=str(data.get("name") or ""),
        kind=str(data.get("kind", "text")),
        text=str(data.get("text", "")),
        at=moment(entry.at_ms),
        out_id=out_id,
        delivery=(delivery or Delivery("queued")) if out_id else None,
        resent_as=resent_as if out_id else "",
        buttons=tuple(str(button["text"]) for button in data.get("buttons") or ()),
        attachments=tuple(_file(each) for each in data.get("attachments") or ()),
        files=tuple(
            File(
                str(each.get("kind") or "file"), str(each.get("name") or ""), int(each.get("size_bytes") or 0)
            )
            for each in data.get("attachments") or ()
        ),
        location=_point(data.get("location")),
        outcome=str(data.get("outcome") or ""),
        decision_id=str(data.get("decision_id") or ""),
    )


def _delivery(entry: Entry, before: Delivery | None) -> Delivery:
    data = entry.payload
    attempt = int(data.get("attempt") or (before.attempt if before else 0))
    return Delivery(str(data["status"]), attempt, str(data.get("error") or ""))


def _file(attachment: Mapping[str, Any]) -> str:
    return str(attachment.get("name") or attachment.get("kind") or "file")


def _point(location: Mapping[str, Any] | None) -> tuple[float, float] | None:
    return (float(location["lat"]), float(location["lon"])) if location else None
