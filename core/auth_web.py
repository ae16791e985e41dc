"""The session cookie and where a request comes from, for every page that asks people to sign in."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

COOKIE = "duet_session"


def token_of(request: web.BaseRequest) -> str:
    """The session token a browser sent, or empty."""
    return request.cookies.get(COOKIE, "")


def set_session_cookie(response: web.StreamResponse, token: str, *, lifetime_s: int, secure: bool) -> None:
    """Give the browser its token; scripts cannot read it and other sites' forms do not carry it."""
    response.set_cookie(
        COOKIE, token, max_age=lifetime_s, path="/", httponly=True, samesite="Lax", secure=secure
    )


def drop_session_cookie(response: web.StreamResponse, *, secure: bool) -> None:
    """Take the token back."""
    response.del_cookie(COOKIE, path="/", httponly=True, samesite="Lax", secure=secure)


def same_origin(request: web.BaseRequest) -> bool:
    """Whether a page of ours sent this; programs that name no origin are let through.

    Browsers always name the origin of WebSockets and of POSTs from other sites.
    """
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    hosts = {request.host, request.headers.get("X-Forwarded-Host", request.host)}
    return urlsplit(origin).netloc in hosts


def client_address(request: web.BaseRequest, *, behind_proxy: bool) -> str:
    """Who is calling: the peer, or behind a proxy the last address that the proxy itself wrote down."""
    forwarded = request.headers.get("X-Forwarded-For", "") if behind_proxy else ""
    return forwarded.rpartition(",")[2].strip() or request.remote or ""
