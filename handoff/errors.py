"""Errors of `handoff`."""


class HandoffError(Exception):
    """Root of everything `handoff` raises on purpose."""


class BadRecord(HandoffError):  # noqa: N818 - reads as what it is: a stored record that is bad
    """A stored ticket or packet cannot be read; the message names which."""
