"""The page and its words belong together."""

from __future__ import annotations

import json
import re

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.texts import load_texts
from bot.web.page import add_page, load_files, preferred_language
from core.config import ROOT

TEXTS = load_texts(ROOT / "bot" / "wording")
FILES = load_files()
SOURCES = "\n".join(
    [
        *(content.decode() for content in FILES.contents.values()),
        (ROOT / "bot/web/templates/chat.html").read_text("utf-8"),
        (ROOT / "bot/web/templates/health.html").read_text("utf-8"),
        (ROOT / "bot/channels/webchat/convert.py").read_text("utf-8"),
    ]
)


def page_app() -> web.Application:
    """The page alone."""
    app = web.Application()
    company = {"ru": "Лавка <b>", "en": "Lavka"}
    add_page(app, texts=TEXTS, company=company, max_text_chars=4096, max_wait_s=10)
    return app


@pytest.mark.parametrize("key", sorted(TEXTS.section("webchat", "ru")))
def test_every_word_of_the_page_is_used(key: str) -> None:
    by_author = key.startswith("author_") and key[7:] in ("you", "bot", "operator", "system")
    assert by_author or re.search(rf'["\'.]{key}\b', SOURCES)


def test_every_word_the_page_asks_for_is_there() -> None:
    asked = set(re.findall(r'\bsay\("(\w+)"\)|data-(?:say|label|title|placeholder)="(\w+)"', SOURCES))
    keys = {first or second for first, second in asked}
    assert keys - {"company"} <= set(TEXTS.section("webchat", "ru"))
    assert "placeholder" in keys


def test_every_import_and_every_file_of_the_page_is_there() -> None:
    named = set(re.findall(r'(?:from "\./|\{\{ base \}\}/)([\w.]+)"', SOURCES))
    assert named == set(FILES.contents)


def test_the_page_asks_nothing_of_other_sites() -> None:
    addresses = set(re.findall(r"https?://[\w.-]+", SOURCES))
    assert addresses == {"http://www.w3.org", "https://www.openstreetmap.org"}, (
        "the name space of SVG, and the map a customer may open"
    )


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("", "ru"), ("en-GB,en;q=0.9", "en"), ("de,ru;q=0.5", "ru"), ("de", "ru"), ("*", "ru"), (",,", "ru")],
)
def test_the_page_comes_in_the_first_language_we_speak(accepted: str, language: str) -> None:
    assert preferred_language(accepted, "ru") == language


async def test_the_page_lets_no_foreign_or_inline_script_run_and_escapes_its_words() -> None:
    async with TestClient(TestServer(page_app())) as client:
        response = await client.get("/", headers={"Accept-Language": "en"})
        html = await response.text()
        policy = response.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert '<html lang="en">' in html
        data = html.partition('id="page-data">')[2].partition("</script>")[0]
        assert "<" not in data
        assert json.loads(data)["words"]["ru"]["company"] == "Лавка <b>"
        assert json.loads(data)["wait_s"] == 10


async def test_files_are_kept_by_browsers_under_their_version_only() -> None:
    async with TestClient(TestServer(page_app())) as client:
        current = await client.get(f"/chat/static/{FILES.version}/app.js")
        assert current.content_type == "text/javascript"
        assert "immutable" in current.headers["Cache-Control"]
        old = await client.get("/chat/static/0123/app.js")
        assert old.status == 200
        assert old.headers["Cache-Control"] == "no-cache"
        assert (await client.get(f"/chat/static/{FILES.version}/..%2fpage.py")).status == 404
        assert (await client.get(f"/chat/static/{FILES.version}/nothing.js")).status == 404
