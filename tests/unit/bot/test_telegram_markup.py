"""Our small Markdown as the vendor's text and entities, and long texts in parts."""

from __future__ import annotations

import re

import pytest
from aiogram.types import MessageEntity
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.markup import Rich, Span, read_markdown, to_entities, utf16_len
from bot.channels.telegram.split import split


def styled(source: str) -> list[tuple[str, str]]:
    """Styles and the words they cover."""
    rich = read_markdown(source)
    return [(span.style, rich.text[span.start : span.end]) for span in rich.spans]


def covered(text: str, entity: MessageEntity) -> str:
    """The words an entity covers, counted the vendor's way."""
    units = text.encode("utf-16-le")
    return units[entity.offset * 2 : (entity.offset + entity.length) * 2].decode("utf-16-le")


def test_bold_italic_code_and_links_become_stretches() -> None:
    source = "**жирный**, *курсив*, `x < 1`, [сайт](https://lavka.example/?a=1&b=2)"
    assert read_markdown(source).text == "жирный, курсив, x < 1, сайт"
    assert styled(source) == [
        ("bold", "жирный"),
        ("italic", "курсив"),
        ("code", "x < 1"),
        ("text_link", "сайт"),
    ]
    assert read_markdown(source).spans[-1].url == "https://lavka.example/?a=1&b=2"


def test_styles_nest() -> None:
    assert styled("*снаружи **внутри** снаружи*") == [
        ("italic", "снаружи внутри снаружи"),
        ("bold", "внутри"),
    ]


def test_headings_are_bold_lines() -> None:
    assert read_markdown("## Доставка\n\nЗавтра").text == "Доставка\n\nЗавтра"
    assert styled("## Доставка\n\nЗавтра") == [("bold", "Доставка")]


def test_lists_keep_their_marks_numbers_and_depth() -> None:
    source = "Шаги:\n\n- один\n- два\n  - внутри\n- три\n\n3. третий\n4. четвёртый\n\nконец"
    expected = "Шаги:\n\n• один\n• два\n  • внутри\n• три\n\n3. третий\n4. четвёртый\n\nконец"
    assert read_markdown(source).text == expected


def test_line_breaks_inside_a_paragraph_stay() -> None:
    assert read_markdown("Адрес:\nТверская, 5\n\n\n\nЧасы").text == "Адрес:\nТверская, 5\n\nЧасы"


@pytest.mark.parametrize(
    "text",
    [
        "<b>не тег</b> & <script>",
        "5 < 6 > 4",
        "20*30*40 см",
        "my_snake_name и __init__py",
        "**не закрыто",
        "[не ссылка] (совсем)",
        "> цитата",
        "| a | b |",
        "&amp; &lt;",
        "текст\n---\nещё",
        "100% ~~зачёркнуто~~ ||спойлер||",
    ],
)
def test_what_is_not_our_markdown_is_read_as_it_was_written(text: str) -> None:
    assert read_markdown(text) == Rich(text)


def test_a_backslash_keeps_an_asterisk() -> None:
    assert read_markdown(r"\*не курсив\*") == Rich("*не курсив*")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("[позвонить](tel:+74951234567)", "позвонить (+74951234567)"),
        ("[почта](mailto:help@lavka.example)", "почта (help@lavka.example)"),
        ("[файл](/local/path)", "файл (/local/path)"),
        ("[сервер](http://localhost)", "сервер (http://localhost)"),
    ],
)
def test_an_address_the_vendor_makes_no_link_of_stands_in_the_text(source: str, text: str) -> None:
    assert read_markdown(source) == Rich(text)


def test_a_script_address_is_no_link() -> None:
    assert read_markdown("[нажми](javascript:alert(1))").spans == ()


def test_entities_count_in_utf16_units() -> None:
    (bold,) = to_entities(read_markdown("😀👨‍👩‍👧 **важно 😡** конец"))
    assert (bold.offset, bold.length) == (11, 8)


