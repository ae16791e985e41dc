"""Tasks, reviews and one's own figures in a real browser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.async_api import Page, expect
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from core.records import turn
from core.tables import turns
from handoff.tasks.store import Tasks
from handoff.tasks.types import NewTask
from tests.integration.handoff.browsing import picture
from tests.integration.handoff.handoff_desk import Desk
from tests.integration.handoff.handoff_world import World
from tests.integration.handoff.test_handoff_browser import (  # noqa: F401 - fixtures
    SignIn,
    address,
    browser,
    pytestmark,
    sign_in,
)
from tests.integration.handoff.test_reviews import closed


async def both_widths(page: Page, name: str) -> None:
    """Pictures at desktop and phone width, light and dark."""
    for width, scheme in ((1280, "light"), (390, "light"), (1280, "dark")):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two it takes
        await page.evaluate("scrollTo(0, 0)")
        await page.wait_for_timeout(200)  # colours change softly
        await picture(page, f"{name}-{width}-{scheme}")
    await page.set_viewport_size({"width": 1280, "height": 900})
    await page.emulate_media(color_scheme="light")


async def as_lead(desk: Desk, sign_in: SignIn) -> Page:  # noqa: F811 - fixture
    page = await sign_in("lena", "Елена")
    lena = next(each for each in await desk.operators.all() if each.name == "lena")
    await desk.promote(lena.id, "lead")
    return page


async def test_an_operator_makes_hands_on_and_finishes_tasks(
    desk: Desk,
    world: World,
    engine: AsyncEngine,
    sign_in: SignIn,  # noqa: F811 - fixture
    address: str,  # noqa: F811 - fixture
) -> None:
    await desk.add("petr", display_name="Пётр Семёнов")
    past = datetime.now(UTC) - timedelta(hours=1)
    late = NewTask("call_back", "Перезвонить Марии насчёт возврата", past + timedelta(minutes=30))
    await Tasks(engine).add(late, by="olga", now=past)
    await world.hand_over()
    page = await sign_in("olga", "Ольга")
    await expect(page.locator("#menu .count")).to_have_text("1")
    await page.locator(".line").click()
    await page.click("#new-task")
    await expect(page.locator("#about")).to_be_visible()
    await page.click("#form .primary")
    await expect(page.locator("#note-fault")).to_have_text("Заполните это поле.")
    await page.fill("#note", "Прислать трек-номер, как только склад ответит")
    await page.reload()
    await expect(page.locator("#note")).to_have_value("Прислать трек-номер, как только склад ответит")
    await page.fill("#due", "2020-01-01T10:00")
    await page.click("#form .primary")
    await expect(page.locator("#due-fault")).to_contain_text("Срок уже прошёл")
    await both_widths(page, "task-form")
    await page.get_by_role("button", name="через 1 ч").click()
    await page.select_option("#kind", "promise")
    await page.click("#form .primary")
    card = page.locator(".task")
    await expect(card).to_contain_text("трек-номер")
    await expect(card).to_contain_text("через 1 ч")
    await page.get_by_role("button", name="Команда").click()
    await expect(card).to_have_count(2)
    await both_widths(page, "tasks")
    await card.first.get_by_label("Кто делает").select_option(label="Пётр Семёнов")
    await expect(page.locator(".toast").last).to_contain_text("Исполнитель изменён")
    await expect(page.locator("#menu .count")).to_be_hidden()
    await card.last.get_by_role("button", name="Готово").click()
    await page.fill("#result", "Отправила")
    await page.locator("dialog .primary").click()
    await expect(card).to_have_count(1)
    await page.get_by_role("button", name="Сделанные").click()
    await expect(card).to_contain_text("Отправила")


async def test_a_lead_scores_a_conversation_and_the_operator_reads_it(
    desk: Desk,
    engine: AsyncEngine,
    sign_in: SignIn,  # noqa: F811 - fixture
    address: str,  # noqa: F811 - fixture
) -> None:
    olga = await sign_in("olga", "Ольга")
    olga_id = next(each.id for each in await desk.operators.all() if each.name == "olga")
    for number, score in enumerate((2, 5, 4)):
        await closed(engine, f"c{number}", operator=olga_id, score=score, age_h=number + 1)
    await closed(engine, "cb", bot=True)
    await said(engine, "c0", olga_id)
    page = await as_lead(desk, sign_in)
    await page.goto(f"{address}/desk/reviews")
    await page.select_option("#way", "low")
    await expect(page.locator(".sample-line").first).to_contain_text("2 ★")
    await page.locator(".sample-line").first.click()
    await expect(page.locator("#review")).to_contain_text("Чем помочь?")
    await expect(page.locator(".criterion")).to_have_count(8)
    await page.click("#form .primary")
    await expect(page.locator("#fault")).to_contain_text("Оцените каждый пункт")
    for place in range(8):
        answer = "частично" if place == 5 else "да"
        await page.locator(".criterion").nth(place).get_by_label(answer, exact=True).check()
    await expect(page.locator("#reached")).to_have_text("Итог: 95 %.")
    await page.fill("#comment", "Хорошо. Следите за опечатками.")
    await both_widths(page, "reviews")
    await page.reload()
    await expect(page.locator("#comment")).to_have_value("Хорошо. Следите за опечатками.")
    await page.click("#form .primary")
    await expect(page.locator(".toast")).to_contain_text("Оценка сохранена")
    await page.select_option("#by", "bot")
    await expect(page.locator(".sample-line")).to_have_count(1)
    await page.locator(".sample-line").click()
    await page.get_by_role("button", name="Неверно").click()
    await expect(page.locator(".wrong-answer")).to_have_attribute("aria-pressed", "true")
    await olga.goto(f"{address}/desk/my")
    await expect(olga.locator("#reviews")).to_contain_text("Следите за опечатками")
    await olga.get_by_text("По пунктам").click()
    await both_widths(olga, "my")


async def said(engine: AsyncEngine, conversation: str, operator: str) -> None:
    """A few words of a conversation that is over."""
    words = (("customer", "Здравствуйте, где мой заказ?"), ("operator", "Здравствуйте! Чем помочь?"))
    async with engine.begin() as connection:
        for number, (author, text) in enumerate(words):
            payload = turn(author, text, operator=operator if author == "operator" else None)  # type: ignore[arg-type]  # one of the authors
            await connection.execute(
                insert(turns).values(
                    event_id=number + 10, conversation=conversation, ref=f"webchat:{conversation}",
                    author=author, kind="text", text=text, payload=payload, at_ms=1000 * number,
                )
            )  # fmt: skip


async def test_settings_of_ratings_and_reviews_tell_faults_at_the_field(
    desk: Desk,
    sign_in: SignIn,  # noqa: F811 - fixture
    address: str,  # noqa: F811 - fixture
) -> None:
    page = await as_lead(desk, sign_in)
    await page.goto(f"{address}/desk/settings/ratings")
    await expect(page.locator("#delay_min")).to_have_value("2")
    await page.fill("#delay_min", "40")
    await page.click("#form .primary")
    await expect(page.locator("#delay_min-fault")).to_have_text("Введите число от 0 до 25.")
    await page.fill("#delay_min", "5")
    await page.fill("#ru-ask", "Как мы справились?")
    await page.click("#form .primary")
    await expect(page.locator(".toast")).to_contain_text("Настройки сохранены")
    await page.reload()
    await expect(page.locator("#ru-ask")).to_have_value("Как мы справились?")
    await both_widths(page, "settings-ratings")

    await page.goto(f"{address}/desk/settings/reviews")
    await expect(page.locator(".criterion-row")).to_have_count(8)
    await page.click("#add")
    await page.click("#form .primary")
    await expect(page.locator(".criterion-row .fault").first).to_have_text("Заполните это поле.")
    await page.locator(".criterion-row").last.get_by_label("По-русски").fill("Предложил помощь ещё раз")
    await page.locator(".criterion-row").last.get_by_label("По-английски").fill("Offered more help")
    await page.click("#form .primary")
    await expect(page.locator(".toast")).to_contain_text("Настройки сохранены")
    await page.reload()
    await expect(page.locator(".criterion-row")).to_have_count(9)
    await both_widths(page, "settings-reviews")
