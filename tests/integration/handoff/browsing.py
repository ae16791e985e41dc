"""A real Chromium for tests, and where it puts its pictures."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

BROWSER_MARKS = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here; apt-get install chromium"),
]

PICTURES = os.environ.get("DUET_PICTURES", "")
"""Folder for pictures of the pages, if somebody wants to look at them."""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[str]:
    """The address of an application."""
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def picture(page: Page, name: str) -> None:
    """Keep what the page looks like; whatever its width, nothing may stick out."""
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    if PICTURES:
        await page.screenshot(path=Path(PICTURES) / f"{name}.png")
