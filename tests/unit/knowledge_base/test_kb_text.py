"""Messages made ready, articles shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.lemmas import lemmas
from knowledge_base.passages import passages_of
from knowledge_base.query import MAX_CHARS, prepare
from knowledge_base.render import html, messenger, plain_text
from knowledge_base.text import language_of, tidy
from tests.unit.knowledge_base.kb_fakes import article


@pytest.mark.parametrize(
    ("given_text", "meant"),
    [
        ("Здравствуйте, подскажите пожалуйста, как вернуть товар? Спасибо!", "как вернуть товар?"),
        ("Hi, can you tell me where is my order please", "where is my order"),
        ("привет", "привет"),
        ("ghbdtn, rfr dthyenm pfrfp", "как вернуть заказ"),
        ("gde moy zakaz", "где мой заказ"),
        ("skolko stoit dostavka", "сколько стоит доставка"),
        ("ne rabotaet prilozhenie", "не работает приложение"),
        ("how do i return my order", "how do i return my order"),
        ("Single", "Single"),
        ("order status", "order status"),
        ("руку порезал", "руку порезал"),
        ("где\u200b мой\n\nзаказ https://example.com/x?y", "где мой заказ"),
    ],
)
def test_a_message_is_reduced_to_what_it_asks(given_text: str, meant: str) -> None:
    assert prepare(given_text, russian=True) == meant


def test_latin_letters_stay_where_no_article_is_russian() -> None:
    assert prepare("gde moi zakaz") == "gde moi zakaz"


@given(st.text(max_size=3 * MAX_CHARS))
def test_any_text_can_be_prepared_and_stays_short(text: str) -> None:
    assert len(prepare(text, russian=True)) <= 2 * MAX_CHARS
    assert tidy(tidy(text)) == tidy(text)


def test_lemmas_bring_inflected_words_together() -> None:
    assert lemmas("Баллы сгорели") == lemmas("балл сгореть")
    assert lemmas("returned orders") == lemmas("returning order")


@pytest.mark.parametrize(
    ("text", "language"), [("где заказ", "ru"), ("my order", "en"), ("123", "ru"), ("ok да я", "ru")]
)
def test_the_language_is_told_by_the_letters(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "<a href='javascript:alert(1)'>x</a>",
        "![x](javascript:alert(1))",
        '[x](https://a.example "onmouseover=alert(1)")<b onclick=x>',
        "<svg/onload=alert(1)>",
    ],
)
def test_nothing_a_body_holds_becomes_script(evil: str) -> None:
    shown = html(f"Текст {evil}")
    assert "<script" not in shown
    assert "<img" not in shown
    assert "<svg" not in shown
    assert 'href="javascript' not in shown.lower()
    assert 'href="data' not in shown
    assert "<b onclick" not in shown
    assert "](javascript" not in messenger(evil).lower()
    assert "<" not in messenger(evil) or "script" not in messenger(evil)


def test_markdown_becomes_html_with_safe_links() -> None:
    shown = html("# Час\n\n**да** [тут](https://a.example) [звонок](tel:88005550123)\n\n- раз\n- два")
    assert '<a href="https://a.example" rel="noopener noreferrer nofollow">тут</a>' in shown
    assert 'href="tel:88005550123"' in shown
    assert "<strong>да</strong>" in shown
    assert shown.count("<li>") == 2


def test_messengers_get_bold_headings_and_plain_lists() -> None:
    body = "## Как вернуть\n\n* раз\n* два\n\n\n\nСм. [тут](https://a.example), [там](other.md)."
    assert messenger(body) == "**Как вернуть**\n\n- раз\n- два\n\nСм. [тут](https://a.example), там."
    assert plain_text("**Да**, [тут](https://a.example) и _там_") == "Да, тут и там"


def test_passages_are_questions_title_and_paragraphs_without_repeats() -> None:
    long = "Слово " * 60
    found = passages_of(article("x", "Как вернуть?", "возврат", body=f"Раз.\n\nДва.\n\n{long}"))
    assert [(p.kind, p.text) for p in found] == [
        ("question", "Как вернуть?"),
        ("question", "возврат"),
        ("body", "Раз. Два."),
        ("body", long.strip()),
    ]
