"""Errors of `core`."""


class CoreError(Exception):
    """Root of everything `core` raises on purpose."""


class ConfigError(CoreError):
    """The configuration cannot be used; the message is one line that names the key."""


class Unavailable(CoreError):  # noqa: N818 - reads as what it is: something is unavailable for now
    """A part (Redis, database, service) cannot be reached for now; trying again may help."""
