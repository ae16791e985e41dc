"""Deciding what to do with one message: a pure function of stored signals, so that it can be replayed."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.looking_back import FAILED_ANSWERS, Past
from bot.types import (
    Answer,
    BotState,
    Clarify,
    Decision,
    HandOff,
    MessageKind,
    Reason,
    RunSkill,
    SmallTalk,
)
from nlu.types import SENSITIVE_KINDS

PERSON = "person"
"""Button id of "talk to a person"."""

_COURTESY = {"greet", "thanks", "goodbye", "affirm", "deny"}
_COURTESY_WORDS = 5
_LONG_COURTESY = 9
"""Most words of a courtesy; more may be, where the parser's odds weighed the words against a question."""
_HALF = 0.5
_COMMANDS = {
    "/start": "start",
    "/help": "help",
    "/close": "close",
    "/language": "language",
}
_SKILL_COMMANDS = {"/balance": "balance", "/stores": "nearest_store", "/activate": "activate_card"}

_ABOUT = {
    "find_store": frozenset({"city", "metro", "address"}),
    "check_balance": frozenset({"card_number"}),
    "activate_card": frozenset({"card_number"}),
}
"""Entities that make an intent more believable."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article found.

    `probability` is the calibrated chance in [0, 1] that it is the right one, with all that is known of the
    message; `own` is what the knowledge base alone said.
    """

    article: str
    language: str
    title: str
    revision: str
    probability: float
    own: float | None = None


@dataclass(frozen=True, slots=True)
class Signals:
    """All that a decision is made of; stored with it.

    Attributes:
        kind: Kind of message.
        text: For commands the raw command; empty for anything else, since words are in the turn already.
        button: Id of the pressed button.
        intent: Best intent, `intent_confidence` in [0, 1]; `parser` is who read it (`rasa`, `offline`).
        emotion: Calibrated probability in [0, 1] that the mood asks for a person, of the message alone.
        escalate: Whether it, or the mood after looking back, reached the threshold.
        emotion_kind: What was heard; those of SENSITIVE_KINDS touch safety, health, fraud or law.
        past: What the turns before add to it; None where there are no words.
        candidates: Articles, best first.
        odds: Probabilities of all intents, both parsers together; empty where there was no need of a model.
        skill_chance: Chance that the intent's skill is wanted, the articles weighed in; None when only
            `intent_confidence` is known.
        entities: Names of the entities found.
        knowledge_ready: False when no knowledge base could be asked.
        words: Number of words in the message.
        number: Whether it holds a number of four digits or more, such as a code, a phone or a card.
        state: The bot's memory before this message.
    """

    kind: MessageKind
    text: str = ""
    button: str = ""
    intent: str = ""
    intent_confidence: float = 0.0
    parser: str = "offline"
    emotion: float = 0.0
    escalate: bool = False
    emotion_kind: str = ""
    evidence: str = ""
    past: Past | None = None
    candidates: tuple[Candidate, ...] = ()
    entities: tuple[str, ...] = ()
    knowledge_ready: bool = True
    base_version: int = 0
    words: int = 0
    number: bool = False
    odds: tuple[tuple[str, float], ...] = ()
    skill_chance: float | None = None
    state: BotState = field(default_factory=BotState)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits a decision is made with; all are probabilities in [0, 1] (`article` above 1: answer nothing).

    `emotion` is what the mood after looking back must reach (above 1: the past never hands over).
    `skill_with_entity` holds where the message also names what the skill is about, such as a metro station.
    """

    article: float
    skill: float
    person: float
    smalltalk: float
    clarify_margin: float
    clarify_least: float
    skill_with_entity: float = 1.0
    emotion: float = 2.0


def decide(signals: Signals, thresholds: Thresholds, skills: dict[str, str]) -> Decision:
    """What to do with one message.

    The order is the design's: a person asked for, mood, skills, articles, one clarifying question, people.

    Args:
        signals: What is known of the message.
        thresholds: Limits in force.
        skills: Intent → name of the skill it starts.
    """
    return (
        _explicit(signals)
        or _pressed(signals)
        or _awaited(signals)
        or _asked_for_person(signals, thresholds)
        or _mood(signals, thresholds)
        or _skill(signals, thresholds, skills)
        or _article(signals, thresholds)
        or _courtesy(signals, thresholds)
        or _clarify(signals, thresholds, skills)
        or _unclear(signals)
        or _people(signals)
    )


def _explicit(signals: Signals) -> Decision | None:
    """Commands and kinds of message that need no understanding."""
    match signals.kind:
        case MessageKind.COMMAND:
            command = signals.text.split()[0].split("@")[0].lower() if signals.text.split() else ""
            if command == "/operator":
                return HandOff(Reason.ASKED_FOR_PERSON)
            if command in _SKILL_COMMANDS:
                return RunSkill(_SKILL_COMMANDS[command])
            return SmallTalk(_COMMANDS.get(command, "help"))
        case MessageKind.LOCATION:
            return RunSkill("nearest_store")
        case MessageKind.CONTACT:
            return RunSkill(signals.state.skill or "balance")
        case MessageKind.ATTACHMENT | MessageKind.OTHER:
            # What a photo shows is for a person to see; the bot reads words only.
            return HandOff(Reason.ATTACHMENT)
    return None


def _pressed(signals: Signals) -> Decision | None:
    if signals.kind is not MessageKind.BUTTON:
        return None
    head, _, rest = signals.button.partition(":")
    match head:
        case "person":
            return HandOff(Reason.ASKED_FOR_PERSON)
        case "helped":
            return SmallTalk("feedback") if rest.startswith("yes") else HandOff(Reason.ANSWER_REJECTED)
        case "article" if rest == "none":
            return HandOff(Reason.CLARIFY_FAILED)
        case "article":
            chosen = next((found for found in signals.candidates if found.article == rest), None)
            return HandOff(Reason.CLARIFY_FAILED) if chosen is None else _answer(chosen)
        case "skill":
            return RunSkill(rest.partition(":")[0])
    return HandOff(Reason.LOW_CONFIDENCE)


def _awaited(signals: Signals) -> Decision | None:
    """A number or a place for a skill that waits for one: what else the words resemble does not matter.

    A skill it is not for says so, and the message is then decided as if none had waited.
    """
    upset = signals.escalate or signals.emotion_kind in SENSITIVE_KINDS
    if signals.state.skill and (signals.number or signals.entities) and not upset:
        return RunSkill(signals.state.skill)
    return None


def _asked_for_person(signals: Signals, thresholds: Thresholds) -> Decision | None:
    # A short answer to a skill's question may sound like anything, so more is asked of it then.
    least = max(thresholds.person, thresholds.skill) if signals.state.skill else thresholds.person
    if signals.intent == "ask_human" and signals.intent_confidence >= least:
        return HandOff(Reason.ASKED_FOR_PERSON)
    return None


def _mood(signals: Signals, thresholds: Thresholds) -> Decision | None:
    if signals.emotion_kind in SENSITIVE_KINDS:
        return HandOff(Reason.SENSITIVE, urgent=True, evidence=signals.evidence)
    if signals.escalate:
        return HandOff(Reason.EMOTION, urgent=True, evidence=signals.evidence)
    if signals.past is not None and signals.past.failed >= FAILED_ANSWERS:
        return HandOff(Reason.ANSWER_REJECTED, evidence=signals.evidence)
    if signals.intent == "complaint" and signals.intent_confidence >= thresholds.skill:
        return HandOff(Reason.COMPLAINT, evidence=signals.evidence)
    return None


def _skill(signals: Signals, thresholds: Thresholds, skills: dict[str, str]) -> Decision | None:
    if signals.state.skill:
        return RunSkill(signals.state.skill)
    name = skills.get(signals.intent)
    if not name:
        return None
    named = _ABOUT.get(signals.intent, frozenset()) & set(signals.entities)
    least = min(thresholds.skill, thresholds.skill_with_entity) if named else thresholds.skill
    return RunSkill(name) if _wanted(signals) >= least else None


def _wanted(signals: Signals) -> float:
    """Chance that the intent's skill is wanted."""
    return signals.intent_confidence if signals.skill_chance is None else signals.skill_chance


