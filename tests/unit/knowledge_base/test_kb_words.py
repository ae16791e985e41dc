"""The words of the editors' pages: alike in both languages, and all that the pages use."""

from __future__ import annotations

import re

from core.web.pages import SHARED
from core.web.words import load_words
from knowledge_base.phrases import STATUSES
from knowledge_base.web.app import STATIC, WORDING

WEB = STATIC.parent


def test_each_text_has_the_same_placeholders_in_every_language() -> None:
    words = load_words(WORDING)
    for key, russian in words["ru"].items():
        placeholders = [sorted(re.findall(r"\{(\w+)\}", text)) for text in (russian, words["en"][key])]
        assert placeholders[0] == placeholders[1], key


def test_every_word_a_page_or_a_script_names_is_there() -> None:
    used: set[str] = set()
    shared = [SHARED / "notices.js", SHARED / "api.js"]
    for path in (*STATIC.glob("*.js"), *(WEB / "templates").glob("*.html"), *shared):
        pattern = r'(?:say\(|data-word=|data-label=|data-hint=)"([a-z_.]+)"'
        used |= set(re.findall(pattern, path.read_text("utf-8")))
    assert len(used) > 30
    assert used <= set(load_words(WORDING)["ru"])


def test_every_status_and_every_end_of_a_publish_has_words() -> None:
    words = load_words(WORDING)["ru"]
    assert {f"{part}.{status}" for part in ("status", "empty") for status in STATUSES} <= set(words)
    assert {f"publish.{state}" for state in ("none", "failed", "lost", "done")} <= set(words)


def test_every_error_a_press_of_a_button_may_meet_has_words() -> None:
    only_programs = {"unknown_status"}
    codes = {
        code
        for path in WEB.glob("*.py")
        for code in re.findall(r"Problem\(\s*\d+,\s*\"(\w+)\"", path.read_text("utf-8"))
    }
    assert {"publishing", "unknown_article"} <= codes
    assert {f"error.{code}" for code in codes - only_programs} <= set(load_words(WORDING)["ru"])
