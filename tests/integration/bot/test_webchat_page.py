"""The customer's page in a real browser."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import BrowserContext, Page, async_playwright, expect
from redis.asyncio import Redis

from bot.texts import load_texts
from bot.types import Button, Location
from bot.web.page import add_page
from core.config import ROOT
from core.keys import Keys
from core.redis import Scripts
from scripts.browser import find_browser
from tests.integration.bot.webchat_world import Customer, WebchatWorld, webchat

CHROMIUM = find_browser()
PICTURES = os.environ.get("DUET_PICTURES", "")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here"),
]


@dataclass
class Screen:
    """One customer's browser before the page, and the server behind it."""

    world: WebchatWorld
    context: BrowserContext
    page: Page
    redis: Redis
    keys: Keys
    faults: list[str] = field(default_factory=list)
    health: dict[str, Any] = field(default_factory=dict)
    replies: int = 0

    def complain(self, line: str) -> None:
        """A line of the console; that a request failed is part of some tests."""
        if "Failed to load resource" not in line:
            self.faults.append(line)

    def went_to(self, url: str, home: str) -> None:
        """A request of the page."""
        if not url.startswith(home):
            self.faults.append(url)

    async def write(self, text: str) -> None:
        """Type a message and send it."""
        await self.page.get_by_role("textbox", name="Напишите сообщение…").fill(text)
        await self.page.keyboard.press("Enter")

    async def customer(self) -> Customer:
        """The customer as the server knows them, once they wrote."""
        for _ in range(100):
            kept = await self.page.evaluate("localStorage.getItem('duet.chat.session')")
            if kept:
                return Customer(self.world.client, session=json.loads(kept)["session"])
            await asyncio.sleep(0.05)
        raise AssertionError("the page opened no session")

    async def answer(self, text: str, **parts: Any) -> None:
        """Reply to the customer."""
        self.replies += 1
        await self.world.reply(await self.customer(), text, out_id=f"o{self.replies}", **parts)

    async def taken(self) -> list[str]:
        """What workers will read of the customer."""
        bodies = await self.redis.lrange(
            self.keys("inbox", ref=f"webchat:{(await self.customer()).session}"), 0, -1
        )
        return [json.loads(str(body).partition("|")[2])["text"] for body in bodies]


def serve_page(app: web.Application, health: dict[str, Any]) -> None:
    """The page beside the API."""
    add_page(
        app,
        texts=load_texts(ROOT / "bot" / "wording"),
        company={"ru": "Лавка", "en": "Lavka"},
        max_text_chars=4096,
        max_wait_s=30,
    )

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response(health)

    app.router.add_get("/healthz", healthz)


@pytest.fixture
async def screen(scripts: Scripts, redis: Redis, keys: Keys) -> AsyncIterator[Screen]:
    """A phone with the page open, and all its complaints."""
    health: dict[str, Any] = {"status": "ok", "parts": {}}
    async with (
        webchat(scripts, extra=lambda app: serve_page(app, health)) as world,
        async_playwright() as playwright,
    ):
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = await browser.new_context(
            locale="ru-RU", viewport={"width": 390, "height": 844}, permissions=[]
        )
        page = await context.new_page()
        screen = Screen(world, context, page, redis, keys, health=health)
        address = str(world.client.make_url("/"))
        page.on("pageerror", lambda error: screen.faults.append(str(error)))
        page.on("console", lambda line: screen.complain(line.text))
        page.on("request", lambda sent: screen.went_to(sent.url, address))
        await page.goto(address)
        yield screen
        await browser.close()
        assert screen.faults == [], "no script fails and nothing is asked of other sites"


async def test_a_customer_writes_and_reads_the_answer_and_finds_both_after_a_reload(screen: Screen) -> None:
    await expect(screen.page.get_by_role("heading", name="Здравствуйте! Чем помочь?")).to_be_visible()
    await screen.write("сколько стоит доставка")
    await screen.answer("От **2 000 ₽** бесплатно")
    log = screen.page.get_by_role("log")
    await expect(log.locator(".bubble strong")).to_have_text("2 000 ₽")
    await screen.page.reload()
    await expect(log.locator(".row.customer")).to_have_count(1)
    await expect(log.locator(".row.customer")).to_contain_text("сколько стоит доставка")
    await expect(log.locator(".bubble strong")).to_have_text("2 000 ₽")
    assert await screen.taken() == ["сколько стоит доставка"]


