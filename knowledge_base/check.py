"""Every fault of a folder of articles, with file and line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from knowledge_base.articles_file import ArticleFile, Fault
from knowledge_base.folder import Folder
from knowledge_base.render import ALLOWED_SCHEMES, links, scheme_of

SOON = timedelta(days=14)
"""An article that ends within this time is warned about: two weeks leave room for a review."""

GROUPS = frozenset({"general", "delivery", "returns", "payments", "loyalty", "technical", "orders", "stores"})
"""Skill teams an article may belong to when no others are named."""

_HTML = re.compile(r"<\s*/?\s*[a-zA-Z!][^>]*>?")
_CODE = re.compile(r"(`+)(?:(?!\1).)+\1", re.DOTALL)
_FENCE = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.DOTALL | re.MULTILINE)
_AUTOLINK = re.compile(r"<(?:https?://|mailto:|tel:)[^\s<>]*>|<[\w.+-]+@[\w-]+\.[\w.-]+>", re.IGNORECASE)


def faults_of(folder: Folder, *, today: date, groups: frozenset[str] = GROUPS) -> list[Fault]:
    """All faults and warnings, by file and line; no file without one is named."""
    known = {file.article.id for file in folder.files}
    found = [*folder.faults, *doubles(folder), *_audiences(folder)]
    for file in folder.files:
        found += _content(file, known, folder.path)
        found += _group(file, groups)
        found += _dates(file, today)
    return sorted(set(found))


def doubles(folder: Folder) -> Iterator[Fault]:
    """The same id twice in one language; the later file is the one named."""
    first: dict[tuple[str, str], ArticleFile] = {}
    for file in folder.files:
        key = (file.article.id, file.article.lang)
        if key in first:
            line = file.lines.get("id", 1)
            yield Fault(file.path, line, f"double id {key[0]} in {key[1]}, also in {first[key].path.name}")
        else:
            first[key] = file


def _audiences(folder: Folder) -> Iterator[Fault]:
    seen: dict[str, ArticleFile] = {}
    for file in folder.files:
        other = seen.setdefault(file.article.id, file)
        if other.article.audience != file.article.audience:
            line = file.lines.get("audience", file.lines.get("id", 1))
            yield Fault(file.path, line, f"audience differs from {other.path.name}, which has the same id")


def _content(file: ArticleFile, known: set[str], folder: Path) -> Iterator[Fault]:
    line = file.lines["body"]
    if not file.article.body:
        yield Fault(file.path, line, "empty body")
        return
    plain = _without_code(file.article.body)
    for match in _HTML.finditer(plain):
        yield Fault(
            file.path, line + plain.count("\n", 0, match.start()), "unsafe HTML: articles are Markdown only"
        )
    for address in links(file.article.body):
        fault = _dead(address, file.path, known, folder)
        if fault:
            yield Fault(file.path, _line_of(file, address), fault)


def _dead(address: str, path: Path, known: set[str], folder: Path) -> str:
    """Why a link leads nowhere, or empty. Nothing is fetched."""
    scheme = scheme_of(address)
    if scheme and scheme not in ALLOWED_SCHEMES:
        return f"unsafe link: scheme {scheme} is not allowed"
    if scheme in ("http", "https"):
        return "" if re.match(r"https?://[^/\s?#]+", address, re.IGNORECASE) else f"dead link {address}"
    if scheme or address.startswith("#"):
        return ""
    target = address.split("#", 1)[0].split("?", 1)[0]
    if target.removeprefix("article:") in known or target.removeprefix("./").removesuffix(".md") in known:
        return ""
    try:
        inside = (path.parent / target).resolve().relative_to(folder.resolve())
        exists = (folder / inside).is_file()
    except (ValueError, OSError):
        exists = False
    return "" if exists else f"dead link {address}"


def _group(file: ArticleFile, groups: frozenset[str]) -> Iterator[Fault]:
    group = file.article.group
    if group and group not in groups:
        yield Fault(file.path, file.lines.get("group", 1), f"unknown group {group}")


def _dates(file: ArticleFile, today: date) -> Iterator[Fault]:
    end = file.article.valid_to
    if end is None:
        return
    line = file.lines["valid_to"]
    if end < today:
        yield Fault(file.path, line, f"expired on {end}", warning=True)
    elif end - today <= SOON:
        yield Fault(file.path, line, f"expires soon, on {end}", warning=True)


def _without_code(body: str) -> str:
    """Code and links in angle brackets blanked, line breaks kept."""
    for pattern in (_FENCE, _CODE, _AUTOLINK):
        body = pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), body)
    return body


def _line_of(file: ArticleFile, address: str) -> int:
    at = file.article.body.find(address)
    return file.lines["body"] + (file.article.body.count("\n", 0, at) if at >= 0 else 0)
