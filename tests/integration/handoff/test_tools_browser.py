"""The operators' tools in a real browser: two operators, a lead and a customer at once."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.integration.handoff.browsing import BROWSER_MARKS, chromium, served
from tests.integration.handoff.handoff_desk import PASSWORD, Desk
from tests.integration.handoff.handoff_world import World

pytestmark = BROWSER_MARKS

PICTURES = os.environ.get("DUET_PICTURES", "")

SignIn = Callable[..., Awaitable[Page]]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest.fixture
async def address(desk: Desk) -> AsyncIterator[str]:
    async with served(desk.app) as address:
        yield address


@pytest.fixture
async def sign_in(desk: Desk, browser: Browser, address: str) -> AsyncIterator[SignIn]:
    """Opens the desk as a new operator; faults of the page's scripts fail the test."""
    faults: list[str] = []

    async def enter(
        name: str, display_name: str, *, role: str = "operator", width: int = 1280, dark: bool = False
    ) -> Page:
        await desk.add(name, display_name=display_name, role=role)
        context = await browser.new_context(
            viewport={"width": width, "height": 800},
            locale="ru-RU",
            color_scheme="dark" if dark else "light",
        )
        page = await context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text) if "Security Policy" in line.text else None)
        await page.goto(f"{address}/desk")
        await page.fill("#name", name)
        await page.fill("#password", PASSWORD)
        await page.click("#enter")
        await page.wait_for_selector("#tab-waiting")
        return page

    yield enter
    assert faults == []


async def shot(page: Page, name: str) -> None:
    """A picture to look at, where somebody asked for them."""
    if PICTURES:
        await page.screenshot(path=Path(PICTURES) / f"{name}.png")


async def open_line(page: Page, view: str = "3") -> None:
    await page.keyboard.press(view)
    await page.locator(".line").first.click()
    await expect(page.locator("#title")).to_be_visible()


async def test_a_conversation_goes_from_one_operator_to_another_with_a_note(
    sign_in: SignIn, world: World
) -> None:
    anna, boris = await sign_in("anna", "Анна"), await sign_in("boris", "Борис")
    await world.hand_over("Курьер нахамил!")
    await open_line(anna)
    await anna.keyboard.press("t")
    await expect(anna.locator("#reply")).to_be_focused()
    await open_line(boris)
    await expect(anna.locator("#company")).to_contain_text("Борис тоже смотрит")

    await anna.keyboard.type("Сейчас разберусь")
    await expect(boris.locator("#company")).to_contain_text("Анна пишет…")
    await shot(boris, "collision-1280")
    await anna.fill("#reply", "")
    await anna.keyboard.press("Escape")
    await anna.keyboard.press("m")
    await expect(anna.locator("#mode-note")).to_have_attribute("aria-pressed", "true")
    await anna.keyboard.type("@Бо")
    await expect(anna.locator("#picker li")).to_contain_text("Борис")
    await anna.keyboard.press("Enter")
    await anna.keyboard.type("глянь, пожалуйста, жалоба на курьера")
    await shot(anna, "note-1280")
    await anna.keyboard.press("Enter")
    for page in (anna, boris):
        await expect(page.locator(".turn.aside")).to_contain_text("@Борис глянь, пожалуйста")
    sent = [(await world.outbox(out_id))["payload"] for out_id in await world.send_all()]
    assert sent
    assert not any("глянь" in payload for payload in sent)

    await anna.keyboard.press("Escape")
    await anna.keyboard.press("g")
    await anna.select_option("#form-to", label="● Борис")
    await anna.fill("#form-note", "Клиенту обещали перезвонить до 18:00")
    await shot(anna, "transfer-1280")
    await anna.keyboard.press("Control+Enter")
    await expect(boris.locator("#brief")).to_contain_text("Передаёт Анна")
    await expect(boris.locator("#brief")).to_contain_text("до 18:00")
    await expect(boris.locator("#reply")).to_be_visible()
    await expect(anna.locator("#locked")).to_contain_text("Разговор ведёт Борис")
    await expect(boris.locator(".turn.system").last).to_contain_text("Дальше поможет Борис")
    await shot(boris, "received-1280")

    await boris.keyboard.press("x")
    await boris.keyboard.press("Enter")
    await expect(boris.locator("#subtitle")).to_contain_text("Закрыт")
    await boris.keyboard.press("u")
    await expect(boris.locator("#subtitle")).to_contain_text("Отвечаете вы")
    await expect(boris.locator("#reopened")).to_be_visible()


