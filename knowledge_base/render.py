"""Article bodies as safe HTML, as text for messengers, and as plain text."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

ALLOWED_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_TAGS = {
    "p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a",
    "h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}

_LINK = re.compile(r"!?\[([^\]]*)\]\(\s*<?([^\s)>]*)>?[^)]*\)")
_HEADING = re.compile(r"^#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$", re.MULTILINE)
_BULLET = re.compile(r"^([ \t]*)[*+][ \t]+", re.MULTILINE)
_RAW_HTML = re.compile(r"</?[a-zA-Z!][^>]*>")
_BOLD = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_ITALIC = re.compile(r"(?<![\w*])([*_])(?=\S)([^*_\n]+?)(?<=\S)\1(?![\w*])")


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])


@cache
def _finder() -> MarkdownIt:
    """A parser that also sees links it would refuse to render."""
    from markdown_it import MarkdownIt

    finder = MarkdownIt("commonmark", {"html": False})
    finder.validateLink = lambda url: True  # type: ignore[method-assign] # the way it is meant to be replaced
    return finder


def html(body: str) -> str:
    """Safe HTML: Markdown only, raw HTML is shown as text, links only with an allowed scheme."""
    import nh3

    return nh3.clean(
        _parser().render(body),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=set(ALLOWED_SCHEMES),
        link_rel="noopener noreferrer nofollow",
    ).strip()


def messenger(body: str) -> str:
    """The small Markdown that replies use: paragraphs, `-` lists, bold, italics, links.

    Headings become bold lines, raw HTML is dropped, a link with another scheme loses its address.
    """
    text = _RAW_HTML.sub("", body.replace("\r\n", "\n"))
    text = _LINK.sub(_safe_link, text)
    text = _HEADING.sub(lambda match: f"**{match[1].replace('**', '')}**", text)
    text = _BULLET.sub(r"\1- ", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def plain_text(body: str) -> str:
    """The words only: no marks, links as their text."""
    text = _LINK.sub(lambda match: match[1] or match[2], _RAW_HTML.sub("", body))
    text = _BULLET.sub(r"\1- ", _HEADING.sub(r"\1", text))
    return _ITALIC.sub(r"\2", _BOLD.sub(r"\2", text)).strip()


def scheme_of(address: str) -> str:
    """Scheme of an address in lower case, empty for a relative one; blanks and controls do not hide it."""
    plain = re.sub(r"[\x00-\x20\u00a0\u200b-\u200f]", "", address)
    match = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):", plain)
    return match[1].lower() if match else ""


def links(body: str) -> list[str]:
    """Addresses of the links and images of a body, in order."""
    found = []
    for token in _finder().parse(body):
        for child in token.children or []:
            address = child.attrs.get("href") or child.attrs.get("src")
            if address:
                found.append(str(address))
    return found


def _safe_link(match: re.Match[str]) -> str:
    text, address = match[1], match[2]
    if match[0].startswith("!") or scheme_of(address) not in ALLOWED_SCHEMES:
        return text
    return f"[{text}]({address})"
