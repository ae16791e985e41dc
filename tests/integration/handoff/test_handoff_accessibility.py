"""Every page of the desk, judged by axe-core against WCAG 2.2 at level AA."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, Request, expect
from sqlalchemy.ext.asyncio import AsyncEngine

from core.clock import utc_now
from tests.integration.handoff.browsing import BROWSER_MARKS, chromium, served
from tests.integration.handoff.handoff_desk import PASSWORD
from tests.integration.handoff.handoff_world import World
from tests.integration.handoff.routing_desk import routing_desk

pytestmark = BROWSER_MARKS

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
PAGES = (
    "account", "people", "settings", "settings/channels", "settings/webhooks", "settings/tokens",
    "settings/groups", "settings/sign-in", "settings/replies", "settings/labels", "reports", "reviews",
    "results", "my", "team", "tasks", "requests", "audit",
)  # fmt: skip
LOOKS: tuple[tuple[Literal["light", "dark"], int], ...] = (("light", 1280), ("dark", 1280), ("light", 390))
STILL = "document.getAnimations().every(each => each.playState !== 'running')"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


class Quiet:
    """Knows when a page has all it asked for."""

    def __init__(self, page: Page) -> None:
        self._open: set[Request] = set()
        page.on("request", lambda request: self._open.add(request))
        page.on("requestfinished", lambda request: self._open.discard(request))
        page.on("requestfailed", lambda request: self._open.discard(request))

    async def wait(self) -> None:
        """Wait until nothing has been under way for a moment."""
        calm = 0
        async with asyncio.timeout(20):
            while calm < 4:
                calm = 0 if self._open else calm + 1
                await asyncio.sleep(0.03)


async def _faults(page: Page, quiet: Quiet, name: str) -> list[str]:
    await quiet.wait()
    await page.wait_for_function(STILL)
    found: dict[str, Any] = (await Axe().run(page, options=RULES)).response
    return [
        f"{name}: {rule['id']} at {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


async def _desk_faults(page: Page, quiet: Quiet, address: str, look: str) -> list[str]:
    """Signing in, the list, a conversation with its packet, and the composer."""
    await page.goto(f"{address}/desk/login")
    found = await _faults(page, quiet, f"login, {look}")
    await page.fill("#name", "root")
    await page.fill("#password", PASSWORD)
    await page.click("#enter")
    await page.locator("#tab-all").click()
    await page.locator(".line").first.wait_for()
    found += await _faults(page, quiet, f"list, {look}")
    await page.locator(".line").first.click()
    take = page.locator("#do-take")
    await page.locator("#title").wait_for()
    if await take.is_visible():
        await take.click()
    await expect(page.locator("#reply")).to_be_visible()
    return found + await _faults(page, quiet, f"conversation, {look}")


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
async def test_no_page_of_the_desk_breaks_a_rule_of_accessibility(
    world: World, engine: AsyncEngine, browser: Browser, scheme: Literal["light", "dark"], width: int
) -> None:
    desk = routing_desk(world, engine)
    await desk.add("root", role="administrator", display_name="Ирина")
    await desk.add("anna", display_name="Анна")
    await desk.webhooks.add("https://crm.example/hook", ["conversation.closed"], by="root", now=utc_now())
    await world.hand_over("Курьер нахамил!")
    look = f"{scheme}, {width}"
    context = await browser.new_context(
        viewport={"width": width, "height": 800},
        locale="ru-RU",
        color_scheme=scheme,
        reduced_motion="reduce",
        bypass_csp=True,  # axe-core is put into the page; only here
    )
    page = await context.new_page()
    page.set_default_timeout(15_000)
    quiet = Quiet(page)
    async with served(desk.app) as address:
        found = await _desk_faults(page, quiet, address, look)
        for path in PAGES:
            answer = await page.goto(f"{address}/desk/{path}")
            assert answer is not None
            assert answer.status == 200, path
            await page.wait_for_function("document.querySelector('main h1')?.textContent.length > 0")
            found += await _faults(page, quiet, f"{path}, {look}")
        await context.close()
    assert found == [], "\n".join(found)


async def test_the_bar_at_the_top_takes_two_lines_of_a_phone_and_shows_no_addresses(
    world: World, engine: AsyncEngine, browser: Browser
) -> None:
    desk = routing_desk(world, engine)
    await desk.add("root", role="administrator", display_name="Александра Константинопольская")
    context = await browser.new_context(viewport={"width": 390, "height": 800}, locale="ru-RU")
    page = await context.new_page()
    async with served(desk.app) as address:
        await page.goto(f"{address}/desk/login")
        await page.fill("#name", "root")
        await page.fill("#password", PASSWORD)
        await page.click("#enter")
        await expect(page.locator("#presence option")).to_have_count(3)
        for width in (390, 360):
            await page.set_viewport_size({"width": width, "height": 800})
            height = await page.evaluate("document.querySelector('.top').getBoundingClientRect().height")
            assert height < 100, width
        badge = "getComputedStyle(document.querySelector('#menu [data-count]'), '::after').content"
        assert await page.evaluate(badge) == "none"
        await context.close()
