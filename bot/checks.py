"""How each part is, for the health page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redis.exceptions import RedisError

from bot.health import Check, Part
from bot.split_report import read_split, split_part
from core.children import ChildState
from core.sql import reachable

if TYPE_CHECKING:
    from bot.app import App

_WORDS = {ChildState.STARTING: "starting", ChildState.OK: "ok", ChildState.DOWN: "down"}


def checks(app: App) -> dict[str, Check]:
    """Every part this process can tell about."""
    found: dict[str, Check] = {
        "redis": lambda: _redis(app),
        "database": lambda: _database(app),
        "telegram": lambda: _telegram(app),
        "loyalty": lambda: _child(app, "loyalty"),
        "split": lambda: _split(app),
    }
    if app.conversing is not None:
        found["nlu"] = lambda: _nlu(app)
        found["encoder"] = lambda: _encoder(app)
        found["knowledge_base"] = lambda: _knowledge(app)
    return found


async def _redis(app: App) -> Part:
    try:
        await app.redis.ping()
    except (RedisError, OSError) as error:
        return Part("down", f"Redis does not answer ({type(error).__name__}).")
    return Part("ok")


async def _database(app: App) -> Part:
    if await reachable(app.engine):
        return Part("ok")
    return Part("down", "The database does not answer; history waits in Redis until it does.")


async def _telegram(app: App) -> Part:
    if "channels" not in app.roles:
        return Part("off", "Another process receives from Telegram.")
    health = app.telegram.state
    return Part(health.status, health.detail)


async def _child(app: App, name: str) -> Part:
    status = app.embedded.statuses().get(name)
    if status is None:
        return Part("ok", "External.")
    return Part(_WORDS[status.state], status.reason)  # type: ignore[arg-type]  # the words are those of Status


async def _nlu(app: App) -> Part:
    status = app.embedded.statuses().get("rasa")
    if status is not None and status.state is not ChildState.OK:
        offline = "The offline parser answers meanwhile; more goes to people."
        word = "starting" if status.state is ChildState.STARTING else "degraded"
        return Part(word, f"{status.reason} {offline}".strip())  # type: ignore[arg-type]  # one of two words of Status
    rasa = app.conversing.rasa if app.conversing else None
    if rasa is None:
        return Part("degraded", "There is no Rasa; the offline parser answers, more goes to people.")
    health = await rasa.health()
    if health.status == "ok":
        return Part("ok")
    return Part(
        "starting" if health.status == "starting" else "degraded",
        "Rasa does not answer yet; the offline parser does, more goes to people.",
    )


async def _encoder(app: App) -> Part:
    assert app.conversing is not None  # noqa: S101 - this check exists only with it
    encoder = app.conversing.encoder
    return Part(encoder.state, encoder.error)


async def _knowledge(app: App) -> Part:
    assert app.conversing is not None  # noqa: S101 - this check exists only with it
    base = app.conversing.base
    detail = "" if base.version is None else f"Version {base.version}."
    return Part(base.state, detail)


async def _split(app: App) -> Part:
    try:
        report = await read_split(
            app.redis, app.keys, target=app.config.split.target, tolerance=app.config.split.tolerance
        )
    except (RedisError, OSError):
        return Part("starting", "Redis does not answer, so the split is not known.")
    return split_part(report, app.texts)
