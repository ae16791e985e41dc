"""Errors of the demo service."""


class DemoServiceError(Exception):
    """Root of what the demo service raises on purpose."""


class DemoDataError(DemoServiceError):
    """A data file cannot be used; the message names the file and the row."""


class Refusal(DemoServiceError):  # noqa: N818 - an answer, not a fault
    """A request that is answered with an error: HTTP `status`, a stable `code` and a sentence."""

    def __init__(self, status: int, code: str, message: str, **extra: object) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.extra = extra
