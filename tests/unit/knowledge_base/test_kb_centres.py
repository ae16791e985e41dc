"""The invented help centres are well formed, and bases are cut from them as said."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge_base.prior import cut, joined, shipped_centres
from knowledge_base.training.centres import FOLDER, Centre, read_centres

FILES = sorted(path.stem for path in FOLDER.glob("*.yml"))
CENTRES = {f"{centre.name}.{centre.lang}": centre for centre in read_centres()}


def test_there_are_help_centres_in_both_languages() -> None:
    languages = [centre.lang for centre in CENTRES.values()]
    assert languages.count("ru") >= 5
    assert languages.count("en") >= 3
    assert sorted(CENTRES) == FILES


@pytest.mark.parametrize("name", FILES)
def test_a_help_centre_has_distinct_articles_each_asked_for_in_seven_ways(name: str) -> None:
    centre = CENTRES[name]
    ids = [article.id for article in centre.articles]
    assert len(set(ids)) == len(ids) == 32
    assert {len(lines) for lines in centre.asked} == {7}
    assert len(centre.unanswered) == 45


@pytest.mark.parametrize("name", FILES)
def test_every_line_of_a_help_centre_is_text_and_stands_once(name: str) -> None:
    centre = CENTRES[name]
    lines = [line for lines in centre.asked for line in lines] + list(centre.unanswered)
    assert all(isinstance(line, str) and line.strip() for line in lines)
    assert len(set(lines)) == len(lines)
    assert all(article.body and article.title and article.questions for article in centre.articles)


def test_the_articles_shipped_with_duet_are_help_centres_without_internal_articles() -> None:
    own = [centre for centre in shipped_centres() if centre.name == "duet"]
    assert {centre.lang for centre in own} == {"ru", "en"}
    assert all(article.audience == "customer" for centre in own for article in centre.articles)
    assert not any(article.id.startswith("internal-") for centre in own for article in centre.articles)


def test_no_question_of_a_cut_base_is_one_of_its_phrases_and_left_out_articles_answer_nothing() -> None:
    centre = next(iter(CENTRES.values()))
    random = np.random.default_rng(0)
    for _ in range(12):
        found = cut([centre], random)
        inside = {passage.text for passage in found.inside}
        ids = {passage.article_id for passage in found.inside}
        assert not inside & set(found.asked)
        assert {answer for answer in found.right if answer} <= ids
        assert len(found.asked) == len(found.right)
        assert set(centre.unanswered) <= set(found.asked)


def test_companies_are_joined_within_a_language_and_each_once() -> None:
    random = np.random.default_rng(0)
    centres = list(CENTRES.values())
    for centre in centres:
        company: list[Centre] = joined(centre, centres, random)
        assert company[0] is centre
        assert {other.lang for other in company} == {centre.lang}
        assert len({other.name for other in company}) == len(company) > 1