async def test_no_text_becomes_markup_or_a_dangerous_link(screen: Screen) -> None:
    await screen.write("<img src=x onerror=alert(1)>")
    await screen.answer(
        "<script>alert(1)</script> **<b>x</b>** [a](javascript:alert(1)) [b](data:text/html,x) "
        "[c](https://lavka.example/x) [d](tel:+78005553535)"
    )
    bubble = screen.page.locator(".row.bot .bubble")
    await expect(bubble).to_contain_text("<script>alert(1)</script> <b>x</b> [a](javascript:alert(1))")
    links = await bubble.locator("a").evaluate_all("all => all.map((a) => a.getAttribute('href'))")
    assert links == ["https://lavka.example/x", "tel:+78005553535"]
    await expect(screen.page.locator(".row.customer img")).to_have_count(0)
    assert await screen.page.locator("#log script, #log b").count() == 0


async def test_messages_written_without_a_connection_go_in_order_once_it_is_back(screen: Screen) -> None:
    await screen.write("первое")
    await screen.customer()
    await expect(screen.page.locator("#pending .row")).to_have_count(0)
    await screen.context.set_offline(True)
    for text in ("второе", "третье", "четвёртое"):
        await screen.write(text)
    await expect(screen.page.locator("#pending .row.unsent")).to_have_count(3)
    await expect(
        screen.page.get_by_text("Нет связи. Сообщение уйдёт, как только она появится.")
    ).to_be_visible()
    await screen.context.set_offline(False)
    await expect(screen.page.locator("#pending .row")).to_have_count(0, timeout=20_000)
    assert await screen.taken() == ["первое", "второе", "третье", "четвёртое"]


async def test_a_message_whose_answer_was_lost_is_sent_again_and_is_one(screen: Screen) -> None:
    lost: list[int] = []

    async def lose_first(route: Any) -> None:
        if route.request.method == "POST" and not lost:
            lost.append((await route.fetch()).status)
            await route.abort()
        else:
            await route.continue_()

    await screen.page.route("**/chat/api/messages", lose_first)
    await screen.write("привет")
    await expect(screen.page.locator("#messages .row.customer")).to_have_count(1)
    await expect(screen.page.locator("#pending .row")).to_have_count(0)
    await asyncio.sleep(1.5)
    assert lost == [202]
    assert await screen.taken() == ["привет"]


async def test_unsent_words_survive_a_reload(screen: Screen) -> None:
    await screen.page.route("**/chat/api/messages", lambda route: route.abort())
    await screen.write("не забудьте меня")
    await expect(screen.page.locator("#pending .row.unsent")).to_have_count(1)
    await screen.page.unroute("**/chat/api/messages")
    await screen.page.reload()
    await expect(screen.page.locator("#messages .row.customer")).to_contain_text("не забудьте меня")
    assert await screen.taken() == ["не забудьте меня"]


async def test_a_button_can_be_pressed_once_and_only_on_the_latest_reply(screen: Screen) -> None:
    await screen.write("вопрос")
    await screen.answer("Первый ответ", buttons=(Button("old", "Старая"),))
    await screen.answer("Помогло?", buttons=(Button("yes", "Да, помогло"), Button("no", "Нет")))
    await expect(screen.page.get_by_role("button", name="Старая")).to_have_count(0)
    await screen.page.get_by_role("button", name="Да, помогло").click()
    await expect(screen.page.get_by_role("button", name="Нет")).to_be_disabled()
    await expect(screen.page.locator(".row.customer").last).to_contain_text("Да, помогло")
    await expect(screen.page.locator("#pending .row")).to_have_count(0)
    assert await screen.taken() == ["вопрос", "Да, помогло"]


