"""Wiring for the knowledge base's own commands; concrete adapters are named here and nowhere else."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from core.config import Config, Environment, load_config, read_environment, resolve
from core.encoder import Encoder
from core.endpoints import read_endpoints
from knowledge_base.errors import ArtefactError, StoreError

if TYPE_CHECKING:
    from knowledge_base.base import Base
    from knowledge_base.phrases import SqlPhrases
    from knowledge_base.store import SqlBaseStore
    from knowledge_base.verdict_store import SqlVerdicts


def settings() -> tuple[Config, Environment]:
    """Configuration and environment of this deployment.

    Raises:
        ConfigError: one of them cannot be used.
    """
    environment = read_environment(os.environ)
    return load_config(environment.config_path), environment


@contextmanager
def encoder_of(config: Config) -> Iterator[Encoder]:
    """The configured encoder, closed at the end."""
    encoder = Encoder(model=config.knowledge_base.encoder, threads=config.knowledge_base.encoder_threads)
    encoder.start()
    try:
        yield encoder
    finally:
        encoder.close()


@asynccontextmanager
async def store_of(config: Config, environment: Environment) -> AsyncIterator[SqlBaseStore]:
    """The store of the running deployment.

    Raises:
        StoreError: nothing is running that could be published into.
    """
    from core.keys import Keys
    from core.redis import connect
    from core.sql import open_engine
    from knowledge_base.store import SqlBaseStore

    redis_url, database_url = _addresses(environment)
    if not redis_url or not database_url:
        raise StoreError(
            f"nothing runs in {environment.data}: start it with `make run`, or set REDIS_URL and DATABASE_URL"
        )
    keys = Keys(config.redis.key_prefix)
    redis, engine = connect(redis_url), open_engine(database_url)
    try:
        yield SqlBaseStore(
            engine=engine, redis=redis, active_key=keys("kb_active"), channel=keys("kb_changed")
        )
    finally:
        await redis.aclose()
        await engine.dispose()


async def published_base(config: Config, environment: Environment, fingerprint: str) -> Base | None:
    """The base that serves in the running deployment; None where nothing runs or it is of another encoder."""
    from knowledge_base.artefact import from_bytes

    try:
        async with store_of(config, environment) as store:
            active = await store.active()
            if active is None:
                return None
            base = from_bytes(await store.load(active), version=active)
    except (StoreError, ArtefactError):
        return None
    return base if base.fingerprint == fingerprint else None


@asynccontextmanager
async def phrases_of(environment: Environment) -> AsyncIterator[SqlPhrases]:
    """The phrases of the running deployment.

    Raises:
        StoreError: nothing is running that has any.
    """
    from core.sql import open_engine
    from knowledge_base.phrases import SqlPhrases

    _, database_url = _addresses(environment)
    if not database_url:
        raise StoreError(f"nothing runs in {environment.data}: start it with `make run`, or set DATABASE_URL")
    engine = open_engine(database_url)
    try:
        yield SqlPhrases(engine)
    finally:
        await engine.dispose()


def _addresses(environment: Environment) -> tuple[str, str]:
    """Of Redis and of the database, empty where there is none."""
    running = read_endpoints(environment.data)
    return (
        environment.redis_url or (running.redis_url if running else ""),
        environment.database_url or (running.database_url if running else ""),
    )


def verdicts_of(store: SqlBaseStore) -> SqlVerdicts:
    """The verdicts in the same archive."""
    from knowledge_base.verdict_store import SqlVerdicts

    return SqlVerdicts(store.engine)


def folder_of(config: Config, named: str | None) -> Path:
    """The folder named on the command line, else the configured one."""
    return Path(named) if named else resolve(config.knowledge_base.articles)
