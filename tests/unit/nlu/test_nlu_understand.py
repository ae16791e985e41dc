"""Understanding: who reads a message, and that nothing stops it."""

from __future__ import annotations

import pytest

from nlu.compose import build_scorer
from nlu.errors import ParserUnavailable
from nlu.ports import ParsedIntent, ParserName
from nlu.understand import Understander


class Reads:
    """A parser that gives what it was told, or is away."""

    def __init__(self, name: ParserName, intent: str = "greet", *, away: bool = False) -> None:
        self.name: ParserName = name
        self._intent, self._away = intent, away
        self.read: list[str] = []

    async def parse(self, text: str) -> ParsedIntent:
        if self._away:
            raise ParserUnavailable("timeout")
        self.read.append(text)
        return ParsedIntent(intent=self._intent, confidence=0.9, entities=())


def understander(primary: Reads | None, fallback: Reads, *, max_chars: int = 1000) -> Understander:
    return Understander(
        primary=primary, fallback=fallback, emotion=build_scorer(threshold=0.7), max_chars=max_chars
    )


async def test_the_first_parser_reads_when_it_is_there() -> None:
    fallback = Reads("offline", "deny")
    understood = await understander(Reads("rasa"), fallback).understand("hello", language_hint="ru")
    assert (understood.intent, understood.parser, understood.language) == ("greet", "rasa", "en")
    assert fallback.read == ["hello"]


async def test_the_second_parser_reads_when_the_first_is_away() -> None:
    subject = understander(Reads("rasa", away=True), Reads("offline", "deny"))
    understood = await subject.understand("нет", language_hint="en")
    assert (understood.intent, understood.parser, understood.language) == ("deny", "offline", "ru")


async def test_without_rasa_the_second_parser_reads() -> None:
    understood = await understander(None, Reads("offline")).understand("hi", language_hint="en")
    assert understood.parser == "offline"


async def test_the_parser_gets_no_more_than_the_limit_but_emotion_hears_on() -> None:
    primary = Reads("rasa")
    subject = understander(primary, Reads("offline"), max_chars=10)
    understood = await subject.understand("здравствуйте, я подам на вас в суд", language_hint="ru")
    assert primary.read == ["здравствуй"]
    assert understood.emotion.kind == "legal"


async def test_emoji_alone_mean_nothing_and_keep_the_language() -> None:
    understood = await understander(Reads("rasa"), Reads("offline")).understand("🙂🙂", language_hint="en")
    assert (understood.intent, understood.intent_confidence) == ("out_of_scope", 0.0)
    assert (understood.language, understood.emotion.score) == ("en", 0.0)


@pytest.mark.parametrize("text", ["607151", "+7 900 000-00-01", "12-34 56", "7777 0000 1111 2222"])
async def test_digits_alone_are_no_wish_whatever_a_model_makes_of_them(text: str) -> None:
    parser = Reads("rasa", "ask_human")
    understood = await understander(parser, Reads("offline")).understand(text, language_hint="ru")
    assert (understood.intent, understood.intent_confidence) == ("out_of_scope", 0.0)
    assert parser.read == [text]  # it still finds phones and cards in them
