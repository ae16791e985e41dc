"""The wording files: what is checked at load, and numbers, dates and plurals in both languages."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import formats
from bot.channels.telegram.texts import KEYS as TELEGRAM_KEYS
from bot.texts import LANGUAGES, Texts, load_texts
from bot.types import Reason
from core.config import ROOT
from core.errors import ConfigError

WORDING = ROOT / "bot" / "wording"
TEXTS = load_texts(WORDING)

USED_ELSEWHERE = [
    "greeting.first",
    *(f"smalltalk.{kind}" for kind in ("greet", "thanks", "goodbye", "help", "affirm", "deny", "unclear")),
    *(f"handoff.reason.{reason}" for reason in Reason),
    *("handoff.told", "handoff.told_urgent", "handoff.still_waiting"),
    *("operator.joined", "operator.returned", "conversation.closed", "conversation.closed_by_customer"),
    *TELEGRAM_KEYS,
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for language in LANGUAGES:
        shutil.copy(WORDING / f"{language}.yml", tmp_path)
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_text_is_filled_in_in_the_customers_language() -> None:
    assert TEXTS.say("operator.joined", "en", name="Anna {x}") == "Anna {x} has joined the conversation."
    assert TEXTS.say("operator.joined", "ru", name="Анна") == "К разговору подключается Анна."


def test_a_language_without_words_gets_the_default_one() -> None:
    assert TEXTS.say("button.cancel", "de") == "Отмена"
    assert TEXTS.count("points", "de", 2) == "2 балла"


def test_a_section_holds_the_texts_of_a_page() -> None:
    page = TEXTS.section("webchat", "en")
    assert page["send"] == "Send"
    assert not any("{" in text for text in page.values())


@pytest.mark.parametrize("key", USED_ELSEWHERE)
def test_every_key_other_parts_ask_for_is_there(key: str) -> None:
    assert key in TEXTS.words["ru"]


def test_every_key_written_in_code_is_there() -> None:
    """Keys put together at run time are covered by the tests of what puts them together."""
    written = re.compile(r"""(?:_texts\.say|texts\.say)\(\s*"([a-z_.]+)",""")
    for path in (ROOT / "bot").rglob("*.py"):
        for key in written.findall(path.read_text(encoding="utf-8")):
            assert key in TEXTS.words["ru"], f"{path.name} asks for {key}"


def test_the_skills_ask_for_every_text_written_for_them_and_for_no_other() -> None:
    sections = ("skill", "phone", "balance", "card", "store")
    code = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "bot/skills").glob("*.py")}
    everything = "\n".join(code.values())
    asked = {key for section in sections for key in re.findall(rf'"({section}\.[a-z_.]+)"', everything)}
    asked |= {f"balance.card_{status}" for status in ("inactive", "blocked")}
    asked |= {f"store.{key}" for key in re.findall(r'_say\(request, "([a-z_]+)"', code["nearest_store"])}
    asked |= {"store.far_from_you", "store.near_you"}
    asked |= {f"store.kind.{kind}" for kind in ("city", "district", "street", "metro")}
    asked |= {f"store.hours.{key}" for key in re.findall(r'self\._say\("([a-z_]+)"', code["store_reply"])}
    written = {key for key in TEXTS.words["ru"] if key.split(".")[0] in sections}
    assert asked == written


def test_the_first_words_name_the_company_a_person_and_the_notice() -> None:
    for language in LANGUAGES:
        text = TEXTS.say("greeting.first", language, company="Лавка", privacy_url="https://x.example/p")
        assert "Лавка" in text
        assert "https://x.example/p" in text
        assert TEXTS.say("button.person", language) in text


@pytest.mark.parametrize(
    ("language", "old", "new", "fault"),
    [
        ("en", "  cancel: Cancel\n", "", "en.yml: missing key button.cancel, which ru.yml has"),
        ("en", "  cancel: Cancel", "  cancle: Cancel", "ru.yml: missing key button.cancle, which en.yml has"),
        ("ru", "{name}.", "{nam}.", "ru.yml: operator.joined lacks the placeholder {name}"),
        ("ru", "{name}.", ".", "ru.yml: operator.joined lacks the placeholder {name}, which en.yml has"),
        ("ru", "{name}.", "{name.__class__}.", "ru.yml: operator.joined has a placeholder {name.__class__}"),
        ("ru", "{name}.", "{name!r}.", "operator.joined has a placeholder {name} that is not a plain name"),
        ("ru", "{name}.", "{name.", "ru.yml: operator.joined has an unpaired brace"),
        ("en", '  helpful_no: "No"', "  helpful_no: No", "en.yml: button.helpful_no must be a text"),
        ("ru", "  cancel: Отмена", "  cancel: ''", "ru.yml: button.cancel must be a text that is not empty"),
        (
            "ru",
            "few: балла, ",
            "",
            "ru.yml: plural.points.few: a plural needs exactly the forms one, few, many",
        ),
        ("ru", "  cancel: Отмена", "  cancel: Отмена\n  cancel: Нет", "key cancel stands twice, at line"),
        ("ru", "format:", "format: [", "ru.yml: is not valid YAML"),
    ],
)
def test_a_fault_in_a_file_is_one_line_that_names_file_and_key(
    folder: Path, language: str, old: str, new: str, fault: str
) -> None:
    edit(folder / f"{language}.yml", old, new)
    with pytest.raises(ConfigError) as caught:
        load_texts(folder)
    assert fault in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "en.yml").unlink()
    with pytest.raises(ConfigError, match=r"en\.yml: cannot be read"):
        load_texts(folder)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0 баллов"),
        (1, "1 балл"),
        (2, "2 балла"),
        (5, "5 баллов"),
        (11, "11 баллов"),
        (12, "12 баллов"),
        (21, "21 балл"),
        (22, "22 балла"),
        (111, "111 баллов"),
        (1234, "1\u00a0234 балла"),
    ],
)
def test_russian_numbers_take_their_noun(number: int, words: str) -> None:
    assert TEXTS.count("points", "ru", number) == words


@given(st.integers(min_value=0, max_value=10**9))
def test_every_number_has_a_form_that_the_files_hold(number: int) -> None:
    for language in LANGUAGES:
        assert formats.plural_form(language, number) in formats.PLURAL_FORMS[language]


@pytest.mark.parametrize(
    ("language", "kopecks", "money"),
    [
        ("ru", 123450, "1\u00a0234,50 ₽"),
        ("ru", 100000, "1\u00a0000 ₽"),
        ("ru", 5, "0,05 ₽"),
        ("en", 123450, "₽1,234.50"),
        ("en", 0, "₽0"),
    ],
)
def test_money_is_written_as_the_language_does(language: str, kopecks: int, money: str) -> None:
    assert TEXTS.money(language, kopecks) == money


@given(st.integers(min_value=0, max_value=10**12))
def test_money_loses_no_kopeck(kopecks: int) -> None:
    written = formats.roubles("en", kopecks).replace(",", "")
    whole, _, rest = written.partition(".")
    assert int(whole) * 100 + int(rest or 0) == kopecks


@pytest.mark.parametrize(
    ("metres", "russian", "english"),
    [
        (3, "10 м", "10 m"),
        (347, "350 м", "350 m"),
        (994, "990 м", "990 m"),
        (996, "1,0 км", "1.0 km"),
        (1234, "1,2 км", "1.2 km"),
        (15400, "15 км", "15 km"),
        (1404000, "1\u00a0404 км", "1,404 km"),
    ],
)
def test_distances_are_rounded_to_what_a_walker_needs(metres: float, russian: str, english: str) -> None:
    assert TEXTS.distance("ru", metres) == russian
    assert TEXTS.distance("en", metres) == english


@pytest.mark.parametrize(
    ("seconds", "russian", "english"),
    [
        (0, "1 минуту", "1 minute"),
        (61, "2 минуты", "2 minutes"),
        (120, "2 минуты", "2 minutes"),
        (3600, "1 час", "1 hour"),
        (3900, "1 час 5 минут", "1 hour 5 minutes"),
    ],
)
def test_a_wait_is_rounded_up_to_minutes(seconds: float, russian: str, english: str) -> None:
    assert TEXTS.duration("ru", seconds) == russian
    assert TEXTS.duration("en", seconds) == english


def test_days_have_their_months_and_weekdays() -> None:
    day = date(2026, 12, 1)
    assert TEXTS.day("ru", day) == "1 декабря 2026"
    assert TEXTS.day("en", day) == "1 December 2026"
    assert (TEXTS.weekday("ru", day), TEXTS.weekday("en", day)) == ("во вторник", "on Tuesday")
    assert all(len(texts_of("format.months", language).split()) == 12 for language in LANGUAGES)
    assert all(len(texts_of("format.weekdays", language).split("|")) == 7 for language in LANGUAGES)


def texts_of(key: str, language: str, texts: Texts = TEXTS) -> str:
    return texts.words[language][key]
