"""Parts of the list and the card that need no store."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.customers.shapes import hidden
from handoff.customers.suggest import same_question
from handoff.lists.labels import LABELS, MAX_CHARS, clean_tag
from handoff.lists.snapshot import SHARE, Snapshot
from handoff.types import Candidate, HandoffPacket, Ticket


def packet(*said: str, article: str = "") -> HandoffPacket:
    found = (Candidate(article, "ru", article, 0.4),) if article else ()
    return HandoffPacket(reason="low_confidence", said=said, candidates=found)


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        (("Где мой заказ?",), ("Подскажите, где заказ мой",), True),
        (("Курьер не приехал вчера",), ("Вчера курьера не было, не приехал",), True),
        (("Где мой заказ?",), ("Не приходит код из смс",), False),
        (("Заказ",), ("Заказ",), False),
        ((), (), False),
    ],
)
def test_two_texts_are_one_question_if_enough_of_their_words_are(
    one: tuple[str, ...], two: tuple[str, ...], same: bool
) -> None:
    assert same_question((packet(*one), ""), (packet(*two), "")) is same


def test_one_likely_article_is_one_question_whatever_the_words() -> None:
    first, second = packet("Потеряли!", article="lost-parcel"), packet("Where is it?", article="lost-parcel")
    assert same_question((first, ""), (second, ""))
    assert not same_question((first, ""), (packet("Потеряли!", article="returns"), "Сколько?"))


def test_a_number_is_shown_by_its_end() -> None:
    assert (hidden("+79161234567"), hidden("")) == ("•••4567", "")


@given(st.text())
def test_a_tag_is_one_tidy_line_and_cleaning_it_again_changes_nothing(text: str) -> None:
    tag = clean_tag(text)
    assert len(tag) <= MAX_CHARS
    assert "\n" not in tag
    assert clean_tag(tag) == tag


def test_the_labels_that_are_shipped_can_be_saved_as_they_are() -> None:
    tags = LABELS.default.tags
    assert tags == tuple(clean_tag(tag) for tag in tags)


async def test_a_snapshot_that_was_slow_to_read_serves_for_longer_and_a_quick_one_for_one_asking() -> None:
    now, reads = [0.0], [0]

    async def read() -> Sequence[Ticket]:
        reads[0] += 1
        now[0] += took
        await asyncio.sleep(0)
        return ()

    took = 0.2
    snapshot = Snapshot(read, lambda: now[0])
    await snapshot.get()
    now[0] += took * SHARE - 0.01
    await snapshot.get()
    assert reads[0] == 1
    now[0] += 0.02
    took = 0.001
    await snapshot.get()
    await snapshot.get()
    assert reads[0] == 3
