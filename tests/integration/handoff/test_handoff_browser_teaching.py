"""Operators teach the bot with keys and buttons, in a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, expect
from sqlalchemy.ext.asyncio import AsyncEngine

from core.tables import pending_phrases, verdicts
from tests.integration.handoff.browsing import BROWSER_MARKS, chromium, picture, served
from tests.integration.handoff.handoff_desk import PASSWORD, Desk
from tests.integration.handoff.handoff_lessons import archive, bot_answers, hand_over, rows
from tests.integration.handoff.handoff_world import World

pytestmark = BROWSER_MARKS

expect.set_options(timeout=15_000)  # a loaded machine is slow, not wrong

Open = Callable[..., Awaitable[Page]]
TEXT = "посылка не пришла, меня зовут Мария"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest.fixture
async def desk_page(desk: Desk, browser: Browser) -> AsyncIterator[Open]:
    """Opens the desk for Anna; faults of the page's scripts fail the test."""
    faults: list[str] = []
    await desk.add("anna", display_name="Анна", role="lead")

    async with served(desk.app) as address:

        async def enter(width: int = 1280, scheme: Literal["light", "dark"] = "light") -> Page:
            context = await browser.new_context(
                viewport={"width": width, "height": 860}, locale="ru-RU", color_scheme=scheme
            )
            page = await context.new_page()
            page.set_default_timeout(15_000)
            page.on("pageerror", lambda error: faults.append(str(error)))
            await page.goto(f"{address}/desk")
            await page.fill("#name", "anna")
            await page.fill("#password", PASSWORD)
            await page.click("#enter")
            await page.wait_for_selector("#tab-waiting")
            return page

        yield enter
    assert faults == []


async def test_one_key_inserts_a_candidate_and_sending_it_teaches(
    desk_page: Open, world: World, engine: AsyncEngine
) -> None:
    page = await desk_page()
    await hand_over(world, TEXT)
    await page.locator(".line").click()
    await expect(page.locator(".packet")).to_contain_text("Заказ потерян")
    await page.keyboard.press("i")
    await expect(page.locator(".toast.bad")).to_contain_text("Возьмите разговор")
    await page.keyboard.press("t")
    await expect(page.locator("#reply")).to_be_focused()
    await page.keyboard.press("Escape")
    await page.keyboard.press("i")
    await expect(page.locator("#reply")).to_have_value(
        "Нам жаль, что так вышло.\n\n- Напишите номер заказа\n- Мы **вернём деньги** за день"
    )
    await expect(page.locator("#teaches")).to_contain_text("Заказ потерян")
    await picture(page, "desk-inserted-1280")
    await page.keyboard.press("Enter")
    await expect(page.locator(".turn.operator").first).to_contain_text("вернём деньги")
    await expect(page.locator("#teaches")).to_be_hidden()
    await expect(page.locator(".turn.waits")).to_have_count(0)
    await archive(world, engine)
    (label,) = await rows(engine, verdicts)
    assert (label["right"], label["decision_id"]) == (True, "d1")
    (phrase,) = await rows(engine, pending_phrases)
    assert (phrase["article"], phrase["text"]) == ("damaged-lost-parcel", "посылка не пришла")


async def test_a_reply_that_should_not_teach_does_not(
    desk_page: Open, world: World, engine: AsyncEngine
) -> None:
    page = await desk_page()
    await hand_over(world, TEXT)
    await page.locator(".line").click()
    await page.click("#do-take")
    await page.locator(".candidates .insert").nth(1).click()
    await expect(page.locator("#teaches")).to_contain_text("Сроки доставки")
    await page.click("#teaches-not")
    await page.click("#send")
    await expect(page.locator(".turn.operator").first).to_contain_text("2 дня")
    await expect(page.locator(".turn.waits")).to_have_count(0)
    await archive(world, engine)
    assert await rows(engine, verdicts) == []


async def test_a_candidate_is_marked_as_the_right_one_without_sending(
    desk_page: Open, world: World, engine: AsyncEngine
) -> None:
    page = await desk_page()
    await hand_over(world, TEXT)
    await page.locator(".line").click()
    await page.locator(".candidates .choose").nth(1).click()
    await expect(page.locator(".toast")).to_contain_text("Сроки доставки")
    await expect(page.locator(".candidates .choose").nth(1)).to_have_attribute("aria-pressed", "true")
    assert (await world.conversation())["owner"] == "queue"
    await archive(world, engine)
    assert [label["right"] for label in await rows(engine, verdicts)] == [False]


