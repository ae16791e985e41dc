"""The main job in real browsers: a customer in the web chat, an operator at the desk, all of it real."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from scripts.browser import find_browser
from tests.acceptance.conftest import Running
from tests.acceptance.deployment import PASSWORD

CHROMIUM = find_browser()
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
SLOW_MS = 20_000
"""A busy machine is slow, not wrong."""

pytestmark = [
    pytest.mark.rasa,
    pytest.mark.browser,
    pytest.mark.timeout(420),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here; apt-get install chromium"),
]


@dataclass
class Browsing:
    """Pages of the copy under test; `faults` are what their scripts complained of."""

    browser: Browser
    url: str
    faults: list[str] = field(default_factory=list)

    async def page(self, path: str, *, width: int = 1280, locale: str = "ru-RU") -> Page:
        context: BrowserContext = await self.browser.new_context(
            viewport={"width": width, "height": 800}, locale=locale
        )
        page = await context.new_page()
        page.set_default_timeout(SLOW_MS)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        await page.goto(f"{self.url}{path}")
        return page

    async def customer(self, *, width: int = 1280, locale: str = "ru-RU") -> Page:
        return await self.page("/", width=width, locale=locale)

    async def operator(self, *, width: int = 1280) -> Page:
        page = await self.page("/desk", width=width)
        await page.fill("#name", "admin")
        await page.fill("#password", PASSWORD)
        await page.click("#enter")
        await page.wait_for_selector("#tab-waiting")
        return page


@pytest.fixture
async def browsing(duet: Running) -> AsyncIterator[Browsing]:
    expect.set_options(timeout=SLOW_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        opened = Browsing(browser, duet.copy.url)
        yield opened
        await browser.close()
    assert opened.faults == []


async def write(page: Page, text: str) -> None:
    await page.fill("#text", text)
    await page.press("#text", "Enter")


async def code_sent_to(duet: Running, phone: str) -> str:
    """The code the demo service "sent", from its log."""
    log = duet.copy.data / "demo" / "codes.log"
    for _ in range(100):
        for line in reversed(log.read_text("utf-8").splitlines() if log.exists() else []):
            found = re.search(r"\b(\d{6})\b", line.replace(phone, ""))
            if phone in line and found:
                return found[1]
        await asyncio.sleep(0.1)
    raise AssertionError(f"no code for {phone}")


async def test_a_customer_gets_a_balance_a_store_and_an_article(browsing: Browsing, duet: Running) -> None:
    page = await browsing.customer()
    messages = page.locator("#messages")
    await write(page, "сколько у меня баллов?")
    await expect(messages).to_contain_text("Я бот «Лавка»")
    await page.fill("#phone-number", "+7 900 000-00-01")
    await page.press("#phone-number", "Enter")
    await expect(messages).to_contain_text("код", ignore_case=True)
    await write(page, await code_sent_to(duet, "+79000000001"))
    await expect(messages).to_contain_text("1 250 баллов".replace(" ", "\u00a0", 1))
    await write(page, "а где ближайший магазин, на тверской?")
    await expect(messages).to_contain_text("Лавка на Тверской")
    await write(page, "сколько стоит доставка")
    await expect(messages).to_contain_text("149")
    await expect(page.get_by_role("button", name="Да, помогло")).to_be_visible()
    await page.get_by_role("button", name="Да, помогло").click()
    await expect(messages).to_contain_text("Спасибо, что сказали!")


async def test_an_angry_customer_reaches_a_person_and_then_the_bot_again(browsing: Browsing) -> None:
    customer, desk = await browsing.customer(), await browsing.operator()
    messages = customer.locator("#messages")
    await write(customer, "это возмутительно!!! привезли гнилое мясо, я в бешенстве, верните деньги")
    await expect(messages).to_contain_text("Передаю разговор оператору")

    await desk.locator("#lines .line", has_text="возмутительно").click()
    await expect(desk.locator(".packet")).to_contain_text("возмутительно")
    await desk.click("#do-take")
    await expect(desk.locator("#reply")).to_be_focused()
    await write(customer, "сколько стоит доставка?")
    await expect(desk.locator("#turns .turn.customer").last).to_contain_text("сколько стоит доставка?")
    await desk.keyboard.type("Здравствуйте, уже разбираемся")
    await desk.keyboard.press("Enter")
    await expect(messages).to_contain_text("уже разбираемся")
    assert "149" not in await messages.inner_text()  # the bot was asked and kept silent

    await desk.click("#do-return")
    await expect(messages).to_contain_text("Я снова с вами")
    await write(customer, "сколько стоит доставка?")
    await expect(messages).to_contain_text("149")


async def test_an_operator_on_a_phone_closes_an_english_conversation(browsing: Browsing) -> None:
    customer = await browsing.customer(width=390, locale="en-US")
    desk = await browsing.operator(width=390)
    await write(customer, "hi, i want to talk to a human please")
    await expect(customer.locator("#messages")).to_contain_text("passing you to a person")
    await desk.locator("#lines .line", has_text="talk to a human").click()
    await desk.click("#do-take")
    await desk.fill("#reply", "Hello, how can I help?")
    await desk.click("#send")
    await expect(customer.locator("#messages")).to_contain_text("how can I help?")
    await desk.click("#do-close")
    await desk.locator("#dialog button.primary").click()
    await expect(customer.locator("#messages")).to_contain_text("This conversation is closed")
