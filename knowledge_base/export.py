"""Writing learned phrases into the front matter of the article files."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from knowledge_base.articles_file import ArticleFile
from knowledge_base.errors import FolderError
from knowledge_base.folder import load_articles, read_folder
from knowledge_base.learned import Learned, merge


def export(folder: Path, learned: Iterable[Learned]) -> dict[Path, int]:
    """Add the phrases that the files lack; how many each changed file got. The rest of a file stays as it is.

    Raises:
        FolderError: the folder is unusable, has a fault, or a file cannot be written.
    """
    articles = load_articles(folder)
    taught = {(each.id, each.lang): each for each in merge(articles, learned).articles}
    written: dict[Path, int] = {}
    for file in read_folder(folder).files:
        article = file.article
        phrases = taught[(article.id, article.lang)].questions[len(article.questions) :]
        if phrases:
            _write(file, phrases)
            written[file.path] = len(phrases)
    return written


def _write(file: ArticleFile, phrases: tuple[str, ...]) -> None:
    try:
        text = file.path.read_bytes().decode("utf-8-sig")
        newline = "\r\n" if "\r\n" in text else "\n"
        changed = with_questions(text.replace("\r\n", "\n"), phrases)
        file.path.write_bytes(changed.replace("\n", newline).encode())
    except OSError as error:
        raise FolderError(f"{file.path}: cannot be written ({error.strerror})") from error


def with_questions(text: str, phrases: tuple[str, ...]) -> str:
    """The file with more questions at the end of its list, which keeps its form (`- a` or `[a, b]`)."""
    start = text.index("\n") + 1
    front = text[start : text.index("\n---", start)]
    top: Any = yaml.compose(front)
    node = next(value for key, value in top.value if key.value == "questions")
    at = start + node.value[-1].end_mark.index
    if node.flow_style:
        added = "".join(f", {_quoted(phrase)}" for phrase in phrases)
    else:
        indent = " " * node.value[0].start_mark.column
        dash = indent[:-2] if len(indent) >= 2 else ""
        added = "".join(f"\n{dash}- {_quoted(phrase)}" for phrase in phrases)
    return text[:at] + added + text[at:]


def _quoted(phrase: str) -> str:
    """Always in quotes: a phrase may hold a colon, a comma or a word that YAML reads otherwise."""
    return json.dumps(phrase, ensure_ascii=False)
