"""The editors' page over real stores, with phrases that wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web
from redis.asyncio import Redis
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from core.auth_limits import AttemptLimit
from core.auth_operators import Operators
from core.auth_sessions import Sessions
from core.auth_signin import SignIn
from core.keys import Keys
from core.leader import Leader
from core.redis import Scripts
from core.tables import pending_phrases
from core.web.frame import Menu
from knowledge_base.build import build
from knowledge_base.follow import Follower
from knowledge_base.live import KnowledgeBase
from knowledge_base.phrases import SqlPhrases
from knowledge_base.ports import Encoder
from knowledge_base.publishing import Publishing, RedisNotes
from knowledge_base.store import RedisAnnouncements, SqlBaseStore
from knowledge_base.types import Article
from knowledge_base.verdict_store import SqlVerdicts
from knowledge_base.web.app import add_knowledge_base
from tests.integration.handoff.handoff_desk import PASSWORD, Desk
from tests.integration.handoff.handoff_world import World
from tests.unit.knowledge_base.kb_fakes import DELIVERY, POINTS, RETURNS, SECRET, HashingEncoder

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ARTICLES = (DELIVERY, POINTS, RETURNS, SECRET)
WAITING = (
    ("p1", "delivery", "почём привезёте на дом"),
    ("p2", "delivery", "баллы за доставку сгорят когда"),
    ("p3", "returns", "чайник не подошёл, куда сдать"),
)


def file_of(article: Article) -> str:
    """An article as a file."""
    questions = "".join(f"- {each}\n" for each in article.questions)
    return (
        f"---\nid: {article.id}\ntitle: {article.title}\nlang: {article.lang}\n"
        f"audience: {article.audience}\nquestions:\n{questions}---\n{article.body}\n"
    )


async def wait_for_phrases(engine: AsyncEngine, phrases: Sequence[tuple[str, str, str]] = WAITING) -> None:
    """Phrases as the archiver writes them."""
    rows = [
        {
            "id": name, "at_ms": round(NOW.timestamp() * 1000) + place, "article": article, "language": "ru",
            "text": text, "source": "operator", "status": "pending",
        }
        for place, (name, article, text) in enumerate(phrases)
    ]  # fmt: skip
    async with engine.begin() as connection:
        await connection.execute(insert(pending_phrases), rows)


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of editors and operators in one application, over one store."""

    app: web.Application
    desk: Desk
    phrases: SqlPhrases
    publishing: Publishing
    knowledge: KnowledgeBase
    follower: Follower
    announcements: RedisAnnouncements
    lease: Leader

    @classmethod
    def on(
        cls, redis: Redis, keys: Keys, engine: AsyncEngine, folder: Path, encoder: Encoder | None = None
    ) -> Pages:
        """Serves a base of `ARTICLES`; `folder` is what is published."""
        encoder = encoder or HashingEncoder()
        if not list(folder.glob("*.md")):
            for article in ARTICLES:
                (folder / f"{article.id}.{article.lang}.md").write_text(file_of(article), "utf-8")
        scripts = Scripts(redis, keys)
        desk = Desk.on(World.on(redis, keys=keys), engine)
        store = SqlBaseStore(
            engine=engine, redis=redis, active_key=keys("kb_active"), channel=keys("kb_changed")
        )
        knowledge = KnowledgeBase(encoder=encoder, timezone="UTC", base=build(ARTICLES, encoder))
        announcements = RedisAnnouncements(redis=redis, channel=keys("kb_changed"))
        lease = Leader(scripts, name="publish", holder="page", lease_s=15)
        phrases = SqlPhrases(engine)
        publishing = Publishing(
            folder=folder, store=store, phrases=phrases, encoder=encoder, floor=0.95, lease=lease,
            verdicts=SqlVerdicts(engine), confidence=0.95,
            notes=RedisNotes(redis=redis, key=keys("kb_publish")), clock=lambda: datetime.now(UTC),
        )  # fmt: skip
        operators = Operators(engine, memory_s=0)
        sign_in = SignIn(
            operators=operators,
            sessions=Sessions(redis=redis, keys=keys, lifetime_s=3600),
            limit=AttemptLimit(redis=redis, keys=keys),
        )
        add_knowledge_base(
            desk.app, sign_in=sign_in, base=knowledge, phrases=phrases, publishing=publishing,
            clock=lambda: NOW, menu=Menu(),
        )  # fmt: skip
        follower = Follower(
            knowledge_base=knowledge, store=store, announcements=announcements,
            fingerprint=encoder.fingerprint,
        )  # fmt: skip
        return cls(desk.app, desk, phrases, publishing, knowledge, follower, announcements, lease)


__all__ = ["ARTICLES", "NOW", "PASSWORD", "WAITING", "Pages", "file_of", "wait_for_phrases"]
