"""What is told to the vendor before messages can come."""

from __future__ import annotations

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import BotCommand

from bot.channels.telegram.convert import LANGUAGES
from bot.channels.telegram.texts import COMMANDS, Say, command_key
from core.logging import get_logger

log = get_logger("telegram")

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")


class Setup:
    """Signs in, chooses how updates come, and writes the menu of commands once."""

    def __init__(self, *, bot: Bot, say: Say, default_language: str) -> None:
        self._bot = bot
        self._say = say
        self._default_language = default_language
        self._menu_written = False

    async def for_polling(self) -> None:
        """Remove a webhook, which would make polling a conflict; updates that wait are kept."""
        await self._sign_in()
        await self._bot.delete_webhook(drop_pending_updates=False)
        await self._write_menu()

    async def for_webhook(self, *, url: str, secret: str) -> None:
        """Name the address updates are posted to; updates that wait are kept."""
        await self._sign_in()
        await self._bot.set_webhook(
            url, secret_token=secret, allowed_updates=list(ALLOWED_UPDATES), drop_pending_updates=False
        )
        await self._write_menu()

    async def _sign_in(self) -> None:
        me = await self._bot.get_me()
        log.info("telegram.signed_in", bot=me.username)

    async def _write_menu(self) -> None:
        """Write the commands in every language; a menu that cannot be written stops nothing."""
        if self._menu_written:
            return
        try:
            for code in (None, *LANGUAGES):
                words = code or self._default_language
                commands = [
                    BotCommand(command=name, description=self._say(command_key(name), words))
                    for name in COMMANDS
                ]
                await self._bot.set_my_commands(commands, language_code=code)
        except AiogramError as error:
            log.warning("telegram.menu_failed", error=type(error).__name__)
        else:
            self._menu_written = True
