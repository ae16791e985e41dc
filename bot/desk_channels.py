"""The channels as the desk sees them: `handoff.channels.ports.Channels` over those of this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram.probe import Probe
from handoff.channels.ports import ChannelState, Verdict

_TIMEOUT = ClientTimeout(total=5)


class DeskChannels:
    """Telegram and the web chat."""

    def __init__(self, *, telegram: TelegramChannel, receives: bool, web_url: Callable[[], str]) -> None:
        """Prepare.

        Args:
            telegram: The Telegram account; also one that is switched off.
            receives: This process runs the channels, and so knows how they are.
            web_url: Address at which this process serves the web chat, without a slash at the end.
        """
        self._telegram = telegram
        self._receives = receives
        self._web_url = web_url

    def states(self) -> Sequence[ChannelState]:
        """How each is, as far as this process knows."""
        telegram = self._telegram
        status = telegram.state.status
        way = "webhook" if telegram.webhook_path else "polling"
        told = status if self._receives or status in ("off", "down") else "elsewhere"
        return [ChannelState("telegram", told, way), ChannelState("webchat", "ok", "page")]

    async def test(self, name: str) -> Verdict | None:
        """Really ask the channel, a few seconds at most; None for one that does not exist."""
        match name:
            case "telegram":
                return _verdict(await self._telegram.probe())
            case "webchat":
                return await _ask_page(self._web_url())
            case _:
                return None


def _verdict(found: Probe) -> Verdict:
    values = {"bot": found.bot, "waiting": str(found.waiting), "detail": found.detail}
    return Verdict(found.ok, f"telegram_{found.code}", values)


async def _ask_page(address: str) -> Verdict:
    """Open the customers' page, and ask its API for messages without a session, which it must refuse."""
    try:
        async with ClientSession(timeout=_TIMEOUT) as http:
            async with http.get(f"{address}/") as page:
                if page.status != 200 or page.content_type != "text/html":
                    return Verdict(False, "webchat_page", {"status": str(page.status)})
            async with http.get(f"{address}/chat/api/messages") as api:
                if api.status != 401:
                    return Verdict(False, "webchat_api", {"status": str(api.status)})
    except (TimeoutError, ClientError, OSError, ValueError):
        return Verdict(False, "webchat_unreachable")
    return Verdict(True, "webchat_ok")