async def test_scores_are_stars_in_one_row_on_a_phone(screen: Screen) -> None:
    await screen.write("вопрос")
    await expect(screen.page.locator("#messages .row.customer")).to_have_count(1)  # the reply comes after it
    scores = tuple(Button(f"rate:c1:{score}", f"{score} ★") for score in range(1, 6))
    await screen.answer("Как мы справились?", author="system", buttons=scores)
    stars = screen.page.locator(".stars .choice")
    await expect(stars).to_have_count(5)
    places = [await star.bounding_box() for star in await stars.all()]
    assert len({place["y"] for place in places if place}) == 1
    assert all(place and place["x"] + place["width"] <= 390 and place["height"] >= 44 for place in places)
    await stars.nth(3).click()
    await expect(stars.nth(3)).to_have_class("choice pressed")
    if PICTURES:
        await screen.page.screenshot(path=Path(PICTURES) / "stars-390.png")
    assert await screen.taken() == ["вопрос", "4 ★"]


async def test_a_phone_is_asked_for_with_a_field_of_its_own(screen: Screen) -> None:
    await screen.write("сколько баллов")
    await expect(screen.page.locator("#messages .row.customer")).to_have_count(1)  # the reply comes after it
    await screen.answer("Напишите номер", ask_contact=True)
    await screen.page.get_by_label("Номер телефона карты").fill("8 900 123-45-67")
    await screen.page.keyboard.press("Enter")
    await expect(screen.page.locator(".row.customer").last).to_contain_text("8 900 123-45-67")
    await expect(screen.page.get_by_label("Номер телефона карты")).to_be_hidden()


async def test_a_place_is_sent_where_the_browser_tells_it_and_else_asked_for_in_words(screen: Screen) -> None:
    await screen.page.locator("#locate").click()
    await expect(screen.page.get_by_role("alert")).to_contain_text("Напишите город")
    await screen.context.grant_permissions(["geolocation"])
    await screen.context.set_geolocation({"latitude": 55.75, "longitude": 37.61})
    await screen.page.locator("#locate").click()
    await expect(screen.page.locator("#messages .row.customer")).to_contain_text("Моя геолокация")
    await screen.answer("Рядом", locations=(("На Тверской", Location(55.76, 37.6)),))
    link = screen.page.locator(".row.bot .places a")
    assert "openstreetmap.org" in (await link.get_attribute("href") or "")


async def test_an_operator_is_named_and_the_bot_does_not_type_meanwhile(screen: Screen) -> None:
    await screen.write("оператор")
    customer = await screen.customer()
    conversation = screen.keys("conversation", ref=f"webchat:{customer.session}")
    await screen.redis.hset(conversation, "owner", "operator:1")
    await screen.answer("Добрый день!", author="operator", name="Ольга")
    await expect(screen.page.locator("#status-text")).to_have_text("Ольга · оператор")
    await screen.write("спасибо")
    await expect(screen.page.locator("#pending .row")).to_have_count(0)
    await expect(screen.page.locator("#typing")).to_be_hidden()


async def test_a_conversation_that_is_over_offers_a_new_one(screen: Screen) -> None:
    await screen.write("привет")
    await screen.customer()
    await expect(screen.page.locator("#pending .row")).to_have_count(0)
    (key,) = await screen.redis.keys(screen.keys("websession", token_hash="*"))
    await screen.redis.delete(key)
    await screen.page.reload()
    await screen.page.get_by_role("button", name="Начать заново").click()
    await screen.write("снова я")
    await expect(screen.page.locator("#messages .row.customer")).to_contain_text("снова я")


async def test_words_for_a_lost_conversation_open_a_new_one_by_themselves(screen: Screen) -> None:
    await screen.write("привет")
    await screen.customer()
    await expect(screen.page.locator("#pending .row")).to_have_count(0)
    (key,) = await screen.redis.keys(screen.keys("websession", token_hash="*"))
    await screen.redis.delete(key)
    await screen.write("вы тут?")
    await expect(screen.page.locator("#pending .row")).to_have_count(0)
    assert await screen.taken() == ["вы тут?"]


async def test_a_start_under_way_is_said_until_it_is_over(screen: Screen) -> None:
    screen.health.update(status="starting", parts={"encoder": {"status": "starting"}})
    await screen.page.reload()
    banner = screen.page.get_by_text("Помощник просыпается")
    await expect(banner).to_be_visible()
    screen.health.update(status="ok", parts={"encoder": {"status": "ok"}})
    await expect(banner).to_be_hidden(timeout=10_000)


