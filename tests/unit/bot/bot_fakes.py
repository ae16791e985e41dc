"""Small stand-ins for what the handler asks, and the messages it gets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.decide import Thresholds
from bot.effects import Effect
from bot.handler import Handler
from bot.inbox import Pending
from bot.skills.contract import SkillRequest, SkillResult
from bot.types import BotState, Conversation, IncomingMessage, MessageKind, Sender
from knowledge_base.types import Article, Hit, Passage, SearchResult
from nlu.types import Emotion, Entity, Understanding

if TYPE_CHECKING:
    from nlu.emotion_weights import Floats

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIMITS = Thresholds(
    article=2.0, skill=0.7, person=0.6, smalltalk=0.8, clarify_margin=0.15, clarify_least=0.35
)
CALM = Emotion(0.1, escalate=False)


def understood(
    intent: str = "", confidence: float = 0.9, *, emotion: Emotion = CALM, language: str = "ru",
    entities: tuple[Entity, ...] = (),
) -> Understanding:  # fmt: skip
    """What the parser is to say."""
    return Understanding(intent, confidence, entities, emotion, language, "offline")


def article(article_id: str, language: str = "ru") -> Article:
    """An article whose words name it."""
    return Article(
        article_id, language, f"Title {article_id}", (), f"Body of {article_id}.",
        revision=f"{article_id}-{language}",
    )  # fmt: skip


def hit(article_id: str, probability: float, language: str = "ru") -> Hit:
    return Hit(Passage(article_id, language, "question", "?"), f"Title {article_id}", 1.0, probability)


@dataclass
class FakeParser:
    """Says the same of every message; keeps what it was asked."""

    says: Understanding = field(default_factory=understood)
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def understand(self, text: str, *, language_hint: str) -> Understanding:
        self.asked.append((text, language_hint))
        return self.says

    def mood(self, text: str, vector: Floats) -> Emotion:
        return self.says.emotion


@dataclass
class FakeKnowledge:
    """A base with these articles; `hits` None means that it cannot be asked."""

    hits: tuple[Hit, ...] | None = ()
    articles: tuple[Article, ...] = ()
    solved: float = 0.9
    raised: float = 0.0
    searched: list[str] = field(default_factory=list)

    async def search(self, text: str, *, language: str, now: datetime, limit: int = 5) -> SearchResult | None:
        assert now.tzinfo is not None
        self.searched.append(text)
        return None if self.hits is None else SearchResult(self.hits[:limit], self.solved, 3)

    def article(self, article_id: str, language: str) -> Article | None:
        found = [one for one in self.articles if one.id == article_id]
        return next((one for one in found if one.lang == language), found[0] if found else None)

    def threshold(self, solved: float) -> float:
        return solved + self.raised


@dataclass
class FakeTexts:
    """Says which words would be said."""

    def say(self, key: str, language: str, /, **values: object) -> str:
        told = "".join(f" {name}={value}" for name, value in sorted(values.items()))
        return f"<{language} {key}{told}>"

    def duration(self, language: str, seconds: float) -> str:
        return f"{seconds:.0f}s"


@dataclass
class FakeCustomers:
    """One record for everybody."""

    record: dict[str, str] = field(default_factory=dict)

    async def get(self, account: str, user_id: str) -> Mapping[str, str]:
        return dict(self.record)


@dataclass
class FakeSkill:
    """Gives its results in turn; keeps what it was asked."""

    name: str
    intents: tuple[str, ...]
    results: list[SkillResult] = field(default_factory=list)
    asked: list[SkillRequest] = field(default_factory=list)

    async def handle(self, request: SkillRequest) -> SkillResult:
        self.asked.append(request)
        return self.results.pop(0)


async def two_minutes() -> float:
    """The usual wait."""
    return 120.0


def handler(
    *, parser: FakeParser | None = None, knowledge: FakeKnowledge | None = None,
    customers: FakeCustomers | None = None, skills: tuple[FakeSkill, ...] = (),
) -> Handler:  # fmt: skip
    """A handler among stand-ins."""
    return Handler(
        understander=parser or FakeParser(),
        knowledge=knowledge or FakeKnowledge(),
        skills=skills,
        texts=FakeTexts(),
        customers=customers or FakeCustomers({"greeted": "1", "name": "Анна", "language": "ru"}),
        expected_wait=two_minutes,
        clock=lambda: NOW,
        limits=LIMITS,
        greeting={"ru": {"company": "Лавка"}, "en": {"company": "Lavka"}},
        default_language="ru",
        due_s=120,
        urgent_due_s=60,
    )


def message(text: str = "сколько стоит доставка", **fields: Any) -> IncomingMessage:
    """A message of Anna's."""
    values: dict[str, Any] = {
        "account": "telegram", "channel": "telegram", "chat_id": "42", "external_id": "x1",
        "sender": Sender("42", "Анна", "ru"), "kind": MessageKind.TEXT, "text": text, "sent_at": NOW,
    }  # fmt: skip
    return IncomingMessage(**{**values, **fields})


def pending(state: BotState | None = None, *, owner: str = "bot", language: str = "ru") -> Pending:
    """Its place in a conversation."""
    conversation = Conversation(
        "c1", "telegram", "telegram", "42", owner, 1, language, state or BotState(),
        "" if owner == "bot" else "5",
    )  # fmt: skip
    return Pending("m1", "", 1, conversation)


@dataclass(frozen=True)
class Seen:
    """An effect, taken apart for tests."""

    effect: Effect

    def events(self, kind: str) -> list[dict[str, Any]]:
        return [json.loads(payload) for found, payload in self.effect.events if found == kind]

    def event(self, kind: str) -> dict[str, Any]:
        (only,) = self.events(kind)
        return only

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.effect.events]

    @property
    def text(self) -> str:
        """What the customer reads."""
        return "\n".join(json.loads(reply["payload"])["reply"]["text"] for reply in self.effect.replies)

    @property
    def buttons(self) -> list[str]:
        (reply,) = self.effect.replies
        return [button["id"] for button in json.loads(reply["payload"])["reply"]["buttons"]]

    @property
    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(self.effect.state or "{}")
        return state

    @property
    def packet(self) -> dict[str, Any]:
        assert self.effect.ticket is not None
        packet: dict[str, Any] = json.loads(self.effect.ticket.packet)
        return packet
