"""Errors of `nlu`."""


class NluError(Exception):
    """Root of everything `nlu` raises on purpose."""


class ParserUnavailable(NluError):  # noqa: N818 - reads as what it is
    """A parser gave no answer for now; `cause` is a word for the log (timeout, status_503, unreachable…)."""

    def __init__(self, cause: str) -> None:
        """Keep the cause; it never holds an address or a text."""
        super().__init__(cause)
        self.cause = cause


class WeightsError(NluError):
    """A weights or data file of the package is missing or damaged; the message names it."""


class InputError(NluError):
    """A command was given something it cannot use; the message is one line for the person who typed it."""