async def test_a_wish_for_a_person_is_not_the_question(
    desk_page: Open, world: World, engine: AsyncEngine
) -> None:
    await bot_answers(world, "когда же приедет мой заказ", "Через два дня")
    await hand_over(world, "позовите живого человека", reason="asked_for_person")
    page = await desk_page()
    await page.locator(".line").click()
    await page.locator(".candidates .choose").nth(1).click()
    await expect(page.locator(".toast")).to_contain_text("Сроки доставки")
    await archive(world, engine)
    (phrase,) = await rows(engine, pending_phrases)
    assert (phrase["text"], phrase["decision_id"]) == ("когда же приедет мой заказ", "d0")


async def test_the_bots_answer_is_judged_with_a_key_and_the_right_article_found(
    desk_page: Open, world: World, engine: AsyncEngine
) -> None:
    page = await desk_page()
    await bot_answers(world, "когда же приедет мой заказ", "Нам жаль, что заказ потерян")
    await page.keyboard.press("4")
    await page.locator(".line").click()
    await expect(page.locator(".verdicts")).to_be_visible()
    await page.keyboard.press("n")
    await expect(page.locator(".wrong-answer")).to_have_attribute("aria-pressed", "true")
    await picture(page, "desk-judged-1280")
    await page.locator(".which").click()
    await page.fill("#search-text", "сроки доставки")
    await expect(page.locator("#search-found li")).to_have_count(1)
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".toast").last).to_contain_text("Сроки доставки")
    await page.keyboard.press("y")
    await expect(page.locator(".right-answer")).to_have_attribute("aria-pressed", "true")
    await archive(world, engine)
    (phrase,) = await rows(engine, pending_phrases)
    assert phrase["article"] == "delivery-times"


async def test_an_article_is_found_by_phrase_from_the_composer(desk_page: Open, world: World) -> None:
    page = await desk_page()
    await hand_over(world, TEXT)
    await page.locator(".line").click()
    await page.click("#do-take")
    await expect(page.locator("#reply")).to_be_focused()
    await page.keyboard.press("Control+k")
    await expect(page.locator("#search-text")).to_be_focused()
    await page.fill("#search-text", "сколько обещать, сроки доставки")
    await expect(page.locator("#search-found li")).to_have_count(2)
    await expect(page.locator("#search-found .internal")).to_have_count(1)
    await picture(page, "desk-search-1280")
    await page.locator("#search-found .show").first.click()
    await expect(page.locator(".found-text")).to_contain_text("2 дня")
    await page.locator("#search-text").focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("#reply")).to_have_value("До 500 рублей.")
    await expect(page.locator(".toast.bad")).to_contain_text("внутренняя")
    await page.keyboard.press("Escape")
    await page.keyboard.press("?")
    await expect(page.locator("#dialog")).to_contain_text("найти статью")
    await picture(page, "desk-keys-1280")


async def test_teaching_works_with_a_thumb(desk_page: Open, world: World, engine: AsyncEngine) -> None:
    page = await desk_page(390, "dark")
    await bot_answers(world, "когда же приедет мой заказ", "Нам жаль, что заказ потерян")
    await hand_over(world, TEXT)
    await page.locator(".line").click()
    await expect(page.locator(".candidates .choose").first).to_be_visible()
    await picture(page, "desk-packet-390-dark")
    await page.click("#do-take")
    await page.locator(".candidates .insert").first.click()
    await expect(page.locator("#teaches")).to_be_visible()
    await picture(page, "desk-inserted-390-dark")
    await page.click("#find")
    await page.fill("#search-text", "сколько обещать, сроки доставки")
    await expect(page.locator("#search-found li")).to_have_count(2)
    await picture(page, "desk-search-390-dark")
    await page.click("#search-close")
    await page.click("#send")
    await expect(page.locator(".turn.operator").first).to_contain_text("вернём деньги")
    await page.locator(".wrong-answer").click()
    await expect(page.locator(".wrong-answer")).to_have_attribute("aria-pressed", "true")
    await picture(page, "desk-judged-390-dark")
    await archive(world, engine)
    assert len(await rows(engine, verdicts)) == 2


async def test_the_packet_looks_right_on_a_wide_screen(desk_page: Open, world: World) -> None:
    page = await desk_page(1280, "dark")
    await hand_over(world, TEXT)
    await page.locator(".line").click()
    await page.click("#do-take")
    await expect(page.locator(".candidates .insert").first).to_be_visible()
    await page.click("#language")
    await expect(page.locator(".candidates .insert").first).to_have_text("Insert")
    await picture(page, "desk-packet-1280-dark-en")
