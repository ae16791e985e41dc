"""The page of channels in a real browser."""

from __future__ import annotations

from playwright.async_api import expect

from tests.integration.handoff.handoff_desk import Desk
from tests.integration.handoff.test_handoff_browser import (  # noqa: F401 - fixtures
    SignIn,
    address,
    browser,
    pytestmark,
    sign_in,
)


async def test_an_administrator_tests_a_channel_reads_what_to_mend_and_copies_the_address(
    desk: Desk,
    sign_in: SignIn,  # noqa: F811 - fixture
    address: str,  # noqa: F811 - fixture
) -> None:
    page = await sign_in("root", "Ирина", width=390)
    root = next(each for each in await desk.operators.all() if each.name == "root")
    await desk.promote(root.id, "administrator")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.goto(f"{address}/desk/settings")
    await page.get_by_role("link", name="Каналы").click()
    telegram, webchat = page.locator('[data-key="telegram"]'), page.locator('[data-key="webchat"]')
    await expect(telegram.locator(".chip")).to_have_text("не подключён")
    await expect(telegram.locator(".steps li")).to_have_count(5)
    await expect(telegram.locator(".steps li").first).to_be_visible()
    await webchat.locator("summary").click()
    await webchat.get_by_role("button", name="Проверить").click()
    await expect(webchat.locator(".verdict.ill")).to_contain_text("Страница чата не отвечает")
    await expect(webchat.locator(".steps li").first).to_be_visible()
    await telegram.get_by_role("button", name="Проверить").click()
    await expect(telegram.locator(".verdict.ill")).to_contain_text("задайте переменной TELEGRAM_BOT_TOKEN")
    await webchat.get_by_role("button", name="Скопировать адрес").click()
    await expect(page.locator(".toast")).to_have_text("Адрес скопирован")
    assert await page.evaluate("navigator.clipboard.readText()") == f"{address}/"
    await page.click("#language")
    await expect(telegram.locator(".verdict")).to_contain_text("There is no token")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
