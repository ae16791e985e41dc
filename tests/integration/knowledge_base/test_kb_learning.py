"""Learning helps: what editors accept changes what the bot answers. The real encoder, the real commands."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from core.config import read_environment
from core.encoder import Encoder
from core.sql import migrate, open_engine
from knowledge_base.base import Base
from knowledge_base.cli import main
from knowledge_base.compose import published_base, settings
from knowledge_base.folder import load_articles
from tests.integration.knowledge_base.kb_pages import wait_for_phrases
from tests.integration.knowledge_base.test_kb_demo import ARTICLES, NOT_ASKED

TAUGHT = (
    ("delivery-times", "курьер когда в дверь постучит", "а курьер-то когда постучит в дверь"),
    ("loyalty-points-expiry", "бонусы мои тютю будут когда", "бонусы тютю когда будут"),
    ("warranty", "комбайн крякнул через месяц кто починит", "крякнул блендер, кто его починит"),
    ("store-hours", "во сколько вы двери закрываете", "вы двери во сколько закрываете вечером"),
    ("card-lost-blocked", "посеял карточку лояльности где-то", "карточку посеял, что теперь"),
    ("promo-codes", "буковки на скидку не вводятся", "не вводятся буковки для скидки"),
)
"""Article, the words a customer used once, and how another customer asks the same."""


@pytest.fixture(scope="module")
def encoder() -> Iterator[Encoder]:
    made = Encoder()
    yield made
    made.close()


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, valkey_url: str) -> str:
    """A deployment named by the environment, with the phrases of `TAUGHT` waiting."""
    address = f"sqlite+aiosqlite:///{tmp_path / 'duet.db'}"
    monkeypatch.setenv("REDIS_URL", valkey_url)
    monkeypatch.setenv("DATABASE_URL", address)
    monkeypatch.setenv("DUET_DATA", str(tmp_path / "var"))
    asyncio.run(_prepare(address))
    return address


async def _prepare(address: str) -> None:
    engine = open_engine(address)
    await migrate(engine)
    phrases = [(f"p{n}", article, text) for n, (article, text, _) in enumerate(TAUGHT)]
    await wait_for_phrases(engine, phrases)
    await engine.dispose()


def published(encoder: Encoder) -> Base:
    """What `ask` works with while this deployment runs."""
    config, environment = settings()
    base = asyncio.run(published_base(config, environment, encoder.fingerprint))
    assert base is not None
    return base


def found(base: Base, encoder: Encoder, texts: Sequence[str]) -> list[tuple[str, float]]:
    """The first article of each text and its probability."""
    vectors = encoder.encode_now([base.prepare(text) for text in texts])
    results = base.search_many(texts, vectors, language="ru", today=date(2026, 1, 15))
    return [(result.hits[0].passage.article_id, result.hits[0].probability) for result in results]


def test_what_an_editor_accepts_is_answered_after_the_next_publish(
    database: str, encoder: Encoder, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [text for _, _, text in TAUGHT]
    publish = ["publish", "--kb", str(ARTICLES)]
    assert main(publish) == 0
    before = found(published(encoder), encoder, asked)
    assert main(["phrases", "accept", *(f"p{n}" for n in range(len(TAUGHT)))]) == 0
    assert found(published(encoder), encoder, asked) == before, "nothing changes before a publish"

    capsys.readouterr()
    assert main(publish) == 0
    assert f"learned phrases: {len(TAUGHT)}" in capsys.readouterr().out
    base = published(encoder)
    after = found(base, encoder, asked)
    assert [article for article, _ in after] == [article for article, _, _ in TAUGHT]
    assert all(new > old for (_, new), (_, old) in zip(after, before, strict=True)), (before, after)
    sure = base.estimate.threshold
    assert sum(chance >= sure for _, chance in before) < sum(chance >= sure for _, chance in after)
    assert all(chance >= sure for _, chance in after)
    strangers = found(base, encoder, NOT_ASKED)
    assert all(chance < min(sure, 0.5) for _, chance in strangers), strangers


def test_an_editor_works_from_a_terminal(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "kb"
    folder.mkdir()
    for name in ("store-hours.ru.md", "warranty.ru.md", "promo-codes.ru.md"):
        (folder / name).write_bytes((ARTICLES / name).read_bytes())
    assert main(["phrases", "list", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {(line["article"], line["text"]) for line in lines} == {pair[:2] for pair in TAUGHT}
    assert main(["phrases", "accept", "p3"]) == 0
    assert main(["phrases", "move", "p5", "--to", "warranty", "--kb", str(folder)]) == 0
    assert main(["phrases", "reject", "p0", "p1"]) == 0
    assert main(["phrases", "move", "p2", "--to", "nowhere", "--kb", str(folder)]) == 1
    assert main(["phrases", "accept", "none"]) == 1
    assert "of no phrase" in capsys.readouterr().err
    assert main(["phrases", "list", "--status", "moved"]) == 0
    assert TAUGHT[5][1] in capsys.readouterr().out
    assert main(["phrases", "export", "--kb", str(folder)]) == 0
    written = {article.id: article.questions for article in load_articles(folder)}
    assert TAUGHT[3][1] in written["store-hours"]
    assert TAUGHT[5][1] in written["warranty"]


def test_where_nothing_runs_the_phrases_say_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], encoder: Encoder
) -> None:
    for name in ("REDIS_URL", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DUET_DATA", str(tmp_path))
    assert main(["phrases", "list"]) == 1
    assert "make run" in capsys.readouterr().err
    nothing = published_base(settings()[0], read_environment(), encoder.fingerprint)
    assert asyncio.run(nothing) is None