async def test_canned_replies_come_with_a_slash_and_gaps_are_shown(sign_in: SignIn, world: World) -> None:
    page = await sign_in("anna", "Анна")
    await world.hand_over("Где мой заказ?")
    await open_line(page)
    await page.keyboard.press("t")
    await expect(page.locator("#reply")).to_be_focused()
    await page.keyboard.type("/")
    await expect(page.locator("#picker li").first).to_contain_text("Приветствие")
    await shot(page, "canned-1280")
    await page.keyboard.type("часы")
    await expect(page.locator("#picker li")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page.locator("#reply")).to_have_value(
        "Нам можно позвонить: 8 800 555-01-23, ежедневно с 9 до 21 по Москве. "
        "Все магазины и адреса есть на lavka.example."
    )
    await page.fill("#reply", "")
    await page.keyboard.type("/привет")
    await page.keyboard.press("Enter")
    await expect(page.locator("#reply")).to_have_value(
        "Здравствуйте, Мария! Меня зовут Анна, я из компании «Лавка». Читаю, что вы написали, и сразу отвечу."
    )


async def test_the_coach_underlines_and_a_key_replaces(sign_in: SignIn, world: World, desk: Desk) -> None:
    page = await sign_in("anna", "Анна")
    await world.hand_over("Где мой заказ?")
    await open_line(page)
    await page.keyboard.press("t")
    await expect(page.locator("#reply")).to_be_focused()
    await page.keyboard.type("К сожалению, с доставкой проблемы. 🙂 Вашу жалобу передам")
    await expect(page.locator("#under mark")).to_have_text(["К сожалению", "проблемы", "Вашу жалобу"])
    await shot(page, "coach-1280")
    await page.keyboard.press("Alt+r")
    await expect(page.locator("#reply")).to_have_value(
        "В настоящий момент, с доставкой проблемы. 🙂 Вашу жалобу передам"
    )
    await page.get_by_role("button", name="Вашу жалобу").click()
    await expect(page.locator("#reply")).to_have_value(
        "В настоящий момент, с доставкой проблемы. 🙂 Ваше обращение передам"
    )
    await page.locator("#send").click()
    await expect(page.locator(".turn.operator")).to_contain_text("Ваше обращение передам")
    boss = await sign_in("olga", "Ольга", role="lead")
    await boss.goto(boss.url.split("/desk")[0] + "/desk/settings/tools")
    await expect(boss.locator("#part-coach table")).to_contain_text("Анна")
    await expect(boss.locator("#part-coach tbody td.number")).to_have_text(["2", "1"])
    await shot(boss, "rules-1280")


async def test_compensation_above_the_limit_waits_for_a_lead_in_the_conversation(
    sign_in: SignIn, world: World
) -> None:
    anna, boss = await sign_in("anna", "Анна"), await sign_in("olga", "Ольга", role="lead")
    await world.hand_over("Торт приехал разбитым")
    await open_line(anna)
    await anna.keyboard.press("t")
    await expect(anna.locator("#reply")).to_be_focused()
    await anna.keyboard.press("Escape")
    await anna.keyboard.press("c")
    await expect(anna.locator("#dialog")).to_contain_text("до 500 ₽")
    await anna.fill("#form-amount", "1 200,50")
    await expect(anna.locator("#form-yes")).to_have_text("Спросить руководителя")
    await anna.fill("#form-why", "Торт на день рождения")
    await shot(anna, "promise-1280")
    await anna.click("#form-yes")
    await expect(anna.locator("#asides")).to_contain_text("Компенсация 1 200,50 ₽")
    await expect(boss.locator("#toasts")).to_contain_text("Анна просит одобрить компенсацию: 1 200,50 ₽")
    await expect(boss.locator('.menu a[href="/desk/requests"]')).to_have_attribute("data-asked", "1")
    await open_line(boss)
    await expect(boss.locator("#asides")).to_contain_text("Торт на день рождения")
    await shot(boss, "approval-1280")
    await boss.get_by_role("button", name="Одобрить").click()
    await boss.fill("#form-note", "Добавь извинения")
    await boss.click("#form-yes")
    await expect(anna.locator("#settled")).to_contain_text("одобрена, Ольга")
    await expect(anna.locator("#settled")).to_contain_text("Добавь извинения")
    await expect(anna.locator("#asides")).to_be_empty()

    await anna.keyboard.press("q")
    await anna.select_option("#form-group", label="Возвраты")
    await anna.fill("#form-text", "Оформите возврат за торт")
    await anna.click("#form-yes")
    await expect(anna.locator("#asides")).to_contain_text("Группе: Возвраты")
    await boss.goto(boss.url.split("/desk")[0] + "/desk/requests")
    await expect(boss.locator("#requests")).to_contain_text("Оформите возврат за торт")
    await shot(boss, "requests-1280")
    await boss.get_by_role("button", name="Взять").click()
    await expect(anna.locator("#asides")).to_contain_text("взял Ольга")
    await boss.get_by_role("button", name="Готово").click()
    await boss.fill("#form-note", "Вернули 1 890 ₽")
    await boss.click("#form-yes")
    await expect(anna.locator("#settled")).to_contain_text("Вернули 1 890 ₽")


