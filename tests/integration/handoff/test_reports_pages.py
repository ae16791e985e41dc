"""Reports over HTTP and in a browser."""

from __future__ import annotations

import csv
import io
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from playwright.async_api import expect
from sqlalchemy.ext.asyncio import AsyncEngine

from core.tables import conversations, decisions, operators, tickets
from handoff.reports.csvs import as_csv
from handoff.reports.types import Column, Table
from tests.integration.handoff.browsing import BROWSER_MARKS, picture
from tests.integration.handoff.handoff_desk import Desk, Hand, refused
from tests.integration.handoff.handoff_past import A_DAY, conversation, decision, operator, ticket, write
from tests.integration.handoff.test_handoff_browser import (  # noqa: F401 - fixtures
    SignIn,
    address,
    browser,
    sign_in,
)

Browsers = Callable[[], Awaitable[Hand]]
DAY = "since=2026-03-02&until=2026-03-02"


async def _lead(desk: Desk, browsers: Browsers) -> Hand:
    await desk.add("lena", role="lead")
    hand = await browsers()
    await hand.sign_in("lena")
    return hand


async def test_a_report_is_read_by_period_and_filter(
    desk: Desk, browsers: Browsers, engine: AsyncEngine
) -> None:
    await write(engine, A_DAY)
    lead = await _lead(desk, browsers)
    whole = await lead.get(f"/reports?{DAY}")
    assert (whole["summary"]["conversations"], whole["summary"]["tickets"], whole["target"]) == (6, 5, 0.2)
    narrowed = await lead.get(f"/reports?{DAY}&channel=webchat&operator=u1")
    assert (narrowed["summary"]["conversations"], narrowed["summary"]["tickets"]) == (2, 1)
    for answer in (whole, narrowed):
        assert answer["choices"] == {
            "channel": [["telegram", "telegram"], ["webchat", "webchat"]],
            "group": [["general", "general"], ["payments", "payments"]],
            "operator": [["u1", "Анна"], ["u2", "Борис"]],
        }
    usual = await lead.get("/reports")
    assert (datetime.fromisoformat(usual["until"]) - datetime.fromisoformat(usual["since"])).days == 6


async def test_a_report_brings_the_titles_of_the_articles_it_speaks_of(
    desk: Desk, browsers: Browsers, engine: AsyncEngine
) -> None:
    await write(engine, A_DAY)
    lead = await _lead(desk, browsers)
    found = await lead.get(f"/reports?{DAY}")
    spoken_of = {row[0] for row in found["tables"]["topics"]["rows"]}
    assert "article:delivery-times" in spoken_of
    assert found["titles"]["delivery-times"]["ru"] == "Сроки доставки"
    assert {f"article:{each}" for each in found["titles"]} <= spoken_of


async def test_a_period_that_makes_no_sense_is_told_at_its_field(desk: Desk, browsers: Browsers) -> None:
    lead = await _lead(desk, browsers)
    for query, code in {
        "since=yesterday": "bad_day",
        "until=9999-12-31": "bad_day",
        "since=0001-01-01": "bad_day",
        "since=2026-03-02&until=2026-03-01": "period_backwards",
        "since=2025-03-02&until=2026-03-01": "period_too_long",
    }.items():
        assert await refused(await lead.client.get(f"/desk/api/reports?{query}")) == (422, code)
    assert await refused(await lead.client.get("/desk/api/reports/people.csv")) == (404, "unknown_table")


async def test_each_table_comes_as_csv(desk: Desk, browsers: Browsers, engine: AsyncEngine) -> None:
    await write(engine, A_DAY)
    lead = await _lead(desk, browsers)
    for name in (await lead.get(f"/reports?{DAY}"))["tables"]:
        response = await lead.client.get(f"/desk/api/reports/{name}.csv?{DAY}")
        assert response.content_type == "text/csv"
        assert f"{name}_2026-03-02_2026-03-02.csv" in response.headers["Content-Disposition"]
        assert (await response.read()).startswith(b"\xef\xbb\xbf")
    response = await lead.client.get(f"/desk/api/reports/operators.csv?{DAY}")
    lines = list(csv.DictReader(io.StringIO((await response.text()).removeprefix("\ufeff"))))
    assert [(line["operator"], line["tickets"], line["take_median_s"]) for line in lines] == [
        ("Анна", "2", "10"), ("Борис", "2", "60"),
    ]  # fmt: skip


def test_no_text_becomes_a_formula_in_a_spreadsheet() -> None:
    texts = ("=1+1", "+7", "-1", "@SUM(A1)", "\t=1", " =1", "\n=1", "plain")
    table = Table("t", (Column("a", "text"), Column("b", "count")), tuple((each, -1) for each in texts))
    rows = list(csv.reader(io.StringIO(as_csv(table).removeprefix("\ufeff"))))[1:]
    assert [row[0] for row in rows] == [*("'" + each for each in texts[:-1]), "plain"]
    assert {row[1] for row in rows} == {"-1"}


