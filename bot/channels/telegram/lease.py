"""Who polls: the vendor answers 409 to two at once."""

from __future__ import annotations

from typing import Protocol


class Leader(Protocol):
    """The right to poll one account, shared by all processes.

    A lease that is not renewed runs out by itself. An exception from `renew` counts as lost.
    """

    async def acquire(self) -> bool:
        """Take the lease; False while another process has it."""

    async def renew(self) -> bool:
        """Keep the lease; False if it is no longer ours."""

    async def release(self) -> None:
        """Give the lease back so that another process need not wait for it to run out."""
