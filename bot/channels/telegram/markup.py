"""Our small Markdown as plain text with styled stretches, the way the vendor wants it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from aiogram.types import MessageEntity
from markdown_it import MarkdownIt
from markdown_it.token import Token

Style = Literal["bold", "italic", "code", "text_link"]

BULLET = "• "
NUMBER_END = ". "

_parser = MarkdownIt("zero").enable(["heading", "list", "emphasis", "link", "backticks", "newline", "escape"])


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch `[start, end)` of the text, in characters; `url` only for a link."""

    start: int
    end: int
    style: Style
    url: str = ""


@dataclass(frozen=True, slots=True)
class Rich:
    """Text and its styled stretches; stretches may nest."""

    text: str
    spans: tuple[Span, ...] = ()


def utf16_len(text: str) -> int:
    """Length in the vendor's unit: characters beyond the basic plane count twice."""
    return len(text) + sum(char > "\uffff" for char in text)


def read_markdown(source: str) -> Rich:
    """Read paragraphs, lists, headings (as bold lines), **bold**, *italic*, `code` and links.

    Anything else stays as it was written: no word is ever lost.
    """
    writer = _Writer()
    for token in _parser.parse(_keep_products(source.replace("\x00", ""))):
        writer.block(token)
    return writer.result()


def _keep_products(source: str) -> str:
    """Keep the asterisks of `20*30*40 cm`, which Markdown would take for italics."""
    pieces = re.split(r"(`[^`]*`)", source)
    return "".join(
        piece if piece.startswith("`") else re.sub(r"(?<=\w)\*(?=\w)", r"\\*", piece) for piece in pieces
    )


def to_entities(rich: Rich) -> list[MessageEntity]:
    """The stretches as the vendor's entities; offsets and lengths in UTF-16 units."""
    return [
        MessageEntity(
            type=span.style,
            offset=utf16_len(rich.text[: span.start]),
            length=utf16_len(rich.text[span.start : span.end]),
            url=span.url or None,
        )
        for span in rich.spans
    ]


@dataclass(slots=True)
class _List:
    """A list being written; `number` is the next item's, None for bullets."""

    number: int | None
    begun: bool = False


class _Writer:
    """Collects the text of one Markdown source, token by token."""

    def __init__(self) -> None:
        self._text = ""
        self._spans: list[Span] = []
        self._open: list[tuple[Style, int, str]] = []
        self._lists: list[_List] = []
        self._item_begins = False

    def result(self) -> Rich:
        end = len(self._text.rstrip())
        spans = (Span(s.start, min(s.end, end), s.style, s.url) for s in self._spans if s.start < end)
        return Rich(self._text[:end], tuple(sorted(spans, key=lambda s: (s.start, -s.end))))

    def block(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open":
                self._lists.append(_List(number=None))
            case "ordered_list_open":
                self._lists.append(_List(number=_start(token)))
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "list_item_open":
                self._begin_item()
            case "paragraph_open":
                self._begin_paragraph()
            case "heading_open":
                self._begin_paragraph()
                self._open.append(("bold", len(self._text), ""))
            case "heading_close":
                self._close("bold")
            case "inline":
                for child in token.children or []:
                    self._inline(child)

    def _begin_item(self) -> None:
        current = self._lists[-1]
        self._break(lines=1 if current.begun or len(self._lists) > 1 else 2)
        current.begun = True
        self._text += "  " * (len(self._lists) - 1)
        if current.number is None:
            self._text += BULLET
        else:
            self._text += f"{current.number}{NUMBER_END}"
            current.number += 1
        self._item_begins = True

    def _begin_paragraph(self) -> None:
        if self._item_begins:
            self._item_begins = False
        else:
            self._break(lines=2)

    def _break(self, *, lines: int) -> None:
        if self._text:
            self._text = self._text.rstrip("\n") + "\n" * lines

    def _inline(self, token: Token) -> None:
        match token.type:
            case "text" | "text_special":
                self._text += token.content
            case "softbreak" | "hardbreak":
                self._text += "\n"
            case "code_inline":
                self._styled(token.content, "code")
            case "strong_open":
                self._open.append(("bold", len(self._text), ""))
            case "em_open":
                self._open.append(("italic", len(self._text), ""))
            case "link_open":
                self._open.append(("text_link", len(self._text), str(token.attrGet("href") or "")))
            case "strong_close":
                self._close("bold")
            case "em_close":
                self._close("italic")
            case "link_close":
                self._close("text_link")

    def _styled(self, text: str, style: Style) -> None:
        self._open.append((style, len(self._text), ""))
        self._text += text
        self._close(style)

    def _close(self, style: Style) -> None:
        opened, start, url = self._open.pop()
        assert opened == style  # noqa: S101 - the parser closes what it opened last
        if style == "text_link" and not _is_web(url):
            if url and url.removeprefix("tel:").removeprefix("mailto:") != self._text[start:]:
                self._text += f" ({url.removeprefix('tel:').removeprefix('mailto:')})"
            return
        if self._text[start:].strip():
            self._spans.append(Span(start, len(self._text), style, url if style == "text_link" else ""))


def _start(token: Token) -> int:
    start = token.attrGet("start")
    return 1 if start is None else int(start)


def _is_web(url: str) -> bool:
    """True for an address the vendor makes a link of; it drops or refuses others."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in parts.netloc.strip(".")
