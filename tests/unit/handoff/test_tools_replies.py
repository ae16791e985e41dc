"""Canned replies: languages, variables, and gaps that are seen before sending."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from handoff.tools.drafts import Draft, best, of_replies, overlap
from handoff.tools.replies import CannedReply, Own, Variable, fill, filled, shared_section, unknown_variables
from knowledge_base.lemmas import content, lemmas


def reply(**texts: object) -> CannedReply:
    return CannedReply.model_validate({"id": "a", "group": {"ru": "Г"}, "title": {"ru": "Т"}, **texts})


def words(text: str) -> list[str]:
    return content(lemmas(text))


def test_a_variable_without_a_value_is_a_gap_that_says_what_belongs_there() -> None:
    text = "Здравствуйте, {customer}! Заказ {order}."
    assert fill(text, {"customer": ""}, "ru") == "Здравствуйте, ‹имя клиента›! Заказ ‹order›."
    assert fill(text, {"customer": "Maria"}, "en") == "Здравствуйте, Maria! Заказ ‹order›."


def test_a_reply_in_one_language_serves_both() -> None:
    line = filled([reply(ru="Да")], language="en", reader="en", values={}, own=True)[0]
    assert (line.text, line.title) == ("Да", "Т")


def test_a_value_with_braces_is_not_filled_again() -> None:
    assert fill("{customer}", {"customer": "{company}", "company": "Лавка"}, "ru") == "{company}"


def test_every_shipped_reply_has_both_languages_and_only_known_variables() -> None:
    shipped = shared_section().default
    assert len(shipped.replies) > 8
    for each in shipped.replies:
        assert each.ru
        assert each.en
        assert each.title.ru
        assert each.title.en
    assert unknown_variables(shipped.replies, shipped.variables) == []


def test_what_nothing_fills_is_named_with_its_place() -> None:
    found = unknown_variables([reply(ru="{customer} {phone} {shop}")], [Variable(id="phone", ru="1")])
    assert found == [(0, "ru", "shop")]


@pytest.mark.parametrize("wrong", [{"ru": ""}, {"ru": "x" * 5000}, {"id": "A B", "ru": "да"}])
def test_a_reply_that_says_nothing_or_too_much_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        reply(**wrong)


def test_two_replies_with_one_id_are_refused() -> None:
    with pytest.raises(ValidationError, match="one id"):
        Own(replies=(reply(ru="1"), reply(ru="2")))


def test_overlap_is_the_share_of_common_words() -> None:
    assert overlap(["a", "b"], ["b", "a", "a"]) == pytest.approx(1.0)
    assert overlap(["a"], ["a", "b", "c", "d"]) == pytest.approx(0.5)
    assert overlap([], ["a"]) == 0.0


def test_a_canned_reply_is_offered_when_its_beginning_or_title_is_typed() -> None:
    lines = filled(
        shared_section().default.replies, language="ru", reader="ru", values={"customer": "Мария"}, own=False
    )
    assert of_replies(lines, "По", words) == []
    assert of_replies(lines, "Подскажите, пож", words)[0].title == "Номер заказа"
    assert of_replies(lines, "когда вернутся деньги", words)[0].title == "Когда вернутся деньги"


def test_the_best_drafts_come_once_and_not_what_is_there_already() -> None:
    drafts = [
        Draft("past", "", text, score) for text, score in (("Б", 0.5), ("а", 0.9), ("А", 0.4), ("в", 1))
    ]
    assert [each.text for each in best(drafts, "В")] == ["а", "Б"]
