"""Editors decide about phrases and publish, in a real browser."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, expect
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from core.keys import Keys
from knowledge_base.learned import Learned
from tests.integration.handoff.browsing import BROWSER_MARKS, chromium, picture, served
from tests.integration.knowledge_base.kb_pages import PASSWORD, WAITING, Pages, wait_for_phrases

pytestmark = BROWSER_MARKS

expect.set_options(timeout=15_000)  # a loaded machine is slow, not wrong

Open = Callable[..., Awaitable[Page]]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest.fixture
async def pages(redis: Redis, keys: Keys, engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[Pages]:
    folder = tmp_path / "kb"
    folder.mkdir()
    pages = Pages.on(redis, keys, engine, folder)
    await wait_for_phrases(engine)
    stop = asyncio.Event()
    following = asyncio.create_task(pages.follower.run(stop))
    yield pages
    stop.set()
    await following
    await pages.announcements.close()


@pytest.fixture
async def editors(pages: Pages, browser: Browser) -> AsyncIterator[Open]:
    """Opens the page for Eva, who signs in on the way; faults of its scripts fail the test."""
    faults: list[str] = []
    await pages.desk.add("eva", role="editor", display_name="Ева")
    async with served(pages.app) as address:

        async def enter(width: int = 1280, scheme: Literal["light", "dark"] = "light") -> Page:
            context = await browser.new_context(
                viewport={"width": width, "height": 860}, locale="ru-RU", color_scheme=scheme
            )
            page = await context.new_page()
            page.set_default_timeout(15_000)
            page.on("pageerror", lambda error: faults.append(str(error)))
            await page.goto(f"{address}/kb/phrases")
            await page.fill("#name", "eva")
            await page.fill("#password", PASSWORD)
            await page.click("#enter")
            await expect(page.locator(".row").first).to_be_visible()
            return page

        yield enter
    assert faults == []


async def test_an_editor_decides_and_publishes_with_the_keyboard_alone(editors: Open, pages: Pages) -> None:
    page = await editors()
    await expect(page).to_have_url(re.compile("/kb/phrases$"))
    await expect(page.locator(".row")).to_have_count(3)
    await expect(page.locator(".row.at")).to_contain_text(WAITING[0][2])
    await picture(page, "phrases-1280")

    await page.keyboard.press("a")
    await expect(page.locator(".row")).to_have_count(2)
    await expect(page.locator(".row.at")).to_contain_text(WAITING[1][2])
    await page.keyboard.press("m")
    await expect(page.locator("#mover-text")).to_be_focused()
    await page.keyboard.type("сгорят")
    await expect(page.locator("#choices button")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page.locator(".row")).to_have_count(1)
    await page.keyboard.press("r")
    await expect(page.locator("#empty")).to_be_visible()

    await page.keyboard.press("p")
    await expect(page.locator("#result")).to_contain_text("Версия 1", timeout=60_000)
    await expect(page.locator("#result")).to_contain_text("выученных фраз: 2")
    await page.keyboard.press("3")
    await expect(page.locator(".row")).to_contain_text("перенесена: points")
    await page.keyboard.press("2")
    await expect(page.locator(".row .same")).to_have_text("Бот думает так же")
    await picture(page, "phrases-published-1280")
    await page.keyboard.press("?")
    await expect(page.locator("#dialog")).to_contain_text("перенести в другую статью")
    assert set(await pages.phrases.accepted()) == {
        Learned("delivery", "ru", WAITING[0][2]), Learned("points", "ru", WAITING[1][2]),
    }  # fmt: skip


async def test_phrases_are_chosen_and_rejected_in_bulk(editors: Open, pages: Pages) -> None:
    page = await editors()
    await page.locator("[data-group=delivery]").check()
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    await expect(page.locator("#chosen")).to_have_text("Выбрано: 3")
    await page.keyboard.press("x")
    await expect(page.locator("#chosen")).to_have_text("Выбрано: 2")
    await picture(page, "phrases-chosen-1280")
    await page.click("#reject")
    await expect(page.locator(".row")).to_have_count(1)
    await expect(page.locator("#bulk")).to_be_hidden()
    assert (await pages.phrases.counts())["rejected"] == 2


async def test_on_a_phone_and_in_the_dark_everything_is_in_reach(editors: Open, pages: Pages) -> None:
    page = await editors(390, "dark")
    await picture(page, "phrases-390-dark")
    await page.click("#language")
    await expect(page.locator("h1")).to_have_text("New phrases")
    await page.locator(".row [data-picks]").first.check()
    await expect(page.locator("#bulk")).to_be_visible()
    await picture(page, "phrases-chosen-390-dark-en")
    await page.click("#move")
    await expect(page.locator("#choices button")).to_have_count(4)
    await picture(page, "phrases-move-390-dark-en")
    await page.click("#mover-close")
    await page.locator(".row .reject").last.click()
    await expect(page.locator(".row")).to_have_count(2)
    await page.click("#accept")
    await expect(page.locator(".row")).to_have_count(1)
    await page.click("#publish")
    await expect(page.locator("#result")).to_contain_text("Version 1", timeout=60_000)
    await picture(page, "phrases-published-390-dark-en")


async def test_an_editor_has_no_desk_and_an_operator_no_editors_page(editors: Open, pages: Pages) -> None:
    page = await editors()
    await page.goto(page.url.replace("/kb/phrases", "/desk"))
    await expect(page).to_have_url(re.compile("/kb/phrases$"))
    await expect(page.locator("#desk")).to_be_hidden()
    await page.click("#sign-out")
    await pages.desk.add("olga", role="operator")
    await page.fill("#name", "olga")
    await page.fill("#password", PASSWORD)
    await page.click("#enter")
    await expect(page.locator("#tab-waiting")).to_be_visible()
    await expect(page.locator("#knowledge")).to_be_hidden()
    await page.goto(page.url.split("/desk")[0] + "/kb/phrases")
    await expect(page.locator("#tab-waiting")).to_be_visible()