async def test_a_reply_that_was_not_sent_survives_closing_the_tab(sign_in: SignIn, world: World) -> None:
    page = await sign_in("anna", "Анна", width=390, dark=True)
    await world.hand_over("Где мой заказ?")
    await page.locator(".line").first.click()
    await page.click("#do-take")
    await page.fill("#reply", "К сожалению, ваш заказ {order}")
    await expect(page.locator("#under mark")).to_have_count(1)
    await shot(page, "composer-390-dark")
    again = await page.context.new_page()
    await again.goto(page.url)
    await page.close()
    await expect(again.locator("#reply")).to_have_value("К сожалению, ваш заказ {order}")
    assert await again.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await again.click("#do-canned")
    await shot(again, "canned-390-dark")
    await again.goto(again.url.split("/desk")[0] + "/desk/settings/replies")
    await expect(again.locator("#list-shared .reply-item").first).to_contain_text("Приветствие")
    await shot(again, "replies-390-dark")
    assert await again.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_a_lead_changes_canned_replies_and_faults_are_shown_at_the_field(
    sign_in: SignIn, world: World
) -> None:
    boss = await sign_in("olga", "Ольга", role="lead")
    await boss.goto(boss.url.split("/desk")[0] + "/desk/settings/replies")
    shared = boss.locator("#list-shared")
    await shared.get_by_role("button", name="Новый ответ").click()
    item = shared.locator(".reply-item").last
    await item.get_by_label("Название, по-русски").fill("Самовывоз")
    await item.get_by_label("Группа, по-русски").fill("Доставка")
    await item.get_by_label("Текст, по-русски").fill("Заберите заказ в {shop}")
    await shared.get_by_role("button", name="Сохранить").click()
    await expect(item.locator(".fault")).to_have_text("есть слово в скобках, которое нечем заполнить")
    await shot(boss, "replies-1280")
    await item.get_by_label("Текст, по-русски").fill("Заберите заказ, {customer}")
    await shared.get_by_role("button", name="Сохранить").click()
    await expect(boss.locator("#toasts")).to_contain_text("Сохранено.")

    await world.hand_over("Где мой заказ?")
    await boss.goto(boss.url.split("/desk")[0] + "/desk")
    await open_line(boss)
    await boss.keyboard.press("t")
    await expect(boss.locator("#reply")).to_be_focused()
    await boss.keyboard.type("/самов")
    await boss.keyboard.press("Enter")
    await expect(boss.locator("#reply")).to_have_value("Заберите заказ, Мария")


async def test_what_was_typed_for_a_list_that_is_on_its_way_is_not_sent(
    sign_in: SignIn, world: World
) -> None:
    page = await sign_in("anna", "Анна")
    ticket = await world.hand_over("Где мой заказ?")
    gate = asyncio.Event()

    async def slow_line(route: Route) -> None:
        await gate.wait()
        await route.continue_()

    await page.route(f"**/tickets/{ticket}/replies*", slow_line)
    await open_line(page)
    await page.keyboard.press("t")
    await expect(page.locator("#reply")).to_be_focused()
    await page.keyboard.type("/часы")
    await page.keyboard.press("Enter")
    gate.set()
    await expect(page.locator("#reply")).to_have_value(re.compile("Нам можно позвонить"))
    await expect(page.locator(".turn.operator")).to_have_count(0)
