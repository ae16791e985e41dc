"""The pages about people in a real browser."""

from __future__ import annotations

import asyncio

from playwright.async_api import Page, expect

from tests.integration.handoff.handoff_desk import Desk
from tests.integration.handoff.handoff_world import World
from tests.integration.handoff.test_handoff_browser import (  # noqa: F401 - fixtures
    SignIn,
    address,
    browser,
    pytestmark,
    sign_in,
)


async def _as_administrator(desk: Desk, sign_in: SignIn, width: int = 1280) -> Page:  # noqa: F811 - fixture
    page = await sign_in("root", "Ирина", width=width)
    root = next(each for each in await desk.operators.all() if each.name == "root")
    await desk.promote(root.id, "administrator")
    return page


async def test_an_administrator_adds_somebody_and_takes_their_access_away(
    desk: Desk,
    sign_in: SignIn,  # noqa: F811 - fixture
    address: str,  # noqa: F811 - fixture
) -> None:
    page = await _as_administrator(desk, sign_in)
    await page.goto(f"{address}/desk/people")
    await page.click("#add")
    await page.fill("#p-name", "ROOT")
    await page.click("dialog .primary")
    await expect(page.locator("dialog .fault")).to_contain_text("уже есть")
    await page.fill("#p-name", "anna")
    await page.fill("#p-display", "Анна")
    await page.select_option("#p-role", "lead")
    await page.keyboard.press("Enter")
    password = await page.locator("#secret").text_content()
    await page.click("dialog .primary")
    row = page.locator("tr", has_text="Анна")
    await expect(row).to_contain_text("Руководитель")
    assert password
    assert len(password) >= 16

    await row.locator("button").click()
    await expect(page.locator("dialog")).to_contain_text("Открытых входов: 0")
    await page.get_by_role("button", name="Отключить").click()
    await page.locator("dialog .danger").click()
    await expect(row).to_have_count(0)
    await page.check("#inactive")
    await expect(row).to_contain_text("отключён")

    await page.get_by_role("link", name="Настройки", exact=True).click()
    await page.get_by_role("link", name="Журнал").click()
    await expect(page.locator("#lines li").first).to_contain_text("учётная запись изменена")
    await expect(page.locator("#lines del").first).to_have_text("true")


async def test_an_operator_changes_the_password_and_ends_other_sign_ins(
    desk: Desk,
    sign_in: SignIn,  # noqa: F811 - fixture
    address: str,  # noqa: F811 - fixture
) -> None:
    page = await sign_in("anna", "Анна", width=390)
    await page.goto(f"{address}/desk/account")
    await expect(page.locator("#sessions li")).to_have_count(1)
    await page.fill("#old", "wrong one")
    await page.fill("#new", "a brand new phrase")
    await page.keyboard.press("Enter")
    await expect(page.locator("#password-fault")).to_contain_text("Нынешний пароль неверен")
    await page.fill("#old", "a long password")
    await page.keyboard.press("Enter")
    await expect(page.locator(".toast")).to_contain_text("Пароль изменён")
    await page.fill("#display-name", "Анна Петровна")
    await page.keyboard.press("Enter")
    await expect(page.locator("#who")).to_have_text("Анна Петровна")
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390

    await page.goto(f"{address}/desk/people")
    await expect(page.locator("h1")).to_have_text("Эта страница не для вашей роли")


async def test_somebody_who_waits_marks_the_tab_and_sounds_where_that_is_wished(
    world: World,
    sign_in: SignIn,  # noqa: F811 - fixture
    address: str,  # noqa: F811 - fixture
) -> None:
    page = await sign_in("anna", "Анна")
    await page.goto(f"{address}/desk/account")
    await page.get_by_label("звук, когда появился ждущий клиент").check()
    await page.goto(f"{address}/desk")
    await page.evaluate(
        """() => {
          globalThis.tones = [];
          const make = AudioContext.prototype.createOscillator;
          AudioContext.prototype.createOscillator = function () {
            const tone = make.call(this);
            const begin = tone.start.bind(tone);
            tone.start = (...when) => { globalThis.tones.push(tone.frequency.value); begin(...when); };
            return tone;
          };
        }"""
    )
    await page.keyboard.press("Escape")
    icon = page.locator('link[rel="icon"]')
    await expect(icon).to_have_attribute("href", "/shared/icon.svg")
    ticket = await world.hand_over("Курьер не едет")
    await expect(icon).to_have_attribute("href", "/shared/icon-waiting.svg")
    await _hears(page, [660])

    await world.queue.take(ticket, operator=await _id_of(page), name="Анна")
    await expect(icon).to_have_attribute("href", "/shared/icon.svg")
    await world.relay("Алло?")
    await _hears(page, [660, 880])


async def _hears(page: Page, pitches: list[int]) -> None:
    """Wait for these tones; the page's policy forbids a condition of our own in it."""
    async with asyncio.timeout(15):
        while await page.evaluate("globalThis.tones") != pitches:
            await asyncio.sleep(0.1)


async def _id_of(page: Page) -> str:
    """The id of who is signed in."""
    found: str = await page.evaluate("fetch('/desk/api/me').then((r) => r.json()).then((d) => d.operator.id)")
    return found