def _answer(found: Candidate) -> Answer:
    return Answer(found.article, found.language, found.revision, found.probability)


def _article(signals: Signals, thresholds: Thresholds) -> Decision | None:
    best = signals.candidates[0] if signals.candidates else None
    if best is not None and best.probability >= thresholds.article:
        return _answer(best)
    return None


def _courtesy(signals: Signals, thresholds: Thresholds) -> Decision | None:
    """A greeting or thanks that says nothing else: "thanks, but where is my order" must go on."""
    if signals.intent not in _COURTESY or signals.intent_confidence < thresholds.smalltalk:
        return None
    if signals.words > (_LONG_COURTESY if signals.odds else _COURTESY_WORDS):
        return None
    if signals.state.last_decision and signals.intent == "deny":
        return HandOff(Reason.ANSWER_REJECTED)
    if signals.state.last_decision and signals.intent == "affirm":
        return SmallTalk("feedback")
    return SmallTalk(signals.intent)


def _clarify(signals: Signals, thresholds: Thresholds, skills: dict[str, str]) -> Decision | None:
    """Two candidates of which one is probably right: two articles, or the intent's skill and an article."""
    if signals.state.clarified or thresholds.article > 1 or signals.intent in ("ask_human", "complaint"):
        return None
    offered = [(found.probability, found.article, "") for found in signals.candidates[:2]]
    if signals.intent in skills:
        offered.append((_wanted(signals), "", skills[signals.intent]))
    offered.sort(key=lambda each: -each[0])
    if len(offered) < 2:
        return None
    (first, *_), (second, *_) = offered[:2]
    if first - second > thresholds.clarify_margin or first + second < thresholds.clarify_least:
        return None
    articles = tuple(article for _, article, _ in offered[:2] if article)
    return Clarify(articles, skill=next((skill for _, _, skill in offered[:2] if skill), ""))


def _unclear(signals: Signals) -> Decision | None:
    """A word or a sign nobody can make anything of is asked about once, before a person's time is taken."""
    about = signals.intent not in ("", "out_of_scope") and signals.intent_confidence >= _HALF
    if (
        signals.kind is not MessageKind.TEXT
        or about
        or signals.state.clarified
        or not signals.knowledge_ready
    ):
        return None
    return SmallTalk("unclear") if signals.words <= 1 and not signals.state.last_decision else None


def _people(signals: Signals) -> Decision:
    if not signals.knowledge_ready:
        return HandOff(Reason.KNOWLEDGE_UNAVAILABLE)
    if signals.state.clarified:
        return HandOff(Reason.CLARIFY_FAILED)
    return HandOff(Reason.LOW_CONFIDENCE)