@given(st.text(alphabet=st.sampled_from("абв 😀\n*_`[]()#-1.\\<>&https:/"), max_size=200))
def test_any_text_gives_entities_that_lie_within_it(source: str) -> None:
    rich = read_markdown(source)
    for entity, span in zip(to_entities(rich), rich.spans, strict=True):
        assert entity.length > 0
        assert covered(rich.text, entity) == rich.text[span.start : span.end]


@given(st.text(st.characters(codec="utf-8", exclude_characters="["), max_size=300))
def test_letters_are_never_lost(source: str) -> None:
    def kept(text: str) -> list[str]:
        return re.findall(r"[a-zA-Zа-яА-Я]", text)

    # List numbers are written anew and a link hides its address; the words must stay, in order.
    assert kept(read_markdown(source).text) == kept(source)


def test_a_short_text_is_one_part() -> None:
    rich = read_markdown("**раз** два")
    assert split(rich) == [rich]


def test_a_text_of_white_space_is_no_part() -> None:
    assert split(Rich(" \n\n ")) == []


def test_a_text_of_just_the_limit_is_one_part_and_one_unit_more_is_two() -> None:
    assert [utf16_len(part.text) for part in split(Rich("я" * 4096))] == [4096]
    assert [utf16_len(part.text) for part in split(Rich("я" * 4097))] == [4096, 1]
    assert [utf16_len(part.text) for part in split(Rich("😀" * 2049))] == [4096, 2]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("первый абзац\n\nвторой абзац", ["первый абзац", "второй абзац"]),
        ("первая строка\nвторая строка", ["первая строка", "вторая строка"]),
        ("Первая фраза. Вторая же", ["Первая фраза.", "Вторая же"]),
        ("слово слово слово слово", ["слово слово слово", "слово"]),
        ("а\n\nслово слово слово сло", ["а\n\nслово слово слово", "сло"]),
    ],
)
def test_a_text_is_cut_at_the_nicest_place(text: str, parts: list[str]) -> None:
    assert [part.text for part in split(Rich(text), limit=20)] == parts


def test_a_style_goes_on_after_a_cut() -> None:
    rich = Rich("слово слово", (Span(0, 11, "text_link", "https://lavka.example"),))
    first, second = split(rich, limit=6)
    assert first == Rich("слово", (Span(0, 5, "text_link", "https://lavka.example"),))
    assert second == first


words = st.lists(
    st.tuples(
        st.text(alphabet="абвгд😀.!", min_size=1, max_size=12),
        st.sampled_from([" ", "\n", "\n\n", "  ", "\t"]),
    ),
    max_size=40,
)


@given(words=words, limit=st.integers(min_value=24, max_value=80), data=st.data())
def test_parts_are_short_enough_break_no_word_and_join_back(
    words: list[tuple[str, str]], limit: int, data: st.DataObject
) -> None:
    text = "".join(word + gap for word, gap in words)
    marks = st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))), max_size=4)
    spans = tuple(Span(a, b, "bold") for a, b in data.draw(marks) if a < b)
    parts = split(Rich(text, spans), limit)
    assert all(0 < utf16_len(part.text) <= limit for part in parts)
    assert [word for part in parts for word in part.text.split()] == text.split()
    for part in parts:
        for entity, span in zip(to_entities(part), part.spans, strict=True):
            assert covered(part.text, entity) == part.text[span.start : span.end]
    assert _styled_letters(parts) == _styled_letters([Rich(text, spans)])


def _styled_letters(parts: list[Rich]) -> list[tuple[str, int]]:
    """Every letter with the number of styles on it, white space left out."""
    return [
        (letter, sum(span.start <= place < span.end for span in part.spans))
        for part in parts
        for place, letter in enumerate(part.text)
        if not letter.isspace()
    ]


@given(st.text(alphabet="я😀", min_size=1, max_size=300), st.integers(min_value=2, max_value=40))
def test_a_word_longer_than_a_message_is_cut_between_characters(word: str, limit: int) -> None:
    parts = split(Rich(word), limit)
    assert "".join(part.text for part in parts) == word
    assert all(utf16_len(part.text) <= limit for part in parts)
