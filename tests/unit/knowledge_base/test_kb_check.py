"""Faults of a folder of articles."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from knowledge_base.articles_file import Fault
from knowledge_base.check import faults_of
from knowledge_base.cli import main
from knowledge_base.errors import FolderError
from knowledge_base.folder import load_articles, read_folder

TODAY = date(2025, 6, 1)
GOOD = """---
id: delivery
title: Доставка
lang: ru
group: delivery
questions:
  - Сколько стоит доставка?
  - No
---

Бесплатно от 1 000 ₽, [условия](https://example.com/a) и [возврат](returns.md).
"""
OTHER = GOOD.replace("id: delivery", "id: returns").replace("(returns.md)", "(delivery)")


def _faults(folder: Path, **files: str) -> list[tuple[str, int, str, bool]]:
    for name, text in {"good": GOOD, "returns": OTHER, **files}.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return [(f.path.stem, f.line, f.message, f.warning) for f in faults_of(read_folder(folder), today=TODAY)]


def test_good_articles_have_no_faults(tmp_path: Path) -> None:
    assert _faults(tmp_path) == []
    assert [a.questions for a in load_articles(tmp_path)] == [("Сколько стоит доставка?", "No")] * 2


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("---\nid", "id", 1, "first line must be ---"),
        ("---\n\nБесп", "Бесп", 1, "no closing ---"),
        ("id: bad", "id: [bad", 3, "bad front matter"),
        ("id: bad\n", "", 1, "id is missing"),
        ("id: bad", "id: Плохой", 2, "lower-case Latin"),
        ("title: Доставка", "title:", 3, "title is missing"),
        ("lang: ru", "lang: de", 4, "lang must be one of"),
        ("lang: ru", "lang: ru\nlang: en", 5, "lang is given twice"),
        ("lang: ru", "lang: ru\ncolour: red", 5, "unknown key colour"),
        ("group: delivery", "group: warehouse", 5, "unknown group warehouse"),
        ("group: delivery", "audience: everyone", 5, "audience must be"),
        ("group: delivery", "valid_to: 2025-02-30", 5, "valid_to must be a day"),
        ("group: delivery", "valid_from: 2025-02-03\nvalid_to: 2025-02-01", 6, "before valid_from"),
        ("questions:\n  - Сколько стоит доставка?\n  - No", "questions: []", 6, "questions is empty"),
        ("  - No", "  - a: b", 6, "each of questions must be text"),
        ("Бесплатно", "<script>alert(1)</script>", 11, "unsafe HTML"),
        ("Бесплатно", "Раз.\n\n<img src=x onerror=alert(1)>", 13, "unsafe HTML"),
        ("https://example.com/a", "javascript:alert(1)", 11, "unsafe"),
        ("https://example.com/a", "data:text/html;base64,x", 11, "scheme data is not allowed"),
        ("returns.md", "no-such-article.md", 11, "dead link no-such-article.md"),
        ("https://example.com/a", "http://", 11, "dead link http://"),
    ],
)
def test_a_fault_is_named_with_file_and_line(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    bad = GOOD.replace("id: delivery", "id: bad")
    assert old in bad
    found = _faults(tmp_path, bad=bad.replace(old, new, 1))
    assert {name for name, *_ in found} == {"bad"}
    assert any(at == line and message in said and not warning for _, at, said, warning in found), found


def test_an_empty_body_is_a_fault(tmp_path: Path) -> None:
    assert [f[2] for f in _faults(tmp_path, bad=GOOD.replace("delivery", "bad").split("\n\n")[0])] == [
        "unknown group bad",
        "empty body",
    ]


def test_a_double_id_in_one_language_is_named_in_the_second_file(tmp_path: Path) -> None:
    assert _faults(tmp_path, zz=GOOD) == [("zz", 2, "double id delivery in ru, also in good.md", False)]


def test_two_languages_may_share_an_id_but_not_differ_in_audience(tmp_path: Path) -> None:
    english = GOOD.replace("lang: ru", "lang: en")
    assert _faults(tmp_path, zz=english) == []
    hidden = _faults(tmp_path, zz=english.replace("group:", "audience: internal\ngroup:"))
    assert [(name, line) for name, line, *_ in hidden] == [("zz", 5)]


def test_a_file_that_is_not_text_is_a_fault_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "bin.md").write_bytes(b"---\nid: x\n\xff\xfe")
    (fault,) = read_folder(tmp_path).faults
    assert fault == Fault(tmp_path / "bin.md", 3, "is not UTF-8 text")


@pytest.mark.parametrize(("end", "said"), [("2025-05-31", "expired"), ("2025-06-10", "expires soon")])
def test_an_expired_or_soon_expiring_article_is_only_a_warning(tmp_path: Path, end: str, said: str) -> None:
    found = _faults(tmp_path, old=GOOD.replace("id: delivery", f"id: old\nvalid_to: {end}"))
    assert [(name, warning) for name, _, _, warning in found] == [("old", True)]
    assert said in found[0][2]


def test_code_and_angle_bracket_links_are_not_html(tmp_path: Path) -> None:
    body = "Введите `<script>` или\n\n```\n<b>x</b>\n```\n<https://example.com> и 5 < 6 > 4."
    assert _faults(tmp_path, code=GOOD.replace("id: delivery", "id: code").replace("Бесплатно", body)) == []


def test_the_command_fails_for_faults_and_passes_for_warnings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "old.md").write_text(
        GOOD.replace("group:", "valid_to: 2020-01-01\ngroup:").replace("(returns.md)", "(delivery)"),
        encoding="utf-8",
    )
    assert main(["check", str(tmp_path)]) == 0
    (tmp_path / "bad.md").write_text("nothing", encoding="utf-8")
    assert main(["check", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert f"{tmp_path}/bad.md:1: bad front matter" in out
    assert f"{tmp_path}/old.md:5: warning: expired on 2020-01-01" in out


def test_a_missing_or_empty_folder_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="is not a folder"):
        read_folder(tmp_path / "none")
    with pytest.raises(FolderError, match="holds no article files"):
        load_articles(tmp_path)
    assert main(["check", str(tmp_path / "none")]) == 1
