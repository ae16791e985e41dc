"""Messages too short for a model: a place and nothing else, or signs without a letter."""

from __future__ import annotations

from collections.abc import Iterable

from nlu.types import Entity

PLACES = frozenset({"city", "metro", "address"})
_AROUND = frozenset(
    "в на у около возле рядом с м метро я мы район г город ул "  # noqa: SIM905 - a list of words reads so
    "in at near by the station".split()
)
_SIGNS = {
    "thanks": "🙏❤💙💚🤗😊🥰😍💐🌹",
    "affirm": "👍👌✅🆗💯🤝+",
    "deny": "👎❌🙅",
    "greet": "👋",
}
_INTENT_OF = {sign: intent for intent, signs in _SIGNS.items() for sign in signs}


def place_alone(text: str, entities: Iterable[Entity]) -> bool:
    """Whether a message names a place and says nothing else: "спб", "на Ленина 5"."""
    left, found = text, False
    for entity in sorted(entities, key=lambda each: -each.start):
        if entity.name in PLACES:
            found = True
            left = left[: entity.start] + " " + left[entity.end :]
    words = "".join(sign if sign.isalnum() else " " for sign in left.lower()).split()
    return found and all(word in _AROUND for word in words)


def sign_intent(text: str) -> str:
    """What a message without letters means: a thumb is a yes, a heart thanks; empty when nothing."""
    meanings = {_INTENT_OF[sign] for sign in text if sign in _INTENT_OF}
    return meanings.pop() if len(meanings) == 1 else ""
