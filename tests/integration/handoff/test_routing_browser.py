"""Distribution in a real browser: offers at two desks, and leads who set it up."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright, expect
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from handoff.routing.distribution import DISTRIBUTION, Distribution
from handoff.routing.schedule import HOURS, Hours
from handoff.routing.tables import sla_outcomes
from tests.integration.handoff.handoff_desk import PASSWORD, Desk
from tests.integration.handoff.handoff_world import World
from tests.integration.handoff.routing_desk import arrives, at_work, put, routing_desk

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
PICTURES = os.environ.get("DUET_PICTURES", "")
"""A folder for pictures of the pages, to be looked at."""

expect.set_options(timeout=15_000)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here; apt-get install chromium"),
]

Enter = Callable[..., Awaitable[Page]]


@pytest.fixture
async def desk(world: World, engine: AsyncEngine) -> AsyncIterator[Desk]:
    await put(engine, HOURS, Hours(week=["00:00-24:00"] * 7))
    desk = routing_desk(world, engine)
    stop = asyncio.Event()
    listening = asyncio.create_task(desk.hub.run(stop))
    yield desk
    stop.set()
    listening.cancel()
    await asyncio.wait([listening])


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def address(desk: Desk) -> AsyncIterator[str]:
    runner = web.AppRunner(desk.app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
async def enter(desk: Desk, browser: Browser, address: str) -> AsyncIterator[Enter]:
    """Signs somebody in; faults of the page's scripts fail the test."""
    faults: list[str] = []

    async def sign_in(name: str, display_name: str, *, role: str = "operator", dark: bool = False) -> Page:
        await desk.add(name, display_name=display_name, role=role)
        context = await browser.new_context(
            viewport={"width": 1280, "height": 800},
            locale="ru-RU",
            color_scheme="dark" if dark else "light",
            base_url=address,
        )
        page = await context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        await page.goto("/desk")
        await page.fill("#name", name)
        await page.fill("#password", PASSWORD)
        await page.click("#enter")
        await page.wait_for_selector("#tab-waiting")
        return page

    yield sign_in
    assert faults == []


def taken(number: int, *, met: bool) -> dict[str, object]:
    """How one conversation of today was taken."""
    since = round(datetime.now(UTC).timestamp() * 1000)
    return {
        "id": str(number), "ticket": "1", "conversation": "c", "clock": "take", "group": "general",
        "priority": 1, "channel": "webchat", "target_s": 20, "since_ms": since, "met": met,
    }  # fmt: skip


async def picture(page: Page, name: str) -> None:
    """Both widths, where pictures were asked for."""
    if not PICTURES:
        return
    for width in (1280, 390):
        await page.set_viewport_size({"width": width, "height": 800})
        path = Path(PICTURES) / f"{name}-{width}.png"
        await page.screenshot(path=path, full_page=not page.url.rstrip("/").endswith("/desk"))
    await page.set_viewport_size({"width": 1280, "height": 800})


async def test_an_offer_is_declined_by_one_and_accepted_by_the_next_with_the_keyboard(
    enter: Enter, world: World, engine: AsyncEngine, desk: Desk
) -> None:
    await put(engine, DISTRIBUTION, Distribution(mode="push", offer_s=60))
    anna = await enter("anna", "Анна")
    boris = await enter("boris", "Борис", dark=True)
    async with at_work(world, engine, desk):
        ticket = await arrives(world, engine, "c1", "Хочу вернуть чайник", "Мария", article="warranty")
        await expect(anna.locator(".offer")).to_contain_text("Хочу вернуть чайник")
        await expect(anna.locator(".offer")).to_contain_text("Возвраты")
        await expect(anna.locator(".offer-left")).to_contain_text("с")
        await expect(boris.locator("#offers")).to_be_hidden()
        await expect(boris.locator(".offered")).to_contain_text("предлагают: Анна")
        await picture(anna, "offer")
        await anna.keyboard.press("d")
        await expect(anna.locator("#offers")).to_be_hidden()
        await expect(boris.locator(".offer")).to_contain_text("Мария")
        await picture(boris, "offer-dark")
        await boris.keyboard.press("a")
        await expect(boris.locator("#reply")).to_be_focused()
        await expect(boris.locator(".packet")).to_contain_text("Возвраты · статья: warranty")
        assert await world.redis.hget(world.keys("ticket", id=ticket), "status") == "taken"

        await boris.select_option("#presence", "away")
        await expect(boris.locator("#presence-box")).to_have_attribute("data-status", "away")
        await arrives(world, engine, "c2", "Где заказ?", "Пётр")
        await expect(anna.locator(".offer")).to_contain_text("Пётр")
        await anna.select_option("#presence", "busy")
        await expect(anna.locator("#offers")).to_be_hidden()


