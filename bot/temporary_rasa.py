"""Rasa for one command: the running one, else one started for it, else none."""

from __future__ import annotations

import os
import secrets
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import aiohttp

from bot import embedded_parts as parts
from core.children import Supervisor
from core.config import ROOT, Config, Environment
from core.errors import Unavailable
from core.logging import get_logger
from nlu.compose import RasaAddress, build_rasa_client, running_rasa
from nlu.rasa_client import RasaClient

_log = get_logger("rasa")
_READY_S = 90.0

Waits = Callable[[], Awaitable[RasaClient | None]]
"""Waits until Rasa answers; None when there is none, so that the offline parser reads."""


async def rasa_for_a_command(
    stack: AsyncExitStack,
    environment: Environment,
    config: Config,
    session: aiohttp.ClientSession,
    *,
    timeout_s: float,
) -> Waits:
    """Find or begin to start Rasa; what was started ends with `stack`.

    Raises:
        InputError: RASA_URL is no address.
    """
    address = running_rasa(environment)
    if address is not None:
        client = build_rasa_client(address, session=session, timeout_s=timeout_s)
        return lambda: _given(client)
    if not parts.rasa_is_there(ROOT):
        return lambda: _given(None)
    supervisor = Supervisor(
        backoff_min_s=config.supervisor.backoff_min_s,
        backoff_max_s=config.supervisor.backoff_max_s,
        stop_timeout_s=config.supervisor.stop_timeout_s,
    )
    port, token = parts.free_port(), secrets.token_urlsafe(32)
    supervisor.start(
        parts.rasa(checkout=ROOT, data=environment.data, port=port, token=token, environ=os.environ)
    )
    stack.push_async_callback(supervisor.stop)

    async def ready() -> RasaClient | None:
        try:
            await supervisor.wait_ready("rasa", timeout_s=_READY_S)
        except Unavailable as error:
            _log.warning("rasa.absent", error=str(error))
            return None
        own = RasaAddress(f"http://{parts.HOST}:{port}", token)
        return build_rasa_client(own, session=session, timeout_s=timeout_s)

    return ready


async def _given(client: RasaClient | None) -> RasaClient | None:
    return client
