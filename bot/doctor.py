"""`python -m bot doctor`: what is wrong, and how to mend it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import aiohttp
from redis.exceptions import RedisError

from bot import embedded_parts as parts
from bot.texts import load_texts
from core.config import ROOT, Config, Environment, load_config, read_environment, resolve
from core.endpoints import Endpoints, read_endpoints
from core.errors import CoreError, Unavailable
from core.logging import configure_logging
from core.redis import connect, wait_on_disk
from core.sql import open_engine, reachable
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.folder import load_articles
from nlu.compose import build_rasa_client, running_rasa


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, whether it is well, and what it says or how to mend it."""

    part: str
    well: bool
    says: str


async def doctor() -> int:
    """Print a line for each part; 1 if any of them fails."""
    configure_logging("error", json=False)
    failed = False
    async for finding in _findings():
        failed = failed or not finding.well
        print(f"{'ok  ' if finding.well else 'FAIL'}  {finding.part}: {finding.says}")  # noqa: T201 - the command's result
    return int(failed)


async def _findings() -> AsyncIterator[Finding]:
    environment = read_environment()
    try:
        config = load_config(environment.config_path)
    except CoreError as error:
        yield Finding("configuration", False, str(error))
        return
    yield Finding("configuration", True, str(environment.config_path))
    running = read_endpoints(environment.data)
    where = f"running, pages at {running.web_url}" if running else "not running; start it with `make run`"
    yield Finding("duet", True, where)
    looks: tuple[Callable[[Config, Environment, Endpoints | None], Awaitable[Finding]], ...] = (
        _wording, _articles, _redis, _database, _rasa, _loyalty, _encoder, _telegram,
    )  # fmt: skip
    for look in looks:
        yield await look(config, environment, running)


async def _wording(config: Config, _: Environment, __: Endpoints | None) -> Finding:
    try:
        load_texts(resolve(config.bot.wording), default_language=config.company.default_language)
    except CoreError as error:
        return Finding("wording", False, str(error))
    return Finding("wording", True, config.bot.wording)


async def _articles(config: Config, _: Environment, __: Endpoints | None) -> Finding:
    folder = resolve(config.knowledge_base.articles)
    try:
        articles = load_articles(folder)
    except KnowledgeBaseError as error:
        return Finding("articles", False, f"{error}; see `python -m knowledge_base check {folder}`")
    return Finding("articles", True, f"{len(articles)} in {folder}")


async def _redis(config: Config, environment: Environment, running: Endpoints | None) -> Finding:
    url = environment.redis_url or (running.redis_url if running else "")
    if not url:
        return Finding("redis", True, "embedded Valkey, started with `make run`")
    client = connect(url)
    try:
        await client.ping()
        if config.redis.durable:
            await wait_on_disk(client)
    except (RedisError, OSError, Unavailable) as error:
        return Finding("redis", False, f"{error}; check REDIS_URL, or unset it to use the embedded one")
    finally:
        await client.aclose()
    return Finding("redis", True, "answers" + (", writes reach the disk" if config.redis.durable else ""))


async def _database(_: Config, environment: Environment, running: Endpoints | None) -> Finding:
    url = environment.database_url or (running.database_url if running else "")
    if not url:
        return Finding("database", True, f"SQLite in {environment.data}, opened with `make run`")
    try:
        engine = open_engine(url)
    except CoreError as error:
        return Finding("database", False, str(error))
    try:
        well = await reachable(engine)
    finally:
        await engine.dispose()
    return Finding("database", well, "answers" if well else "does not answer; check DATABASE_URL")


async def _rasa(config: Config, environment: Environment, _: Endpoints | None) -> Finding:
    address = running_rasa(environment)
    if address is None:
        there = parts.rasa_is_there(ROOT)
        says = "installed and trained" if there else "not installed or not trained; run `make setup`"
        return Finding("rasa", there, says)
    async with aiohttp.ClientSession() as session:
        client = build_rasa_client(address, session=session, timeout_s=config.nlu.request_timeout_s)
        health = await client.health()
    well = health.status == "ok"
    return Finding(
        "rasa", well, "answers" if well else f"does not answer ({health.cause}); see logs/rasa.log"
    )


async def _loyalty(config: Config, environment: Environment, running: Endpoints | None) -> Finding:
    url = environment.loyalty_url or (running.loyalty_url if running else "")
    token = environment.loyalty_token or (running.loyalty_token if running else "")
    if not url:
        return Finding("loyalty service", True, "embedded demo service, started with `make run`")
    timeout = aiohttp.ClientTimeout(total=config.loyalty.request_timeout_s)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"{url}/v1/stores", headers={"Authorization": f"Bearer {token}"}) as response,
        ):
            well, says = response.status == 200, f"answers {response.status}"
    except (aiohttp.ClientError, TimeoutError) as error:
        well, says = False, type(error).__name__
    return Finding("loyalty service", well, says if well else f"{says}; check LOYALTY_URL and LOYALTY_TOKEN")


async def _encoder(config: Config, _: Environment, __: Endpoints | None) -> Finding:
    from core.encoder import Encoder

    encoder = Encoder(model=config.knowledge_base.encoder, threads=config.knowledge_base.encoder_threads)
    encoder.start()
    try:
        await encoder.encode(["проверка"])
    except CoreError as error:
        return Finding("encoder", False, f"{error}; check knowledge_base.encoder")
    finally:
        encoder.close()
    return Finding("encoder", True, encoder.fingerprint)


async def _telegram(_: Config, environment: Environment, __: Endpoints | None) -> Finding:
    if not environment.telegram_token:
        return Finding("telegram", True, "off; set TELEGRAM_BOT_TOKEN to switch it on")
    api = (environment.telegram_api_url or "https://api.telegram.org").rstrip("/")
    timeout = aiohttp.ClientTimeout(total=10)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"{api}/bot{environment.telegram_token}/getMe") as response,
        ):
            status = response.status
    except (aiohttp.ClientError, TimeoutError) as error:
        return Finding("telegram", False, f"cannot be reached ({type(error).__name__})")
    if status == 200:
        return Finding("telegram", True, "the token is good")
    return Finding("telegram", False, f"answered {status}; copy TELEGRAM_BOT_TOKEN again from @BotFather")
