"""Notifications with the desk closed, in a real browser; the push service alone is the test's own."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from playwright.async_api import Page, expect

from tests.integration.handoff.browsing import picture
from tests.integration.handoff.handoff_desk import Desk
from tests.integration.handoff.push_world import Browser
from tests.integration.handoff.test_handoff_browser import (  # noqa: F401 - fixtures
    SignIn,
    address,
    browser,
    pytestmark,
    sign_in,
)

SUBSCRIBING = """
const given = %s;
let subscription = null;
PushManager.prototype.getSubscription = async () => subscription;
PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
  if (applicationServerKey.length !== 65) throw new Error("not a key");
  return subscription = {
    endpoint: given.endpoint, toJSON: () => given,
    unsubscribe: async () => { subscription = null; return true; },
  };
};
"""


async def _delivered(page: Page, origin: str, told: dict[str, str]) -> list[dict[str, Any]]:
    """What the worker shows when the push service brings this."""
    session = await page.context.new_cdp_session(page)
    known: asyncio.Queue[str] = asyncio.Queue()

    def seen(event: dict[str, Any]) -> None:
        for each in event["registrations"]:
            known.put_nowait(each["registrationId"])

    session.on("ServiceWorker.workerRegistrationUpdated", seen)
    await session.send("ServiceWorker.enable")
    registration = await asyncio.wait_for(known.get(), 10)
    message = {"origin": origin, "registrationId": registration, "data": json.dumps(told)}
    await session.send("ServiceWorker.deliverPushMessage", message)
    shown = """async () => {
      const registration = await navigator.serviceWorker.getRegistration("/desk");
      for (let tries = 0; tries < 50; tries++) {
        const found = await registration.getNotifications();
        if (found.length) return found.map(({ title, body, data }) => ({ title, body, data }));
        await new Promise((done) => setTimeout(done, 100));
      }
      return [];
    }"""
    found: list[dict[str, Any]] = await page.evaluate(shown)
    return found


async def test_an_operator_turns_notifications_on_gets_one_and_turns_them_off(
    desk: Desk,
    sign_in: SignIn,  # noqa: F811 - fixture
    address: str,  # noqa: F811 - fixture
) -> None:
    page = await sign_in("anna", "Анна", width=390)
    await page.context.grant_permissions(["notifications"], origin=address)
    given = {"endpoint": "https://push.example/1", "keys": Browser("").keys()}
    await page.add_init_script(SUBSCRIBING % json.dumps(given))
    await page.goto(f"{address}/desk/account")
    card = page.locator("#push")
    await expect(card.locator("#push-state")).to_have_text("Этому браузеру не сообщаем.")
    await expect(card.locator("input")).to_have_count(5)
    await card.get_by_label("подошёл срок задачи").uncheck()
    await page.click("#push-button")
    await expect(card.locator("#push-state")).to_have_text("Этому браузеру сообщаем.")
    await card.scroll_into_view_if_needed()
    await picture(page, "push-390")

    (line,) = (await page.evaluate("fetch('/desk/api/push').then((each) => each.json())"))["subscriptions"]
    assert line["kinds"] == ["waiting", "assigned", "message", "mention"]
    (shown,) = await _delivered(page, address, {"kind": "message", "ticket": "7-1", "language": "ru"})
    assert shown == {
        "title": "Duet", "body": "Ваш клиент написал", "data": {"address": "/desk#ticket/7-1"},
    }  # fmt: skip

    await page.click("#push-button")
    await expect(card.locator("#push-state")).to_have_text("Этому браузеру не сообщаем.")
    left = await page.evaluate("fetch('/desk/api/push').then((each) => each.json())")
    assert left["subscriptions"] == []


async def test_a_browser_that_forbids_notifications_is_told_so(
    desk: Desk,
    sign_in: SignIn,  # noqa: F811 - fixture
    address: str,  # noqa: F811 - fixture
) -> None:
    page = await sign_in("anna", "Анна")
    await page.add_init_script("Object.defineProperty(Notification, 'permission', { get: () => 'denied' });")
    await page.goto(f"{address}/desk/account")
    await expect(page.locator("#push-fault")).to_contain_text("Браузер запретил")
    await expect(page.locator("#push-button")).to_be_hidden()
    await picture(page, "push-denied-1280")
