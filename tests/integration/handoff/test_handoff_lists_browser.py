"""The list in a real browser: views, filters, saved views, snoozing, labels."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.async_api import Page, expect
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncEngine

from core.tables import customers, operators
from handoff.lists.marking import Marking
from handoff.search.index import Indexer
from tests.integration.handoff.browsing import BROWSER_MARKS
from tests.integration.handoff.handoff_world import World
from tests.integration.handoff.lists_world import archive_all
from tests.integration.handoff.test_handoff_browser import (  # noqa: F401 - its fixtures
    SignIn,
    address,
    browser,
    sign_in,
)

pytestmark = BROWSER_MARKS


async def picture(page: Page, name: str) -> None:
    """Kept for people to look at where a folder for them is named."""
    folder = os.environ.get("DUET_PICTURES")
    if folder:
        await page.screenshot(path=str(Path(folder) / f"{name}.png"))


async def fits(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


async def operator_id(page: Page) -> str:
    found = await page.evaluate("async () => (await (await fetch('/desk/api/me')).json()).operator.id")
    return str(found)


async def test_an_operator_filters_saves_the_view_and_finds_it_in_the_menu(
    sign_in: SignIn,  # noqa: F811
    world: World,
) -> None:
    page = await sign_in("anna", "Анна")
    web = await world.hand_over("Где посылка?", ref="webchat:a")
    await world.hand_over("Не приходит код", ref="telegram:b")
    await Marking(world.scripts).label(web, operator="u1", add=("курьер",), topic="delivery")
    await expect(page.locator(".line")).to_have_count(2)
    await expect(page.locator(f'[data-key="t{web}"]')).to_contain_text("Доставка")
    await page.keyboard.press("h")
    await picture(page, "filter")
    await page.select_option("#filter-tag", "курьер")
    await page.get_by_role("button", name="Показать", exact=True).click()
    await expect(page.locator(".line")).to_have_count(1)
    await page.click("#save-view")
    await page.fill("#view-name", "Курьеры")
    await page.keyboard.press("Enter")
    await expect(page.locator("#more-views")).to_contain_text("Курьеры")
    await page.keyboard.press("1")
    await expect(page.locator(".line")).to_have_count(2)
    await page.keyboard.press("v")
    await picture(page, "views-menu")
    await page.get_by_role("menuitemradio", name="Курьеры").click()
    await expect(page.locator(".line")).to_have_count(1)
    await page.reload()
    await expect(page.locator("#more-views")).to_contain_text("Курьеры")
    await expect(page.locator(".line")).to_have_count(1)


async def test_what_is_put_aside_comes_back_when_the_customer_writes(sign_in: SignIn, world: World) -> None:  # noqa: F811
    page = await sign_in("anna", "Анна")
    ticket = await world.hand_over("Перезвоните завтра")
    await world.queue.take(ticket, operator=await operator_id(page), name="Анна")
    await page.keyboard.press("2")
    await page.locator(".line").click()
    await expect(page.locator("#do-snooze")).to_be_visible()
    await page.locator("#do-snooze").click()
    await picture(page, "snooze")
    await page.get_by_role("button", name="Завтра утром").click()
    await expect(page.locator("#empty-list")).to_be_visible()
    await expect(page.locator("#labels")).to_contain_text("вернётся")
    await page.keyboard.press("7")
    await expect(page.locator(".line")).to_contain_text("вернётся")
    await picture(page, "snoozed")
    await page.keyboard.press("2")
    await world.relay("Я передумал, напишите сейчас")
    await expect(page.locator(".line")).to_contain_text("Я передумал")
    await expect(page.locator("#do-snooze")).to_be_visible()


async def test_topic_and_tags_are_set_in_the_conversation_and_seen_by_a_colleague(
    sign_in: SignIn,  # noqa: F811
    world: World,
) -> None:
    anna, boris = await sign_in("anna", "Анна"), await sign_in("boris", "Борис")
    await world.hand_over("Где посылка?")
    await anna.locator(".line").click()
    await expect(anna.locator("#edit-labels")).to_be_visible()
    await anna.keyboard.press("l")
    await anna.select_option("#label-topic", "delivery")
    await anna.get_by_role("button", name="курьер", exact=True).click()
    await anna.fill("#label-tag", "Хрупкое")
    await anna.keyboard.press("Enter")
    await picture(anna, "labels")
    await anna.get_by_role("button", name="Сохранить").click()
    for shown in (anna.locator("#labels"), boris.locator(".line")):
        await expect(shown).to_contain_text("Доставка")
        await expect(shown).to_contain_text("хрупкое")


async def test_ended_conversations_are_paged_and_opened(
    sign_in: SignIn,  # noqa: F811
    world: World,
    engine: AsyncEngine,
) -> None:
    page = await sign_in("anna", "Анна")
    for n in range(60):
        await world.queue.close(await world.hand_over(f"Вопрос {n}", ref=f"webchat:{n}"), operator="u1")
    await archive_all(world, engine)
    await page.keyboard.press("8")
    await expect(page.locator(".line").first).to_be_visible()
    await page.locator("#more-lines").scroll_into_view_if_needed()
    await expect(page.locator(".line")).to_have_count(60)
    await page.locator(".line").last.click()
    await expect(page.locator("#subtitle")).to_contain_text("Закрыт")
    await expect(page.locator(".turn.customer")).to_contain_text("Вопрос 0")


async def test_on_a_phone_every_view_is_in_the_menu(sign_in: SignIn, world: World) -> None:  # noqa: F811
    page = await sign_in("anna", "Анна", width=390)
    late = await world.hand_over("Сколько ждать?", ref="webchat:late", due_s=-300)
    mine = await world.hand_over("Спасибо, жду", ref="telegram:mine")
    await world.queue.take(mine, operator=await operator_id(page), name="Анна")
    marking = Marking(world.scripts)
    await marking.snooze(mine, operator=await operator_id(page), until=datetime.now(UTC) + timedelta(days=1))
    await marking.label(late, operator="u1", add=("курьер", "возврат", "хрупкое", "повтор"), topic="delivery")
    await expect(page.locator("#more-views")).to_contain_text("!1")
    await picture(page, "phone-list")
    await page.click("#more-views")
    await picture(page, "phone-menu")
    await page.get_by_role("menuitemradio", name="Отложены").click()
    await expect(page.locator(".line")).to_contain_text("вернётся")
    assert await fits(page)
    await page.locator(".line").click()
    await expect(page.locator("#do-wake")).to_be_visible()
    await picture(page, "phone-conversation")
    assert await fits(page)


async def test_what_was_said_is_found_marked_and_opened_at_that_turn(
    sign_in: SignIn,  # noqa: F811
    world: World,
    engine: AsyncEngine,
) -> None:
    page = await sign_in("anna", "Анна")
    for n in range(30):
        await world.bot_says(f"Ответ {n}", to="Где мой заказ?" if n else "Курьера <b>нет</b> третий час")
    await world.queue.close(await world.hand_over("Позовите человека"), operator="u1")
    await archive_all(world, engine)
    indexer = Indexer(engine)
    while await indexer.step():
        pass
    await page.keyboard.press("s")
    await page.keyboard.type("курьеры")
    hit = page.locator(".hit")
    await expect(hit).to_contain_text("Курьера <b>нет</b> третий час")
    await expect(hit.locator("mark")).to_have_text(["Курьера"])
    await picture(page, "search")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    sought = page.locator(".turn.sought")
    await expect(sought).to_contain_text("Курьера")
    await expect(sought).to_be_in_viewport()
    await expect(page.locator("#locked")).to_contain_text("из архива")
    await picture(page, "search-opened")
    await page.keyboard.press("s")
    await page.fill("#talk-search-text", "+7 916 123-45-67")
    await expect(page.locator("#talk-search")).to_contain_text("могут старшие")
    await page.set_viewport_size({"width": 390, "height": 800})
    await page.fill("#talk-search-text", "заказы")
    await expect(hit.first).to_be_visible()
    await picture(page, "phone-search")
    assert await fits(page)


async def test_a_lead_edits_the_tags_and_an_operator_chooses_a_new_one(
    sign_in: SignIn,  # noqa: F811
    world: World,
    engine: AsyncEngine,
) -> None:
    page = await sign_in("anna", "Анна")
    async with engine.begin() as connection:
        await connection.execute(update(operators).values(role="lead"))
    await page.goto(page.url.split("#")[0] + "/settings")
    await page.get_by_role("link", name="Метки").click()
    await expect(page.locator("#tags")).to_have_value(re.compile("курьер"))
    await page.fill("#tags", "х" * 41)
    await page.click("#save")
    await expect(page.locator("#tags-fault")).to_be_visible()
    await picture(page, "settings-labels")
    await page.fill("#tags", "подарок")
    await page.click("#save")
    await expect(page.locator("#toasts")).to_contain_text("Сохранено")
    await world.hand_over("Хочу подарок")
    await page.goto(page.url.replace("/settings/labels", ""))
    await page.locator(".line").click()
    await expect(page.locator("#edit-labels")).to_be_visible()
    await page.keyboard.press("l")
    await page.select_option("#label-topic", label="Качество товара")
    await page.locator("#dialog").get_by_role("button", name="подарок").click()
    await page.get_by_role("button", name="Сохранить").click()
    await expect(page.locator("#labels")).to_contain_text("Качество товара")
    await expect(page.locator("#labels")).to_contain_text("подарок")
    await page.set_viewport_size({"width": 390, "height": 800})
    await page.goto(page.url.split("#")[0] + "/settings/labels")
    await expect(page.locator("#tags")).to_have_value("подарок")
    await picture(page, "phone-settings-labels")
    assert await fits(page)


async def test_a_customer_who_was_searched_for_stays_while_the_conversation_goes_on(
    sign_in: SignIn,  # noqa: F811
    world: World,
    engine: AsyncEngine,
) -> None:
    page = await sign_in("lena", "Лена")
    ticket = await world.hand_over("Где мой заказ?", ref="webchat:1")
    row = {"key": "telegram:2", "name": "Ольга", "language": "ru", "first_seen_ms": 1, "last_seen_ms": 1}
    async with engine.begin() as connection:
        await connection.execute(insert(customers).values(**row))
    await Indexer(engine).step()
    await page.locator(f'[data-key="t{ticket}"] button').click()
    await expect(page.locator("#card")).to_be_visible()
    await page.keyboard.press("s")
    await page.keyboard.type("Ольга")
    await page.locator(".hit").click()
    await expect(page.locator("#card-title")).to_contain_text("Ольга")
    await Marking(world.scripts).label(ticket, operator="u1", add=("курьер",))
    await expect(page.locator("#labels")).to_contain_text("курьер")
    await expect(page.locator("#card-title")).to_contain_text("Ольга")
    await world.hand_over("Другой вопрос", ref="webchat:3")
    await expect(page.locator(".line")).to_have_count(2)
    await page.locator(".line").last.click()
    await expect(page.locator("#card-title")).not_to_contain_text("Ольга")
