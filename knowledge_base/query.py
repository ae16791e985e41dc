"""A customer's message made ready for comparing with passages."""

from __future__ import annotations

import re
from functools import lru_cache

from knowledge_base.repair import repair
from knowledge_base.text import tidy

MAX_CHARS = 1000
"""Characters of a message that are searched with."""

_OPENING = re.compile(
    r"^(?:(?:здравствуй(?:те)?|здрасьте|добр(?:ый|ого) (?:день|дня|вечер|вечера)|доброе утро"
    r"|доброго (?:утра|времени суток)|привет(?:ствую|ик)?|приветствую вас|хай|салют|алло?|ау"
    r"|уважаем\w+(?: \w+)?"
    r"|скажите|подскажите|ответьте|помогите|пожалуйста|плиз|пож|будьте добры"
    r"|можно (?:узнать|уточнить|спросить)|хо(?:чу|тел|тела)(?: бы)? (?:узнать|уточнить|спросить)"
    r"|такой вопрос|есть вопрос|у меня (?:такой )?вопрос"
    r"|hello|hi(?: there)?|hey|good (?:morning|afternoon|evening|day)|dear \w+|please|pls|plz|excuse me"
    r"|(?:can|could|would) you (?:please )?(?:tell|help) me(?: please)?|tell me(?: please)?"
    r"|i(?: would|'d) like to (?:know|ask)|i want to (?:know|ask)|i have a question|may i ask)"
    r"(?:[\s,.!:;)–—-]+|$))+",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:[\s,.!;(–—-]+(?:(?:большое |заранее )?спасибо(?: большое| заранее| вам)?"
    r"|заранее благодар\w+|благодарю|с уважением.{0,40}|жду ответа?|пожалуйста|плиз|пж|хорошего дня"
    r"|thanks(?: a lot| in advance)?|thank you"
    r"(?: very much| in advance)?|please|pls|plz|regards|best regards)[\s.!?)]*)+$",
    re.IGNORECASE,
)


@lru_cache(maxsize=20_000)
def prepare(text: str, *, russian: bool = False) -> str:
    """The words that carry the question: no greeting, no thanks, at most `MAX_CHARS`.

    With `russian`, messages in the other keyboard layout or in Latin letters are turned back; a base
    without Russian articles has nothing to gain from that, and articles themselves need none.
    """
    whole = tidy(text)[:MAX_CHARS]
    whole = repair(whole) if russian else whole
    bare = _CLOSING.sub("", _OPENING.sub("", whole)).strip()
    return bare if len(bare) >= 3 else whole
