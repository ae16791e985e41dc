"""The health page at `/health`: what `/healthz` says, for people, in Russian and English."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, select_autoescape

from bot.health import Part, overall
from bot.split_report import SplitReport, move_sentence, move_time, sentences
from bot.texts import LANGUAGES, Texts
from bot.web.page import HEADERS, Files, load_files, preferred_language


@dataclass(frozen=True, slots=True)
class Split:
    """What the page says of the split: the report, and customers' presses as (helped, judged)."""

    report: SplitReport
    customers: tuple[int, int] | None


class HealthPage:
    """Renders the page."""

    def __init__(
        self,
        *,
        texts: Texts,
        timezone: str,
        parts: Callable[[], Awaitable[Mapping[str, Part]]],
        split: Callable[[], Awaitable[Split | None]],
        files: Files | None = None,
    ) -> None:
        """`split` is None while it cannot be read; times are shown in `timezone`, an IANA name."""
        self._texts = texts
        self._zone = ZoneInfo(timezone)
        self._parts = parts
        self._split = split
        self._version = (files or load_files()).version
        environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=select_autoescape(("html",)),
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._template = environment.get_template("health.html")

    async def show(self, request: web.Request) -> web.Response:
        """The page; 503 when messages cannot be taken, as `/healthz`."""
        language = request.query.get("language", "")
        if language not in LANGUAGES:
            accepted = request.headers.get("Accept-Language", "")
            language = preferred_language(accepted, self._texts.default_language)
        parts = await self._parts()
        word, takes = overall(parts)
        html = self._template.render(
            language=language,
            words=self._texts.section("health", language),
            word=self._texts.say(f"health.all_{word}", language),
            base=f"/chat/static/{self._version}",
            parts=[self._line(name, part, language) for name, part in parts.items()],
            **self._of_split(await self._split(), language),
        )
        headers = {**HEADERS, "Cache-Control": "no-store"}
        return web.Response(
            text=html, content_type="text/html", headers=headers, status=200 if takes else 503
        )

    def _line(self, name: str, part: Part, language: str) -> dict[str, str]:
        word = self._texts.say(f"health.status_{part.status}", language)
        detail = "" if name == "split" else part.detail  # its sentences stand above, in the right language
        return {"name": name, "status": part.status, "word": word, "detail": detail}

    def _of_split(self, split: Split | None, language: str) -> dict[str, object]:
        if split is None:
            return {"split": None, "moves": []}
        told = sentences(split.report, self._texts, language)
        if split.customers is not None and split.customers[1]:
            helped, asked = split.customers
            told.append(self._texts.say("health.customers", language, helped=helped, asked=asked))
        moves = [
            {
                "at": move_time(move).isoformat(),
                "shown": move_time(move).astimezone(self._zone).strftime("%d.%m %H:%M"),
                "told": move_sentence(move, self._texts, language),
            }
            for move in split.report.moves
        ]
        return {"split": told, "moves": moves}
