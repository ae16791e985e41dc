"""What an operator teaches: a verdict on a decision, and a phrase for an article."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from core.records import dump
from handoff.phrases import phrase_id, phrase_key, teachable, written_in
from handoff.turns import Turn

SOURCE = "operator"


@dataclass(frozen=True, slots=True)
class Told:
    """An event for the archive, as the scripts take it."""

    kind: str
    conversation: str
    payload: dict[str, Any]

    def data(self) -> dict[str, str]:
        """As JSON data."""
        return {"kind": self.kind, "conversation": self.conversation, "payload": dump(self.payload)}


def judged(turn: Turn, *, right: bool, operator: str) -> tuple[Told, ...]:
    """A decision is right or wrong: the bot's answer, or the first candidate of a message handed over."""
    if not turn.decision_id:
        return ()
    payload = {"decision": turn.decision_id, "right": right, "source": SOURCE, "operator": operator}
    return (Told("verdict", turn.conversation, payload),)


def answered(
    turn: Turn,
    *,
    article: str,
    operator: str,
    phrases: Callable[[str], Collection[str]],
) -> tuple[Told, ...]:
    """A customer's message is answered by an article.

    That judges the decision about it, if there was one: its first candidate was this article or was not.
    The words become a phrase of the article unless it has them already (`phrases` of an article) or they
    teach nothing.
    """
    told: list[Told] = []
    if turn.decision_id:
        said = {"decision": turn.decision_id, "answered": article, "source": SOURCE, "operator": operator}
        told.append(Told("verdict", turn.conversation, said))
    words = teachable(turn.text) if turn.author == "customer" and turn.kind == "text" else ""
    if words and phrase_key(words) not in {phrase_key(known) for known in phrases(article)}:
        language = written_in(words)
        phrase = {
            "id": phrase_id(article, language, words), "article": article, "language": language,
            "text": words, "source": SOURCE, "decision": turn.decision_id or None, "operator": operator,
        }  # fmt: skip
        told.append(Told("phrase", turn.conversation, phrase))
    return tuple(told)