async def test_a_lead_sees_the_team_and_what_is_late(
    enter: Enter, world: World, engine: AsyncEngine, desk: Desk
) -> None:
    await enter("anna", "Анна")
    await desk.add("vera", display_name="Вера")
    lead = await enter("lead", "Ольга", role="lead")
    async with at_work(world, engine, desk):
        ticket = await arrives(world, engine, "c1", "Где мой заказ?", "Мария")
        key = world.keys("ticket", id=ticket)
        was = int(str(await world.redis.hget(key, "created_at")))
        await lead.goto("/desk/team")
        await expect(lead.locator("#people")).to_contain_text("Анна")
        await expect(lead.locator("#people tr", has_text="Анна")).to_contain_text("На месте")
        await expect(lead.locator("#people tr", has_text="Вера")).to_contain_text("Не в сети")
        await expect(lead.locator("#no-late")).to_be_visible()
        await world.redis.hset(key, "created_at", str(was - 200_000))
        await expect(lead.locator("#late")).to_contain_text("Срок прошёл")
        await expect(lead.locator("#late")).to_contain_text("просрочено на")
        async with engine.begin() as connection:
            for n in range(4):
                await connection.execute(insert(sla_outcomes).values(taken(n, met=n > 0)))
        await expect(lead.locator("#service")).to_have_text("Сегодня взято в срок 75 %, цель 80 %")
        await picture(lead, "team")


async def test_a_lead_orders_rules_with_the_keyboard_and_hears_what_is_wrong(
    enter: Enter, engine: AsyncEngine
) -> None:
    lead = await enter("lead", "Ольга", role="lead")
    await lead.goto("/desk/settings/rules")
    second = lead.locator(".line-card").nth(1)
    await second.focus()
    await lead.keyboard.press("Alt+ArrowUp")
    await expect(lead.locator(".line-card").first).to_contain_text("Возвраты")
    await expect(lead.locator(".line-card").first).to_be_focused()
    await lead.get_by_role("button", name="Добавить правило").click()
    await lead.get_by_role("button", name="Сохранить").click()
    await expect(lead.locator(".fault").last).to_contain_text("ни одного условия")
    await lead.locator(".line-card").last.get_by_label("Метка клиента").fill("опт, партнёр")
    await lead.reload()
    tags = lead.locator(".line-card").last.get_by_label("Метка клиента")
    await expect(tags).to_have_value("опт, партнёр")
    await picture(lead, "rules")
    await lead.get_by_role("button", name="Сохранить").click()
    await expect(lead.locator("#toasts")).to_contain_text("Сохранено")
    await expect(lead.locator(".form-foot")).to_contain_text("Ольга")


async def test_every_settings_page_shows_itself_and_saves(enter: Enter, engine: AsyncEngine) -> None:
    lead = await enter("lead", "Ольга", role="lead", dark=True)
    await lead.goto("/desk/settings/groups")
    await lead.get_by_role("button", name="Добавить группу").click()
    await lead.get_by_role("button", name="Сохранить").click()
    await expect(lead.locator(".line-card").last).to_contain_text("Заполните поле")
    last = lead.locator(".line-card").last
    await last.get_by_label("Название по-русски").fill("Опт")
    await last.get_by_label("Название по-английски").fill("Wholesale")
    await last.get_by_label("Код").fill("wholesale")
    await last.get_by_label("Ольга").check()
    await picture(lead, "groups")
    await lead.get_by_role("button", name="Сохранить").click()
    await expect(lead.locator("#toasts")).to_contain_text("Сохранено")
    await lead.goto("/desk/settings/hours")
    await lead.locator("#hours-week-0").fill("9-13, 12-18")
    await lead.locator("#form-hours button[type=submit]").click()
    await expect(lead.locator("#hours-week-0-fault")).to_contain_text("пересекаются")
    await lead.locator("#hours-week-0").fill("9-13, 14-18")
    await lead.locator("#form-hours button[type=submit]").click()
    await expect(lead.locator("#hours-week-0")).to_have_value("09:00-13:00, 14:00-18:00")
    await lead.select_option("#holidays-country", "RU")
    await lead.locator("#form-holidays button[type=submit]").click()
    await expect(lead.locator("#form-holidays .form-foot")).to_contain_text("Ольга")
    await picture(lead, "hours")
    await lead.goto("/desk/settings/sla")
    await lead.locator("#sla-rules-3-first").fill("3 мин")
    await lead.locator("#sla-rules-3-next").fill("скоро")
    await lead.get_by_role("button", name="Сохранить").click()
    await expect(lead.locator("#sla-rules-3-next-fault")).to_contain_text("Нужно время")
    await lead.locator("#sla-rules-3-next").fill("")
    await lead.get_by_role("button", name="Сохранить").click()
    await expect(lead.locator(".form-foot")).to_contain_text("Ольга")
    await picture(lead, "sla")
    await lead.goto("/desk/settings/distribution")
    await lead.select_option("#distribution-mode", "push")
    await lead.locator("#form-distribution button[type=submit]").click()
    await expect(lead.locator("#form-distribution .form-foot")).to_contain_text("Ольга")
    await lead.locator("#form-team summary", has_text="Ольга").click()
    await lead.get_by_role("button", name="Задать смену").click()
    await picture(lead, "distribution")
    await lead.locator("#form-team button[type=submit]").click()
    await expect(lead.locator("#form-team .form-foot")).to_contain_text("Ольга")
