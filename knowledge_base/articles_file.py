"""One Markdown file with front matter: an article, or its faults with their lines."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from knowledge_base.types import Article

LANGUAGES = ("ru", "en")
_KEYS = frozenset(
    {"id", "title", "lang", "questions", "tags", "audience", "valid_from", "valid_to", "group", "skill"}
)
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something wrong in a file; a warning does not stop a publish. `line` counts from 1."""

    path: Path
    line: int
    message: str
    warning: bool = False

    def __str__(self) -> str:
        kind = "warning: " if self.warning else ""
        return f"{self.path}:{self.line}: {kind}{self.message}"


@dataclass(frozen=True, slots=True)
class ArticleFile:
    """A parsed file: `lines` gives the line of each front matter key, and of `body`."""

    path: Path
    article: Article
    lines: Mapping[str, int]


class _Faulty(Exception):  # noqa: N818 - carries a fault to the one place that catches it
    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


def parse(path: Path) -> ArticleFile | Fault:
    """Read one file; the first fault that keeps it from being an article, else the article."""
    try:
        return _parse(path, _read(path))
    except _Faulty as fault:
        return Fault(path, fault.line, fault.message)


def revision_of(article: Article) -> str:
    """Hash of what a customer could see and what is searched, 12 hexadecimal digits."""
    shown = [article.id, article.lang, article.title, *article.questions, article.body, article.audience]
    dates = [str(article.valid_from), str(article.valid_to)]
    return hashlib.sha256(json.dumps([*shown, *dates]).encode()).hexdigest()[:12]


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _Faulty(1, f"file is over {MAX_BYTES} bytes")
        raw = path.read_bytes()
    except OSError as error:
        raise _Faulty(1, f"cannot be read: {error.strerror}") from error
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise _Faulty(raw.count(b"\n", 0, error.start) + 1, "is not UTF-8 text") from error


def _parse(path: Path, text: str) -> ArticleFile:
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        raise _Faulty(1, "bad front matter: the first line must be ---")
    end = next((at for at, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if end is None:
        raise _Faulty(1, "bad front matter: no closing ---")
    values, where = _front_matter("\n".join(lines[1:end]))
    body = "\n".join(lines[end + 1 :])
    first = next((at for at, line in enumerate(lines[end + 1 :], end + 2) if line.strip()), end + 1)
    article = _article(values, where, body.strip())
    return ArticleFile(path, replace(article, revision=revision_of(article)), {**where, "body": first})


def _front_matter(text: str) -> tuple[dict[str, Any], dict[str, int]]:
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or str(error).split("\n", 1)[0]
        raise _Faulty(mark.line + 2 if mark else 2, f"bad front matter: {problem}") from error
    except RecursionError as error:
        raise _Faulty(2, "bad front matter: nested too deep") from error
    if not isinstance(node, yaml.MappingNode):
        raise _Faulty(2, "bad front matter: must be keys such as id: and title:")
    values: dict[str, Any] = {}
    where: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 2
        name = str(key.value)
        if name in where:
            raise _Faulty(line, f"bad front matter: {name} is given twice")
        if name not in _KEYS:
            raise _Faulty(line, f"bad front matter: unknown key {name}")
        where[name] = line
        values[name] = _plain(value)
    return values, where


def _plain(node: yaml.Node) -> str | list[str | None] | None:
    """The text as it was written, so that a question `No` or a title `2024` stays what it says.

    None for nothing and for what is neither text nor a list of it.
    """
    if isinstance(node, yaml.ScalarNode):
        return None if node.tag.endswith(":null") else str(node.value).strip()
    if not isinstance(node, yaml.SequenceNode):
        return None
    items = (item for item in node.value if not isinstance(item, yaml.ScalarNode) or item.value.strip())
    return [str(item.value).strip() if isinstance(item, yaml.ScalarNode) else None for item in items]


def _article(values: dict[str, Any], where: dict[str, int], body: str) -> Article:
    article = Article(
        id=_text(values, where, "id"),
        lang=_text(values, where, "lang"),
        title=_text(values, where, "title"),
        questions=_texts(values, where, "questions", needed=True),
        body=body,
        tags=_texts(values, where, "tags"),
        audience=values.get("audience") or "customer",
        valid_from=_day(values, where, "valid_from"),
        valid_to=_day(values, where, "valid_to"),
        group=_text(values, where, "group", needed=False),
        skill=_text(values, where, "skill", needed=False),
    )
    if not _ID.fullmatch(article.id):
        raise _Faulty(where["id"], f"id {article.id!r} must be lower-case Latin letters, digits, - and _")
    if article.lang not in LANGUAGES:
        raise _Faulty(where["lang"], f"lang must be one of {', '.join(LANGUAGES)}, not {article.lang!r}")
    if article.audience not in ("customer", "internal"):
        raise _Faulty(where["audience"], "audience must be customer or internal")
    if article.valid_from and article.valid_to and article.valid_to < article.valid_from:
        raise _Faulty(where["valid_to"], "valid_to is before valid_from")
    return article


def _text(values: dict[str, Any], where: dict[str, int], key: str, *, needed: bool = True) -> str:
    value = values.get(key)
    if isinstance(value, list):
        raise _Faulty(where[key], f"bad front matter: {key} must be text")
    if not value and needed:
        raise _Faulty(where.get(key, 1), f"bad front matter: {key} is missing")
    return value or ""


def _texts(
    values: dict[str, Any], where: dict[str, int], key: str, *, needed: bool = False
) -> tuple[str, ...]:
    value = values.get(key)
    if value is None:
        if needed:
            raise _Faulty(where.get(key, 1), f"bad front matter: {key} is missing")
        return ()
    if not isinstance(value, list):
        raise _Faulty(where[key], f"bad front matter: {key} must be a list")
    if None in value:
        raise _Faulty(
            where[key], f"bad front matter: each of {key} must be text (quote it when it has a colon)"
        )
    if needed and not value:
        raise _Faulty(where[key], f"bad front matter: {key} is empty")
    return tuple(value)


def _day(values: dict[str, Any], where: dict[str, int], key: str) -> date | None:
    value = values.get(key)
    if not value:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise _Faulty(where[key], f"bad front matter: {key} must be a day such as 2025-12-31") from error


def sorted_articles(files: Iterable[ArticleFile]) -> tuple[Article, ...]:
    """The articles in the order of id and language."""
    return tuple(sorted((file.article for file in files), key=lambda article: (article.id, article.lang)))
