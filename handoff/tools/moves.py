"""Notes, transfers and reopening. Each is one Lua script: all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from core.keys import Keys
from core.records import PRIORITY_NOTICE, dump, new_id, outgoing, turn
from core.redis import Scripts
from handoff.outcomes import Busy, Over, Refused, Unknown
from handoff.ports import Clock, Say
from handoff.records import milliseconds
from handoff.store import reading
from handoff.tools.outcomes import Noted, Reopened, TooLate, Transferred

_LUA = "handoff/lua"


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who a conversation is passed to: an operator's id, or a group's; `name` is what people read."""

    kind: Literal["person", "group"]
    id: str
    name: str


class Moves:
    """Changes of the live record beside those of the queue."""

    def __init__(self, *, scripts: Scripts, keys: Keys, say: Say, clock: Clock | None = None) -> None:
        """`say` knows `operator.passed` (name) and `operator.passed_to_group`; `clock` as in `Queue`."""
        self._scripts = scripts
        self._keys = keys
        self._say = say
        self._clock = clock

    async def note(
        self,
        ticket: str,
        *,
        operator: str,
        name: str,
        text: str,
        mentions: Sequence[str] = (),
        client_id: str = "",
    ) -> Noted | Unknown:
        """Write something for colleagues; the same `client_id` on the same ticket twice is one note."""
        note = _note_id(ticket, operator, client_id) if client_id else new_id("n")
        written = turn("operator", text, kind="note", operator=operator, name=name, note=note)
        answer = await self._run("note", ticket, operator, note, written, dump(list(mentions)))
        return Unknown() if answer[0] == "unknown" else Noted(note, repeated=answer[0] == "repeat")

    async def transfer(
        self,
        ticket: str,
        *,
        by: str,
        name: str,
        holder: str,
        to: Receiver,
        note: str,
        due_s: float,
    ) -> Transferred | Refused:
        """Pass a conversation on; nothing happens unless `holder` still has it ('' for nobody).

        The customer hears one sentence, and only where somebody was there to talk to. `due_s` is when a group
        must answer.
        """
        words = f"→ {to.name}" + (f"\n{note}" if note else "")
        written = turn("operator", words, kind="note", operator=by, name=name, transfer=to.kind)
        brief = dump({"by": by, "name": name, "note": note, "kind": to.kind, "to": to.id, "id": new_id("x")})
        notice = await self._notice(ticket, to) if holder else ""
        answer = await self._run(
            "transfer", ticket, by, holder, to.kind, to.id, brief, written, notice, str(int(due_s * 1000))
        )
        return Transferred() if answer[0] == "transferred" else _refusal(answer)

    async def reopen(self, ticket: str, *, operator: str, within_s: float) -> Reopened | TooLate | Refused:
        """Go on with a closed conversation; `Busy` when the customer already talks with somebody else."""
        answer = await self._run("reopen", ticket, operator, str(int(within_s * 1000)))
        if answer[0] == "late":
            return TooLate()
        return Reopened() if answer[0] == "reopened" else _refusal(answer)

    async def passed(self, ticket: str) -> tuple[str, bool]:
        """JSON of how the ticket was passed on last ('' if never), and whether it was reopened."""
        with reading():
            brief, reopened = await self._scripts.redis.hmget(
                self._keys("ticket", id=ticket), "transfer", "reopened_at"
            )
        return str(brief or ""), bool(reopened)

    async def _notice(self, ticket: str, to: Receiver) -> str:
        with reading():
            known = await self._scripts.redis.hget(self._keys("ticket", id=ticket), "language")
        language = str(known or "")
        if to.kind == "person":
            text = self._say("operator.passed", language, name=to.name)
        else:
            text = self._say("operator.passed_to_group", language)
        return dump(
            outgoing(new_id("o"), "system", {"text": text}, language=language, priority=PRIORITY_NOTICE)
        )

    async def _run(self, script: str, *arguments: str) -> list[str]:
        now = "" if self._clock is None else str(milliseconds(self._clock()))
        return await self._scripts.run(f"{_LUA}/{script}.lua", *arguments, now)


def _note_id(*parts: str) -> str:
    """An id that is the same whenever the same note is sent again."""
    return "n" + sha256("\n".join(parts).encode()).hexdigest()[:40]


def _refusal(answer: list[str]) -> Refused:
    match answer:
        case ["busy", owner]:
            return Busy(owner.removeprefix("operator:"))
        case ["over", status]:
            return Over(status)
        case _:
            return Unknown()
