"""The desk in a real browser: what operators do all day."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.integration.handoff.browsing import BROWSER_MARKS, chromium, served
from tests.integration.handoff.handoff_desk import PASSWORD, Desk
from tests.integration.handoff.handoff_world import World

expect.set_options(timeout=15_000)  # a loaded machine is slow, not wrong

pytestmark = BROWSER_MARKS

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

    async def enter(name: str, display_name: str, *, width: int = 1280) -> Page:
        await desk.add(name, display_name=display_name)
        context = await browser.new_context(viewport={"width": width, "height": 800}, locale="ru-RU")
        page = await context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        await page.goto(f"{address}/desk")
        await page.fill("#name", name)
        await page.fill("#password", PASSWORD)
        await page.click("#enter")
        await page.wait_for_selector("#tab-waiting")
        return page

    yield enter
    assert faults == []


async def test_an_operator_takes_answers_and_closes_with_the_keyboard_alone(
    sign_in: SignIn, world: World
) -> None:
    page = await sign_in("anna", "Анна")
    await expect(page.locator("#empty-list")).to_contain_text("Никто не ждёт")
    ticket = await world.hand_over("Курьер нахамил!")
    await expect(page.locator(".line")).to_contain_text("Курьер нахамил!")
    await expect(page).to_have_title("(1) Duet")

    await page.keyboard.press("j")
    await expect(page.locator(".packet")).to_contain_text("курьер нахамил")
    await expect(page.locator(".packet")).to_contain_text("Заказ потерян")
    await expect(page.locator("#locked")).to_contain_text("Возьмите разговор")
    await page.keyboard.press("t")
    await expect(page.locator("#reply")).to_be_focused()
    await page.keyboard.type("Разберёмся")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("прямо сейчас")
    await page.keyboard.press("Enter")
    reply = page.locator(".turn.operator")
    await expect(reply).to_contain_text("в очереди")
    await world.send_all()
    await expect(reply).to_contain_text("отправлено")
    await expect(reply.locator(".words br")).to_have_count(1)

    await world.relay("Спасибо!")
    await expect(page.locator(".turn.customer").last).to_contain_text("Спасибо!")
    await page.keyboard.press("Escape")
    await page.keyboard.press("x")
    await page.keyboard.press("Enter")
    await expect(page.locator("#subtitle")).to_contain_text("Закрыт")
    assert await world.redis.hget(world.keys("ticket", id=ticket), "status") == "closed"


async def test_two_operators_press_take_and_the_slower_learns_who_has_it(
    sign_in: SignIn, world: World
) -> None:
    anna, boris = await sign_in("anna", "Анна"), await sign_in("boris", "Борис")
    ticket = await world.hand_over()
    for page in (anna, boris):
        await page.locator(".line").click()
        await expect(page.locator("#do-take")).to_be_visible()
    gate = asyncio.Event()

    async def slow_line(route: Route) -> None:
        await gate.wait()
        await route.continue_()

    await boris.route(f"**/tickets/{ticket}/take", slow_line)
    await boris.click("#do-take")
    await anna.click("#do-take")
    await expect(anna.locator("#reply")).to_be_visible()
    gate.set()
    await expect(boris.locator("#toasts")).to_contain_text("Разговор уже у Анна")
    await expect(boris.locator("#locked")).to_contain_text("Разговор ведёт Анна")


async def test_what_was_not_delivered_is_shown_and_sent_again_once(sign_in: SignIn, world: World) -> None:
    page = await sign_in("anna", "Анна")
    await world.hand_over()
    await page.locator(".line").click()
    await page.click("#do-take")
    await expect(page.locator("#reply")).to_be_visible()
    await world.send_all()
    await page.fill("#reply", "Вы здесь?")
    await page.keyboard.press("Enter")
    await expect(page.locator(".turn.operator")).to_contain_text("в очереди")
    await world.send_all("failed")
    await expect(page.locator(".turn.operator")).to_contain_text("не доставлено: the chat was not found")
    await page.get_by_role("button", name="Отправить ещё раз").click()
    await expect(page.locator(".turn.operator")).to_have_count(2)
    await expect(page.get_by_role("button", name="Отправить ещё раз")).to_have_count(0)


async def test_nothing_a_customer_writes_becomes_markup(sign_in: SignIn, world: World) -> None:
    page = await sign_in("anna", "Анна")
    text = '<img src=x onerror="document.title=1"> [x](javascript:alert(1)) https://a.example/?q=<b>'
    await world.hand_over(text)
    await page.locator(".line").click()
    bubble = page.locator(".turn.customer .words")
    await expect(bubble).to_have_text(text)
    assert await bubble.locator("img").count() == 0
    links = await bubble.locator("a").evaluate_all("links => links.map(link => link.href)")
    assert links == ["https://a.example/?q="]


async def test_a_draft_survives_looking_at_another_conversation(sign_in: SignIn, world: World) -> None:
    page = await sign_in("anna", "Анна")
    first = await world.hand_over(ref="webchat:a")
    second = await world.hand_over(ref="webchat:b")
    for ticket in (first, second):
        await world.queue.take(ticket, operator=await _id(page), name="Анна")
    await page.keyboard.press("2")
    await page.locator(f'[data-key="t{first}"] button').click()
    await page.fill("#reply", "Недописанное")
    await page.locator(f'[data-key="t{second}"] button').click()
    await expect(page.locator("#reply")).to_have_value("")
    await page.locator(f'[data-key="t{first}"] button').click()
    await expect(page.locator("#reply")).to_have_value("Недописанное")


async def _id(page: Page) -> str:
    found = await page.evaluate("async () => (await (await fetch('/desk/api/me')).json()).operator.id")
    return str(found)


async def test_an_operator_joins_the_bot_and_returns_the_conversation(sign_in: SignIn, world: World) -> None:
    page = await sign_in("anna", "Анна")
    await world.bot_says("Здравствуйте!", to="Привет")
    await page.keyboard.press("4")
    await page.locator(".line").click()
    await page.click("#do-join")
    await expect(page.locator("#subtitle")).to_contain_text("Отвечаете вы")
    assert (await world.conversation())["owner"].startswith("operator:")
    await page.click("#do-return")
    await expect(page.locator("#subtitle")).to_contain_text("Возвращён боту")
    assert (await world.conversation())["owner"] == "bot"


async def test_a_lost_connection_is_said_and_made_up_for(sign_in: SignIn, world: World) -> None:
    page = await sign_in("anna", "Анна")
    await page.context.set_offline(True)
    await expect(page.locator("#banner")).to_be_visible()
    await world.hand_over("Пока не было связи")
    await page.context.set_offline(False)
    await expect(page.locator(".line")).to_contain_text("Пока не было связи", timeout=20_000)
    await expect(page.locator("#banner")).to_be_hidden()


async def test_on_a_phone_list_and_conversation_are_separate_views(sign_in: SignIn, world: World) -> None:
    page = await sign_in("anna", "Анна", width=390)
    await world.hand_over()
    await expect(page.locator("#conversation")).to_be_hidden()
    await page.locator(".line").click()
    await expect(page.locator(".list-pane")).to_be_hidden()
    await expect(page.locator("#do-take")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.click("#back")
    await expect(page.locator(".line")).to_be_visible()


async def test_the_language_changes_without_losing_the_place(sign_in: SignIn, world: World) -> None:
    page = await sign_in("anna", "Анна")
    await world.hand_over()
    await page.locator(".line").click()
    await page.click("#language")
    await expect(page.locator("#do-take")).to_have_text("Take")
    await expect(page.locator(".packet")).to_contain_text("What is known")
    await expect(page.locator(".line")).to_contain_text("Complaint")
    await page.reload()
    await expect(page.locator("#do-take")).to_have_text("Take")


async def test_a_reply_whose_answer_was_lost_is_sent_once(sign_in: SignIn, world: World) -> None:
    page = await sign_in("anna", "Анна")
    ticket = await world.hand_over()
    await page.locator(".line").click()
    await page.click("#do-take")
    await expect(page.locator("#reply")).to_be_visible()
    await world.send_all()

    async def lose(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route(f"**/tickets/{ticket}/reply", lose)
    await page.fill("#reply", "Один раз")
    await page.keyboard.press("Enter")
    await expect(page.locator(".mark.failed")).to_be_visible()
    await page.unroute(f"**/tickets/{ticket}/reply")
    await page.get_by_role("button", name="Повторить").click()
    await expect(page.locator(".turn.waits")).to_have_count(0)
    await expect(page.locator(".turn.operator")).to_have_count(1)
    assert len(await world.send_all()) == 1


async def test_nothing_can_be_written_into_the_old_conversation_while_the_new_one_loads(
    sign_in: SignIn, world: World
) -> None:
    page = await sign_in("anna", "Анна")
    old = await world.hand_over(ref="webchat:a")
    new = await world.hand_over(ref="webchat:b")
    await world.queue.take(old, operator=await _id(page), name="Анна")
    await page.keyboard.press("3")
    await page.locator(f'[data-key="t{old}"] button').click()
    await expect(page.locator("#reply")).to_be_visible()
    gate = asyncio.Event()

    async def slow_line(route: Route) -> None:
        await gate.wait()
        await route.continue_()

    await page.route(f"**/tickets/{new}", slow_line)
    await page.locator(f'[data-key="t{new}"] button').click()
    await expect(page.locator("#reply")).to_be_hidden()
    gate.set()
    await expect(page.locator("#locked")).to_contain_text("Возьмите разговор")


async def test_a_click_and_a_selection_survive_a_change_of_what_they_are_on(
    sign_in: SignIn, world: World
) -> None:
    page = await sign_in("anna", "Анна")
    ticket = await world.hand_over("Первая строка")
    await world.queue.take(ticket, operator=await _id(page), name="Анна")
    await page.keyboard.press("2")
    line = page.locator(".line")
    await line.hover()
    await page.mouse.down()
    await world.relay("Вторая строка")
    await expect(line).to_contain_text("Вторая строка")
    await page.mouse.up()
    await expect(page.locator("#subtitle")).to_contain_text("Отвечаете вы")

    notice = page.locator(".turn.system")
    await expect(notice).to_contain_text("в очереди")
    await page.evaluate("getSelection().selectAllChildren(document.querySelector('.turn.system p'))")
    await world.send_all()
    await expect(notice).not_to_contain_text("в очереди")
    assert await page.evaluate("String(getSelection())") == "Анна на связи."