async def test_replies_are_counted_in_the_title_while_nobody_looks(screen: Screen) -> None:
    await screen.write("привет")
    await screen.customer()
    await expect(screen.page.locator("#messages .row.customer")).to_have_count(1)
    await screen.page.evaluate("Object.defineProperty(document, 'hidden', {get: () => window.away ?? true})")
    await screen.answer("раз")
    await screen.answer("два")
    await expect(screen.page).to_have_title("(2) Лавка · Чат поддержки")
    await screen.page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
    await expect(screen.page).to_have_title("Лавка · Чат поддержки")


async def test_who_reads_above_is_not_moved_but_told_of_new_messages(screen: Screen) -> None:
    await screen.write("привет")
    for number in range(12):
        await screen.answer(f"Ответ {number}\n\nв три\n\nстроки")
    await expect(screen.page.locator(".row.bot")).to_have_count(12)
    await screen.page.locator("#scroll").evaluate("scroll => { scroll.scrollTop = 0; }")
    down = screen.page.get_by_role("button", name="К последним сообщениям")
    await expect(down).to_be_visible()
    await screen.answer("Новое")
    await expect(screen.page.locator("#down-count")).to_have_text("1")
    assert await screen.page.locator("#scroll").evaluate("scroll => scroll.scrollTop") == 0
    await down.click()
    await expect(screen.page.get_by_text("Новое")).to_be_in_viewport()
    await expect(down).to_be_hidden()


async def test_too_many_messages_are_sent_later_by_themselves(screen: Screen) -> None:
    limited: list[int] = []

    async def limit_first(route: Any) -> None:
        if route.request.method == "POST" and not limited:
            limited.append(1)
            await route.fulfill(status=429, headers={"Retry-After": "1"}, json={"error": {"code": "x"}})
        else:
            await route.continue_()

    await screen.page.route("**/chat/api/messages", limit_first)
    await screen.write("привет")
    await expect(screen.page.get_by_role("alert")).to_contain_text("Слишком много сообщений")
    await expect(screen.page.locator("#messages .row.customer")).to_have_count(1)
    await expect(screen.page.get_by_role("alert")).to_be_hidden()


async def test_what_the_server_refuses_is_said_and_can_be_tried_again(screen: Screen) -> None:
    refuse = [True]

    async def maybe(route: Any) -> None:
        if route.request.method == "POST" and refuse:
            refuse.clear()
            await route.fulfill(status=422, json={"error": {"code": "text_too_long"}})
        else:
            await route.continue_()

    await screen.page.route("**/chat/api/messages", maybe)
    await screen.write("привет")
    await expect(screen.page.locator(".row.refused")).to_contain_text("Не отправлено")
    await screen.write("второе")
    await expect(screen.page.locator("#messages .row.customer")).to_have_count(1)
    await screen.page.get_by_role("button", name="Повторить").click()
    await expect(screen.page.locator("#messages .row.customer")).to_have_count(2)
    assert await screen.taken() == ["второе", "привет"]


async def test_the_language_can_be_switched_and_stays(screen: Screen) -> None:
    await screen.page.get_by_role("button", name="English").click()
    await expect(screen.page.get_by_role("heading", name="Hello! How can I help?")).to_be_visible()
    await screen.page.reload()
    await expect(screen.page.get_by_role("heading", name="Lavka")).to_be_visible()
    assert await screen.page.evaluate("document.documentElement.lang") == "en"


async def test_a_text_over_the_limit_is_held_back_and_said(screen: Screen) -> None:
    await screen.write("я" * 4097)
    await expect(screen.page.get_by_role("alert")).to_contain_text("(+1)")
    await expect(screen.page.locator(".row.customer")).to_have_count(0)


async def test_the_page_fits_a_small_phone(screen: Screen) -> None:
    await screen.page.set_viewport_size({"width": 320, "height": 568})
    await screen.write("оченьдлинноесловобезпробелов" * 8)
    await screen.answer(
        "https://lavka.example/" + "x" * 200, buttons=(Button("a", "Очень длинная надпись " * 3),)
    )
    await expect(screen.page.locator(".row.bot")).to_have_count(1)
    assert await screen.page.evaluate("document.documentElement.scrollWidth") == 320
    assert await screen.page.evaluate("document.getElementById('scroll').scrollWidth") == 320
