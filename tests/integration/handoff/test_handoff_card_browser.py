"""The customer card and conversations answered together, in a real browser."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from playwright.async_api import expect
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from core.records import turn
from core.tables import customers
from handoff.customers.people import People
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
from tests.integration.handoff.test_handoff_lists_browser import fits, picture

pytestmark = BROWSER_MARKS

WEB, TELEGRAM = "webchat:1", "telegram:2"
SEEN_MS = 1_792_540_800_000


async def known(engine: AsyncEngine) -> None:
    """Two customers in the archive and in the search."""
    async with engine.begin() as connection:
        for key, name, phone in ((WEB, "Мария Котова", "+79161234567"), (TELEGRAM, "Маша К.", None)):
            row = {"key": key, "name": name, "language": "ru", "phone": phone}
            await connection.execute(insert(customers).values(**row, first_seen_ms=1, last_seen_ms=SEEN_MS))
    indexer = Indexer(engine)
    while await indexer.step():
        pass


async def test_two_cards_become_one_and_both_channels_get_the_answer(
    sign_in: SignIn,  # noqa: F811
    world: World,
    engine: AsyncEngine,
) -> None:
    old = await world.hand_over("Сколько хранится заказ?", ref=TELEGRAM)
    await world.queue.close(old, operator="u1")
    first = await world.hand_over("Где мой заказ?", ref=WEB)
    second = await world.hand_over("Где мой заказ?", ref=TELEGRAM)
    await archive_all(world, engine)
    await known(engine)
    anna, boris = await sign_in("anna", "Анна"), await sign_in("boris", "Борис")
    await anna.locator(f'[data-key="t{first}"] button').click()
    card = anna.locator("#card")
    await expect(card).to_contain_text("Мария Котова")
    await expect(card).to_contain_text("•••4567")
    await anna.fill("#card-note", "Просит писать, не звонить")
    await anna.get_by_role("button", name="Добавить").click()
    await expect(card.locator(".card-note")).to_contain_text("не звонить")
    await anna.click("#merge")
    await anna.fill("#merge-name", "маша")
    await anna.get_by_role("button", name="Маша К.").click()
    await expect(card).to_contain_text("Сколько хранится заказ?")

    await anna.click("#do-take")
    await anna.click("#link")
    await anna.keyboard.press("Enter")
    await expect(anna.locator("#same")).to_contain_text("Отвечаете сразу и здесь")
    await picture(anna, "card")
    await expect(boris.locator(".line")).to_have_count(0)
    await anna.fill("#reply", "Уже едет, будет к пяти")
    await anna.keyboard.press("Enter")
    await expect(anna.locator(".turn.operator")).to_contain_text("в очереди")
    assert (await world.send_all(account="telegram"))[-1].endswith(second)
    await anna.get_by_role("button", name="Посмотреть").click()
    await expect(anna.locator(".turn.operator")).to_contain_text("Уже едет")
    await anna.locator(f'[data-key="t{first}"] button').click()

    earlier = anna.locator(".before")
    await expect(earlier).to_have_count(2)
    await earlier.first.locator("summary").click()
    await expect(earlier.first.locator(".turn.customer")).to_contain_text("Сколько хранится заказ?")
    await anna.locator("#scroll").evaluate("element => element.scrollTo(0, 0)")
    await picture(anna, "card-earlier")
    await anna.click("#unlink")
    await expect(anna.locator("#same")).not_to_contain_text("Отвечаете сразу")
    await card.get_by_role("button", name="Разделить").click()
    await anna.keyboard.press("Enter")
    await expect(card).not_to_contain_text("Сколько хранится заказ?")


async def test_on_a_phone_the_card_is_a_sheet_that_escape_closes(
    sign_in: SignIn,  # noqa: F811
    world: World,
    engine: AsyncEngine,
) -> None:
    ticket = await world.hand_over("Где мой заказ?", ref=WEB)
    await archive_all(world, engine)
    await known(engine)
    people, at = People(engine), datetime.now(UTC)
    await people.change(WEB, who="u1", now=at, tags=("постоянный", "опт"), vip=True)
    await people.merge(WEB, TELEGRAM, who="u1", now=at)
    page = await sign_in("anna", "Анна", width=390)
    await page.locator(f'[data-key="t{ticket}"] button').click()
    await expect(page.locator("#card")).to_be_hidden()
    await picture(page, "phone-with-card-closed")
    await page.click("#toggle-card")
    await expect(page.locator("#card")).to_contain_text("VIP")
    await expect(page.locator("#card")).to_contain_text("постоянный")
    await picture(page, "phone-card")
    assert await fits(page)
    await page.keyboard.press("Escape")
    await expect(page.locator("#card")).to_be_hidden()
    await expect(page.locator("#do-take")).to_be_visible()


async def test_the_card_is_read_in_the_dark_and_in_english(
    sign_in: SignIn,  # noqa: F811
    world: World,
    engine: AsyncEngine,
) -> None:
    ticket = await world.hand_over("Где мой заказ?", ref=WEB)
    await Marking(world.scripts).label(ticket, operator="u1", add=("courier",), topic="delivery")
    await archive_all(world, engine)
    await known(engine)
    page = await sign_in("anna", "Анна")
    await page.emulate_media(color_scheme="dark")
    await page.locator(f'[data-key="t{ticket}"] button').click()
    await page.click("#language")
    await expect(page.locator("#card")).to_contain_text("Notes about the customer")
    await expect(page.locator("#labels")).to_contain_text("Delivery")
    await expect(page.locator("#find-talk")).to_have_text("Search")
    await picture(page, "dark-english")
    await page.keyboard.press("e")
    await expect(page.locator("#card")).to_be_hidden()
    await page.reload()
    await expect(page.locator("#do-take")).to_be_visible()
    await expect(page.locator("#card")).to_be_hidden()


async def test_an_edited_message_opens_to_its_versions_and_a_file_says_what_it_is(
    sign_in: SignIn,  # noqa: F811
    world: World,
) -> None:
    page = await sign_in("anna", "Анна")

    async def wrote(text: str, external_id: str, **more: Any) -> None:
        said = {"kind": "turn", "payload": turn("customer", text, external_id=external_id, **more)}
        await world.message(text, TELEGRAM, events=[said], relay=text)

    ticket = await world.hand_over("Здравствуйте", ref=TELEGRAM)
    await wrote("Мой заказ 15", "2:7")
    await wrote("[изменено] Мой заказ 16", "edit:2:7:1772366400:0000abcd")
    files = [
        {"kind": "document", "name": "чек.pdf", "size_bytes": 48_200},
        {"kind": "photo", "size_bytes": 2_100_000},
    ]
    await wrote("Вот чек", "2:8", attachments=files)
    await page.locator(f'[data-key="t{ticket}"] button').click()
    await page.locator(".versions summary").click()
    await expect(page.locator(".versions li")).to_contain_text("Мой заказ 16")
    await expect(page.locator(".turn.customer", has_text="изменил(а) сообщение")).to_have_count(1)
    await expect(page.locator(".file").first).to_contain_text("чек.pdf")
    await expect(page.locator(".file").last).to_contain_text("фото")
    await picture(page, "files")
