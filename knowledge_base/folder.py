"""A folder of article files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from knowledge_base.articles_file import ArticleFile, Fault, parse, sorted_articles
from knowledge_base.errors import FolderError
from knowledge_base.types import Article


@dataclass(frozen=True, slots=True)
class Folder:
    """What a folder holds: files that are articles, and faults that keep others from being ones."""

    path: Path
    files: tuple[ArticleFile, ...]
    faults: tuple[Fault, ...]

    @property
    def articles(self) -> tuple[Article, ...]:
        """The articles in the order of id and language."""
        return sorted_articles(self.files)


def read_folder(path: Path) -> Folder:
    """Read every `*.md` below a folder (hidden files and `README.md` apart).

    Raises:
        FolderError: there is no such folder, or it cannot be listed.
    """
    if not path.is_dir():
        raise FolderError(f"{path}: is not a folder")
    try:
        names = sorted(name for name in path.rglob("*.md") if _counts(name.relative_to(path)))
    except OSError as error:
        raise FolderError(f"{path}: cannot be listed ({error.strerror})") from error
    parsed = [parse(name) for name in names]
    return Folder(
        path,
        tuple(found for found in parsed if isinstance(found, ArticleFile)),
        tuple(found for found in parsed if isinstance(found, Fault)),
    )


def load_articles(path: Path) -> tuple[Article, ...]:
    """The articles of a folder that has no fault.

    Raises:
        FolderError: the folder is unusable, empty, or has a fault; the message names the first one.
    """
    from knowledge_base.check import doubles

    folder = read_folder(path)
    faults = sorted([*folder.faults, *doubles(folder)])
    if faults:
        more = (
            f" (and {len(faults) - 1} more; see `python -m knowledge_base check`)" if len(faults) > 1 else ""
        )
        raise FolderError(f"{faults[0]}{more}")
    if not folder.files:
        raise FolderError(f"{path}: holds no article files (*.md)")
    return folder.articles


def content_hash(articles: tuple[Article, ...]) -> str:
    """Names the content of a base: equal for the same articles, whatever the files are called."""
    told = hashlib.sha256()
    for article in articles:
        told.update(repr((article, article.tags, article.group, article.skill)).encode())
    return told.hexdigest()[:16]


@cache
def code_hash() -> str:
    """Names the code and data that build a base: another way of building makes another base."""
    told = hashlib.sha256()
    here = Path(__file__).parent
    for path in sorted([*here.glob("*.py"), *here.glob("data/*")]):
        told.update(path.name.encode() + path.read_bytes())
    return told.hexdigest()[:16]


def _counts(name: Path) -> bool:
    return name.name.lower() != "readme.md" and not any(part.startswith(".") for part in name.parts)
