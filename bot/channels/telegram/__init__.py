"""Telegram: one bot account, by long polling or by webhook.

Message ids and update ids are the vendor's; the vendor keeps an update until it is confirmed, so nothing
about the stream is stored here.
"""

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.health import Health
from bot.channels.telegram.lease import Leader
from bot.channels.telegram.texts import KEYS, Say

__all__ = ["KEYS", "Health", "Leader", "Say", "TelegramChannel"]
