"""Key names, and the shapes that scripts store."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.keys import FORMATS, Keys, lua_keys, ref_of, split_ref


def test_a_key_has_the_prefix_and_its_arguments() -> None:
    keys = Keys("duet")
    assert keys("inbox", ref="telegram:42") == "duet:inbox:telegram:42"
    assert keys("ready", account="webchat", priority=0) == "duet:ready:webchat:0"
    assert keys("work") == "duet:work"


def test_an_unknown_key_or_a_missing_argument_is_a_fault() -> None:
    for name, arguments in (("nonsense", {}), ("inbox", {}), ("inbox", {"chat": "1"})):
        with pytest.raises(KeyError):
            Keys("duet")(name, **arguments)


@given(st.from_regex(r"[a-z0-9_-]+", fullmatch=True), st.text())
def test_a_chat_id_may_hold_anything(account: str, chat_id: str) -> None:
    assert split_ref(ref_of(account, chat_id)) == (account, chat_id)


def test_no_two_names_give_the_same_key() -> None:
    shapes = [pattern.split("{")[0] for pattern in FORMATS.values()]
    assert len(set(shapes)) == len(shapes)


def test_every_key_has_a_function_for_scripts() -> None:
    functions = lua_keys("duet")
    for name in FORMATS:
        assert f"function K.{name}(" in functions
