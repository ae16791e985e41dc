"""Where webhooks may go: not into the company's own network, whatever a name resolves to."""

from __future__ import annotations

import errno
import ipaddress
import socket
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from handoff.webhooks.types import WebhookError

MOST_URL_CHARS = 500


def checked_url(url: str, *, allow_private: bool) -> str:
    """An address a webhook may have.

    Raises:
        WebhookError: it is not https (or http, where private addresses are allowed), carries a password, or
            names an address of a private network.
    """
    parts = urlsplit(url.strip())
    schemes = ("https", "http") if allow_private else ("https",)
    if parts.scheme not in schemes or not parts.hostname or len(url) > MOST_URL_CHARS:
        raise WebhookError(f"the address must begin with {schemes[0]}:// and name a host")
    if parts.username or parts.password:
        raise WebhookError("the address must not carry a name or a password; use the signature to know us")
    if _is_address(parts.hostname) and not allow_private:
        check_address(parts.hostname)
    return parts.geturl()


def check_address(address: str) -> None:
    """Refuse what does not belong to the public internet.

    Raises:
        WebhookError: a loopback, private, link-local or reserved address (RFC 6890).
    """
    found = ipaddress.ip_address(address.split("%")[0])
    mapped = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    if not (mapped or found).is_global or found.is_multicast:
        raise WebhookError(f"{address} is not a public address")


class PublicResolver(AbstractResolver):
    """Resolves names to public addresses only; the connection then goes to the address that was checked."""

    def __init__(self) -> None:
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a name.

        Raises:
            OSError: one of them is not public.
        """
        found = await self._resolver.resolve(host, port, family)
        for each in found:
            try:
                check_address(each["host"])
            except WebhookError as error:
                raise OSError(errno.EACCES, str(error)) from error
        return found

    async def close(self) -> None:
        """Nothing is held."""
        await self._resolver.close()


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return False
    return True
