"""Errors of `bot`."""


class BotError(Exception):
    """Root of everything `bot` raises on purpose."""


class BadMessage(BotError):  # noqa: N818 - reads as what it is
    """A customer's message cannot be taken; `code` is stable, the text says what to change."""

    def __init__(self, code: str, message: str) -> None:
        """`code` is a word of the HTTP API."""
        super().__init__(message)
        self.code = code


class SetupError(BotError):
    """The process cannot start or go on; the message is one line for a person."""
