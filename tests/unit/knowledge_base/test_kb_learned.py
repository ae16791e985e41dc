"""Phrases people taught: merged into articles, and written into their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_base.errors import FolderError
from knowledge_base.export import export, with_questions
from knowledge_base.folder import content_hash, load_articles
from knowledge_base.learned import Learned, merge
from tests.unit.knowledge_base.kb_fakes import DELIVERY, RETURNS, RETURNS_EN

BLOCK = (
    "---\nid: delivery\ntitle: Доставка\nlang: ru\nquestions:\n- сколько\n- цена\ntags: [a]\n---\nОтвет.\n"
)
INDENTED = "---\nid: points\ntitle: Баллы\nlang: ru\nquestions:\n  - баллы\ngroup: loyalty\n---\nОтвет: да.\n"
FLOW = "---\nid: returns\ntitle: Возврат\nlang: ru\nquestions: [вернуть, 'как сдать']\n---\nОтвет.\n"


def phrase(article: str, text: str, language: str = "ru") -> Learned:
    return Learned(article, language, text)


def test_a_learned_phrase_becomes_a_question_of_an_article_that_says_what_it_said() -> None:
    merged = merge([DELIVERY, RETURNS], [phrase("delivery", "почём привезёте")])
    assert merged.articles[0].questions == (*DELIVERY.questions, "почём привезёте")
    assert merged.articles[0].revision == DELIVERY.revision
    assert content_hash(merged.articles) != content_hash((DELIVERY, RETURNS))
    assert merged.articles[1] is RETURNS
    assert (merged.added, merged.known, merged.lost) == (1, 0, 0)


def test_a_phrase_goes_to_the_article_in_its_language_or_to_the_one_there_is() -> None:
    merged = merge(
        [RETURNS, RETURNS_EN, DELIVERY],
        [phrase("returns", "may i send it back", "en"), phrase("delivery", "how much is shipping", "en")],
    )
    assert "may i send it back" in merged.articles[1].questions
    assert "how much is shipping" in merged.articles[2].questions


def test_what_the_article_has_and_what_lost_its_article_is_only_counted() -> None:
    told = [phrase("delivery", "Цена доставки на дом?"), phrase("gone", "что-то ещё")]
    merged = merge([DELIVERY], [*told, phrase("delivery", "почём"), phrase("delivery", "ПОЧЁМ!")])
    assert (merged.added, merged.known, merged.lost) == (1, 2, 1)


def test_the_order_in_which_phrases_come_does_not_change_the_base() -> None:
    told = [phrase("delivery", "почём"), phrase("delivery", "за сколько привезёте")]
    one, other = merge([DELIVERY], told), merge([DELIVERY], reversed(told))
    assert content_hash(one.articles) == content_hash(other.articles)


@pytest.mark.parametrize("text", [BLOCK, INDENTED, FLOW])
def test_a_file_gets_the_phrases_and_keeps_the_rest_as_it_was(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.md"
    path.write_text(text, "utf-8")
    before = load_articles(tmp_path)[0]
    awkward = ("да: нет, [или]", 'с "кавычками" и # знаком', "No")
    written = export(tmp_path, [phrase(before.id, each) for each in awkward])
    assert written == {path: 3}
    after = load_articles(tmp_path)[0]
    assert after.questions == (*before.questions, *sorted(awkward))
    assert (after.title, after.body, after.tags, after.group) == (
        before.title, before.body, before.tags, before.group,
    )  # fmt: skip
    kept = [line for line in path.read_text("utf-8").splitlines() if line in text.splitlines()]
    assert len(kept) >= len(text.splitlines()) - 1


def test_writing_twice_writes_once_and_the_same_questions_are_asked(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(BLOCK, "utf-8")
    told = [phrase("delivery", "почём привезёте")]
    published = merge(load_articles(tmp_path), told).articles[0].questions
    assert export(tmp_path, told)
    assert export(tmp_path, told) == {}
    assert merge(load_articles(tmp_path), told).articles[0].questions == published


def test_line_ends_of_another_system_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(BLOCK.replace("\n", "\r\n").encode())
    export(tmp_path, [phrase("delivery", "почём привезёте")])
    raw = path.read_bytes()
    assert raw.count(b"\n") == raw.count(b"\r\n")


def test_an_indented_list_stays_indented() -> None:
    assert '  - "ещё"\ngroup' in with_questions(INDENTED, ("ещё",))


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(FolderError):
        export(tmp_path / "none", [])
