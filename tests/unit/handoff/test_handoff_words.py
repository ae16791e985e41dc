"""The words of the desk: complete, alike in both languages, and all that the pages use."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.types import Reason
from core.web import words as shared_words
from core.web.pages import SHARED
from core.web.words import WordingError
from handoff.packets import REASON_JOINED
from handoff.web.pages import STATIC
from handoff.words import load_words

WEB = STATIC.parent


def test_each_text_has_the_same_placeholders_in_every_language() -> None:
    words = load_words()
    for key, russian in words["ru"].items():
        placeholders = [sorted(re.findall(r"\{(\w+)\}", text)) for text in (russian, words["en"][key])]
        assert placeholders[0] == placeholders[1], key


def test_every_word_a_page_or_a_script_names_is_there() -> None:
    used: set[str] = set()
    for path in (*STATIC.glob("*.js"), *SHARED.glob("*.js"), *(WEB / "templates").glob("*.html")):
        pattern = r'(?:say\(|data-word=|data-label=|data-hint=)"([a-z_.]+)"'
        used |= set(re.findall(pattern, path.read_text("utf-8")))
    assert len(used) > 50
    assert used <= set(load_words()["ru"])


def test_every_reason_a_conversation_is_handed_over_for_has_words() -> None:
    words = load_words()["ru"]
    missing = [reason for reason in (*Reason, REASON_JOINED) if f"reason.{reason}" not in words]
    assert missing == []


def test_every_error_of_the_api_that_a_press_of_a_button_may_meet_has_words() -> None:
    """Errors that only programs can cause are told in English as they are."""
    only_programs = {"not_found", "method_not_allowed", "body_too_large", "bad_json", "invalid_body"}
    only_programs |= {"unknown_view", "not_signed_in", "http_error"}
    codes: set[str] = set()
    for path in (*WEB.glob("*.py"), *(WEB.parent / "tools").rglob("*.py"), *SHARED.parent.glob("*.py")):
        codes |= set(
            re.findall(r"(?:Problem|problem_response)\(\s*\d+,\s*\"(\w+)\"", path.read_text("utf-8"))
        )
    assert len(codes) > 15
    assert {f"error.{code}" for code in codes - only_programs} <= set(load_words()["ru"])


def test_every_line_of_the_menu_has_a_word_on_the_pages_of_every_part() -> None:
    """A lead at the knowledge base sees the same menu as at the desk."""
    named = {
        word
        for package in ("handoff", "knowledge_base", "core")
        for path in (WEB.parents[1] / package).rglob("*.py")
        for word in re.findall(r'NavEntry\([^,]+, "(nav\.\w+)"', path.read_text("utf-8"))
    }
    assert len(named) > 5
    shared = load_words(shared_words.SHARED)["ru"]
    assert named <= set(shared)


def test_an_area_keeps_its_words_in_files_of_its_own(tmp_path: Path) -> None:
    for language in ("ru", "en"):
        (tmp_path / f"{language}.yml").write_text("a: {b: one}", "utf-8")
        (tmp_path / f"reports.{language}.yml").write_text("reports: {b: two}", "utf-8")
    words = load_words(tmp_path)["ru"]
    assert (words["a.b"], words["reports.b"], words["brand"]) == ("one", "two", "Duet")

    (tmp_path / "zoo.en.yml").write_text("a: {b: three}", "utf-8")
    with pytest.raises(WordingError, match=r"a\.b is in another file already"):
        load_words(tmp_path)


@pytest.mark.parametrize(
    ("russian", "english", "says"),
    [
        ("a: {b: раз}", "a: {b: one, c: two}", "a.c"),
        ("a: {b: раз}", "a: {b: yes}", "a.b must be a text"),
        ("a: {on: раз}", "a: {on: one}", "key a.True must be a text"),
        ("a: [", "a: one", "cannot be read"),
        ("- a", "a: one", "must hold sections"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_its_key(
    tmp_path: Path, russian: str, english: str, says: str
) -> None:
    (tmp_path / "ru.yml").write_text(russian, "utf-8")
    (tmp_path / "en.yml").write_text(english, "utf-8")
    with pytest.raises(WordingError, match=says):
        load_words(tmp_path)
