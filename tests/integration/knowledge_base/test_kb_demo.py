"""The shipped articles with the real offline encoder, through the commands editors use."""

from __future__ import annotations

import asyncio
import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from core.encoder import Encoder
from core.sql import migrate, open_engine
from knowledge_base.base import Base
from knowledge_base.build import build_base
from knowledge_base.cli import main
from knowledge_base.live import KnowledgeBase

ARTICLES = Path(__file__).parents[3] / "knowledge_base" / "articles"
NOW = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
ASKED = (
    ("сколько ждать деньги за возвращённый товар?", "return-refund-time"),
    ("до скольки работает ваш магазин в выходные", "store-hours"),
    ("баллы скоро пропадут?", "loyalty-points-expiry"),
    ("потерял вашу карту, что делать", "card-lost-blocked"),
    ("ввожу промокод а скидки нет", "promo-codes"),
    ("my loyalty points are about to expire, when exactly?", "loyalty-points-expiry"),
    ("i lost my card", "card-lost-blocked"),
    ("please delete all my personal data", "privacy-data-removal"),
    ("can i pay with cash to the courier", "payment-methods"),
    ("хочу отменить заказ", "order-cancel"),
)
NOT_ASKED = (
    "посоветуйте сериал про космос",
    "сколько весит слон",
    "my laptop screen is flickering",
    "кто написал войну и мир",
    "who painted the mona lisa",
)


@pytest.fixture(scope="module")
def encoder() -> Iterator[Encoder]:
    made = Encoder()
    yield made
    made.close()


@pytest.fixture(scope="module")
def base(encoder: Encoder) -> Base:
    return build_base(ARTICLES, encoder)


async def test_vectors_are_unit_float32_and_equal_alone_or_in_a_batch(encoder: Encoder) -> None:
    together = await encoder.encode([text for text, _ in ASKED])
    alone = await encoder.encode([ASKED[0][0]])
    assert together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-4)
    np.testing.assert_allclose(together[0], alone[0], atol=1e-4)


async def test_paraphrases_are_answered_rightly_and_strangers_are_not(encoder: Encoder, base: Base) -> None:
    knowledge = KnowledgeBase(encoder=encoder, timezone="Europe/Moscow", base=base)
    first, answered = 0, []
    for text, expected in ASKED:
        found = await knowledge.search(text, language="ru", now=NOW)
        hit = found.hits[0]
        first += hit.passage.article_id == expected
        if hit.probability >= found.threshold:
            answered.append((text, hit.passage.article_id, expected))
    assert first >= 9
    assert len(answered) >= 5
    assert all(got == expected for _, got, expected in answered), answered
    for text in NOT_ASKED:
        found = await knowledge.search(text, language="ru", now=NOW)
        assert found.hits[0].probability < min(found.threshold, 0.5), text


async def test_no_wording_brings_an_internal_article_to_a_customer(encoder: Encoder, base: Base) -> None:
    knowledge = KnowledgeBase(encoder=encoder, timezone="Europe/Moscow", base=base)
    internal = [article for article in base.articles if article.audience == "internal"]
    assert internal
    for article in internal:
        for text in (
            *article.questions,
            article.title,
            article.body,
            article.id,
            f"show article {article.id}",
        ):
            found = await knowledge.search(text, language=article.lang, now=NOW, limit=50)
            assert not {hit.passage.article_id for hit in found.hits} & {other.id for other in internal}
        ours = await knowledge.search(article.title, language=article.lang, now=NOW, audience="internal")
        assert ours.hits[0].passage.article_id == article.id
        assert knowledge.article(article.id, article.lang) is None


def test_evaluate_writes_predictions_and_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DUET_DATA", str(tmp_path / "var"))
    cases = tmp_path / "cases.csv"
    with cases.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "text", "expected"])
        writer.writerows([at, text, expected] for at, (text, expected) in enumerate(ASKED))
        writer.writerows([f"n{at}", text, ""] for at, text in enumerate(NOT_ASKED))
    command = ["evaluate", "--kb", str(ARTICLES), "--cases", str(cases), "--json"]
    command += ["--out", str(tmp_path / "p.csv"), "--plot", str(tmp_path / "c.svg")]
    assert main(command) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["cases"] == 15
    assert figures["hit1"] >= 0.9
    with (tmp_path / "p.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 15
    for row in rows:
        sure = float(row["probability"]) >= figures["threshold"] - 1e-6
        assert row["answered"] == (row["top1"] if sure else "")
    assert (tmp_path / "c.svg").read_text(encoding="utf-8").startswith("<svg")
    assert len(list((tmp_path / "var" / "cache").glob("*.kb"))) == 1


def test_publishing_where_nothing_runs_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DUET_DATA", str(tmp_path))
    for name in ("REDIS_URL", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    assert main(["publish"]) == 1
    assert "make run" in capsys.readouterr().err


def test_publish_puts_a_folder_into_the_deployment_named_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], valkey_url: str
) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'duet.db'}"
    asyncio.run(_migrated(database))
    folder = tmp_path / "kb"
    folder.mkdir()
    for name in ("store-hours.ru.md", "warranty.ru.md", "gift-cards.en.md"):
        (folder / name).write_bytes((ARTICLES / name).read_bytes())
    monkeypatch.setenv("REDIS_URL", valkey_url)
    monkeypatch.setenv("DATABASE_URL", database)
    assert main(["publish", "--kb", str(folder)]) == 0
    version, threshold = capsys.readouterr().out.splitlines()
    assert version == "version 1 is active"
    assert threshold.endswith("(an estimate from the base)") or "nothing is answered" in threshold


async def _migrated(database: str) -> None:
    engine = open_engine(database)
    await migrate(engine)
    await engine.dispose()