async def test_the_team_sees_its_figures_until_a_lead_switches_them_off(
    desk: Desk, browsers: Browsers, engine: AsyncEngine
) -> None:
    anna = await desk.add("anna", display_name="Анна")
    now = datetime.now(UTC).replace(tzinfo=None)
    start, due, done = (str((now + timedelta(seconds=n)).replace(microsecond=0)) for n in (-5, 100, -1))
    await write(
        engine,
        {
            operators: [operator("u2", "Борис")],
            conversations: [conversation(each, start) for each in ("a", "b", "c")],
            tickets: [
                ticket("1", "a", start, due, start, done, done, operator=anna),
                ticket("2", "b", start, due, start, done, done, operator="u2"),
                ticket("3", "c", start, start, start, done, done, operator="u2"),
            ],
        },
    )
    lead, operator_ = await _lead(desk, browsers), await browsers()
    await operator_.sign_in("anna")
    shown = await operator_.get("/results?days=7")
    fields = ("name", "me", "tickets", "kept", "missed")
    assert [tuple(each[name] for name in fields) for each in shown["people"]] == [
        ("Борис", False, 2, 1, 1), ("Анна", True, 1, 1, 0),
    ]  # fmt: skip
    assert await refused(await operator_.client.get("/desk/api/results?days=5")) == (422, "bad_days")

    settings = await lead.get("/settings/reports")
    assert await refused(await lead.post("/settings/reports", {**settings, "rise": 0})) == (
        422,
        "out_of_range",
    )
    assert (await lead.post("/settings/reports", {**settings, "leaderboard": False})).status == 200
    assert await operator_.get("/results") == {"on": False, "people": []}
    assert await refused(await lead.post("/settings/reports", settings)) == (409, "settings_changed")


class TestInABrowser:
    """What a lead sees."""

    pytestmark = BROWSER_MARKS

    async def test_a_lead_reads_the_reports_of_a_day(
        self,
        desk: Desk,
        engine: AsyncEngine,
        sign_in: SignIn,  # noqa: F811 - fixture
        address: str,  # noqa: F811 - fixture
    ) -> None:
        await write(engine, A_DAY)
        page = await sign_in("lena", "Лена")
        lena = next(each for each in await desk.operators.all() if each.name == "lena")
        await desk.promote(lena.id, "lead")
        await page.goto(f"{address}/desk/reports?{DAY}")
        await expect(page.locator(".tile").first).to_contain_text("6")
        await expect(page.locator("svg.chart")).to_have_count(4)
        for chart in await page.locator("svg.chart").all():
            for id_ in (await chart.get_attribute("aria-labelledby") or "").split():
                assert await page.locator(f"#{id_}").text_content()
        await page.locator("summary", has_text="Таблица").first.click()
        await expect(page.locator("table").first).to_contain_text("Telegram")
        await picture(page, "reports-1280")

        await page.select_option("#channel", "webchat")
        await expect(page.locator(".tile").first).to_contain_text("2")
        assert "channel=webchat" in page.url
        await page.go_back()
        await expect(page.locator(".tile").first).to_contain_text("6")
        await page.fill("#since", "2026-03-05")
        await expect(page.locator("#fault")).to_contain_text("Первый день позже последнего")
        async with page.expect_download() as download:
            await page.locator('a[href*="operators.csv"]').click()
        assert (await download.value).suggested_filename.startswith("operators_2026-03")

    async def test_pages_fit_a_phone_and_both_themes(
        self,
        desk: Desk,
        engine: AsyncEngine,
        sign_in: SignIn,  # noqa: F811 - fixture
        address: str,  # noqa: F811 - fixture
    ) -> None:
        await write(engine, A_DAY)
        anna = await sign_in("anna", "Анна Петровна", width=390)
        me = next(each for each in await desk.operators.all() if each.name == "anna")
        await desk.promote(me.id, "lead")
        now = str(datetime.now(UTC).replace(tzinfo=None, microsecond=0))
        rows = {
            conversations: [conversation("z", now)],
            decisions: [decision("z1", "z", now, article="delivery-times")],
            tickets: [ticket("z", "z", now, "2099-01-01", now, now, now, operator=me.id)],
        }
        await write(engine, rows)
        for theme in ("light", "dark"):
            await anna.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            for path, seen in {
                f"reports?{DAY}": ".tile", "results": ".tile", "settings/reports": "#least",
            }.items():  # fmt: skip
                await anna.goto(f"{address}/desk/{path}")
                await expect(anna.locator(seen).first).to_be_visible()
                name = path.split("?", maxsplit=1)[0].replace("/", "-")
                await picture(anna, f"{name}-390-{theme}")
        await expect(anna.locator("#least")).to_have_value("5")
        await anna.fill("#rise", "1000")
        await anna.keyboard.press("Enter")
        await expect(anna.locator("#rise-fault")).to_contain_text("от 1 до 100")
