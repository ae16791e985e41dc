"""The article-level ranker and words that mean the same."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge_base.terms import build_terms, char_terms, lemma_terms
from knowledge_base.whole import WholeIndex, build_whole

TEXTS = ("как вернуть товар", "возврат в течение недели", "часы работы магазина", "карта магазина потеряна")
OWNER = np.array([0, 0, 1, 2])


@pytest.fixture
def whole() -> WholeIndex:
    return build_whole(build_terms([char_terms(text) for text in TEXTS]), OWNER, 3)


def test_words_from_several_passages_of_an_article_add_up(whole: WholeIndex) -> None:
    scores = whole.similarities([char_terms("вернуть товар через неделю"), char_terms("потеряна карта")])
    assert scores.shape == (2, 3)
    assert scores.argmax(axis=1).tolist() == [0, 2]


def test_words_the_base_does_not_know_lower_every_score(whole: WholeIndex) -> None:
    bare, longer = whole.similarities([char_terms("часы работы"), char_terms("часы работы космодрома")])
    assert 0 < longer[1] < bare[1]


def test_a_passage_left_out_scores_as_if_it_had_never_been_there(whole: WholeIndex) -> None:
    among = whole.among_rows()
    assert whole.without(0, 0, np.array([0])) < among[0, 0]
    assert whole.without(0, 0, np.array([], dtype=np.int64)) == pytest.approx(among[0, 0], abs=1e-5)
    assert whole.without(2, 1, np.array([2])) == 0


@pytest.mark.parametrize(
    ("said", "meant"),
    [("новый акк", "новые аккаунты"), ("удалил фотку", "удалить фото"), ("my cell", "my phone")],
)
def test_colloquial_words_count_as_the_usual_ones(said: str, meant: str) -> None:
    assert lemma_terms(said) == lemma_terms(meant)
