"""Robots that keep a desk busy: customers who write, operators who take, reply, return and close."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import TypeVar

import aiohttp

from tests.acceptance.people import Json, Operator, Refused, Telegram
from tests.acceptance.programs import pause

Answer = TypeVar("Answer")

FIRST_CHAT = 7_100_001
QUESTIONS = (
    "сколько стоит доставка",
    "за сколько привезёте заказ",
    "как вернуть товар, который не подошёл",
    "промокод не работает",
    "можно ли отменить заказ",
    "когда сгорают баллы",
    "how long does delivery take",
    "у вас есть работа для студентов",
    "а вы возите мебель в горы",
)
COURTESIES = ("привет", "спасибо", "добрый день", "hello", "до свидания")
FOR_A_PERSON = ("оператор", "позовите человека", "talk to a person please")
ANGRY = ("Верните деньги, вы издеваетесь? Сколько можно ждать!!!", "Ужас, третий день обманываете!!!")
BUTTONS = ("helped:yes", "helped:no", "person")
REFUSALS = (403, 404, 409)
"""What an operator is told who was too late."""


@dataclass
class Customers:
    """Customers of some chats; each writes on, whether answered or not."""

    telegram: Telegram
    chats: int
    messages_per_s: float
    dice: random.Random
    written: int = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Write until `stop`."""
        async with asyncio.TaskGroup() as group:
            for number in range(self.chats):
                group.create_task(self._customer(FIRST_CHAT + number, stop))

    async def _customer(self, chat: int, stop: asyncio.Event) -> None:
        while not stop.is_set():
            for _ in range(self.dice.choice((1, 1, 1, 2, 3))):  # some write in bursts
                await self._act(chat)
            await pause(stop, self.dice.expovariate(self.messages_per_s / self.chats / 1.6))

    async def _act(self, chat: int) -> None:
        self.written += 1
        mark = f"[{chat}-{self.written}]"
        match self.dice.choices(range(7), weights=(45, 15, 10, 10, 7, 7, 6))[0]:
            case 0:
                await self.telegram.acts(chat, text=f"{self.dice.choice(QUESTIONS)} {mark}")
            case 1:
                await self.telegram.acts(chat, text=self.dice.choice(COURTESIES))
            case 2:
                await self.telegram.acts(chat, text=self.dice.choice(FOR_A_PERSON))
            case 3:
                await self.telegram.acts(chat, text="сколько у меня баллов")
                await self.telegram.acts(chat, "contact", phone="79000000001")
                self.written += 1
            case 4:
                await self.telegram.acts(chat, "location", lat=55.7558, lon=37.6176)
            case 5:
                await self._press(chat)
            case _:
                await self.telegram.acts(chat, text=f"{self.dice.choice(ANGRY)} {mark}")

    async def _press(self, chat: int) -> None:
        try:
            await self.telegram.acts(chat, "press", button=self.dice.choice(BUTTONS))
        except Refused:
            self.written -= 1  # there is no such button in this chat yet


@dataclass
class OperatorRobot:
    """One operator, who works on some tickets at once.

    `said` holds what the desk accepted: id of the reply → its words. `problems` counts answers of the desk
    that no operator should see.
    """

    operator: Operator
    name: str
    dice: random.Random
    tickets: int = 6
    said: dict[str, str] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; tickets begun are brought to an end."""
        working: set[asyncio.Task[None]] = set()
        while not stop.is_set():
            if len(working) < self.tickets:
                ticket = await self._next()
                if ticket:
                    task = asyncio.create_task(self._work_on(ticket, stop))
                    working.add(task)
                    task.add_done_callback(working.discard)
            await pause(stop, self.dice.uniform(0.1, 0.6))
        if working:
            await asyncio.gather(*working)

    async def _next(self) -> str:
        """Take a ticket that waits, or join a conversation of the bot; empty if that failed."""
        if self.dice.random() < 0.4:
            talks = await self._try("look", self.operator.talks()) or []
            if talks:
                # The latest: there the bot is most likely to be about to answer.
                chosen = self.dice.choice(talks[:8])["id"]
                return await self._try("join", self.operator.join(chosen)) or ""
        waiting = await self._try("look", self.operator.tickets("waiting")) or []
        if not waiting:
            return ""
        number = str(self.dice.choice(waiting)["id"])
        taken = await self._try("take", self.operator.act(number, "take"))
        return number if taken is not None else ""

    async def _work_on(self, ticket: str, stop: asyncio.Event) -> None:
        for count in range(self.dice.randint(0, 2)):
            await pause(stop, self.dice.uniform(0.2, 2.0))
            text = f"Ответ {self.name} по обращению {ticket}, {count + 1}"
            answer = await self._try("reply", self._reply(ticket, text, f"{self.name}-{ticket}-{count}"))
            if answer is not None:
                self.said[str(answer["id"])] = text
        await pause(stop, self.dice.uniform(0.2, 2.0))
        deed = self.dice.choice(("return", "return", "close"))
        await self._try(deed, self.operator.act(ticket, deed))

    async def _reply(self, ticket: str, text: str, client_id: str) -> Json:
        """Reply, and again if the answer was lost: the same `client_id` is one reply."""
        try:
            return await self.operator.act(ticket, "reply", text=text, client_id=client_id)
        except (aiohttp.ClientError, TimeoutError):
            return await self.operator.act(ticket, "reply", text=text, client_id=client_id)

    async def _try(self, deed: str, request: Awaitable[Answer]) -> Answer | None:
        """Do something; None where somebody else was faster or the desk failed."""
        try:
            answer = await request
        except Refused as refusal:
            known = refusal.status in REFUSALS
            (self.done if known else self.problems)[f"{deed} {refusal.status}"] += 1
            return None
        except (aiohttp.ClientError, TimeoutError) as error:
            self.problems[f"{deed} {type(error).__name__}"] += 1
            return None
        self.done[deed] += 1
        return answer
