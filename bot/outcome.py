"""From a decision to what the customer reads and what is remembered."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.decide import PERSON
from bot.ports import Knowledge, Says
from bot.types import Answer, BotState, Button, Clarify, HandOff, Reason, Reply, SmallTalk
from knowledge_base.render import messenger
from knowledge_base.types import Article

_BUTTON_CHARS = 60
"""Longest question on a button; longer ones are cut off on small screens."""
_LANGUAGES = {"ru": "en", "en": "ru"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What comes of one message, before it is written.

    Attributes:
        name: One word for the history: answered, skill, clarified, smalltalk, handed_off, closed.
        reply: What the bot says, if anything.
        state: The bot's memory from now on.
        language: The conversation's language from now on.
        hand_off: Set when a person takes over.
        close: Whether the customer ended the conversation.
        helpful: The customer's verdict on the last answer, if this message was one.
        phone: Phone proved by this message (E.164), or empty.
    """

    name: str
    reply: Reply | None
    state: BotState
    language: str
    hand_off: HandOff | None = None
    close: bool = False
    helpful: bool | None = None
    phone: str = ""


class Outcomes:
    """Writes replies for every decision but skills, which write their own."""

    def __init__(self, *, texts: Says, knowledge: Knowledge) -> None:
        """`texts` holds the customer-facing words."""
        self._texts = texts
        self._knowledge = knowledge

    def answer(self, decision: Answer, state: BotState, language: str, decision_id: str) -> Outcome:
        """The article, with "did this help?"; an article that vanished goes to a person."""
        article = self._knowledge.article(decision.article, language)
        if article is None:
            return self.hand_off(HandOff(Reason.KNOWLEDGE_UNAVAILABLE), state, language)
        question = self._texts.say("answer.helpful_question", language)
        buttons = (
            Button(f"helped:yes:{decision_id}", self._texts.say("button.helpful_yes", language)),
            Button(f"helped:no:{decision_id}", self._texts.say("button.helpful_no", language)),
            self.person_button(language),
        )
        reply = Reply(f"{messenger(article.body)}\n\n{question}", buttons)
        remembered = replace(
            state,
            skill="",
            skill_state={},
            clarified=False,
            last_decision=decision_id,
            last_article=decision.article,
        )
        return Outcome("answered", reply, remembered, language)

    def clarify(self, decision: Clarify, state: BotState, language: str) -> Outcome:
        """Which of the candidates is meant? Each button is a question a customer would ask."""
        buttons = []
        if decision.skill:
            asked = self._texts.say(f"clarify.skill.{decision.skill}", language)
            buttons.append(Button(f"skill:{decision.skill}", asked))
        found = [self._knowledge.article(article_id, language) for article_id in decision.articles]
        buttons += [Button(f"article:{article.id}", _question(article)) for article in found if article]
        buttons.append(Button("article:none", self._texts.say("clarify.none_of_these", language)))
        reply = Reply(self._texts.say("clarify.question", language), tuple(buttons))
        return Outcome("clarified", reply, replace(state, clarified=True), language)

    def small_talk(self, decision: SmallTalk, state: BotState, language: str) -> Outcome:
        """Courtesies and commands."""
        match decision.kind:
            case "close":
                reply = Reply(self._texts.say("conversation.closed_by_customer", language))
                return Outcome("closed", reply, state, language, close=True)
            case "language":
                other = _LANGUAGES.get(language, "en")
                return Outcome("smalltalk", Reply(self._texts.say("language.changed", other)), state, other)
            case "feedback":
                reply = Reply(self._texts.say("answer.thanks_for_feedback", language))
                settled = replace(state, last_decision="", last_article="", failed=0)
                return Outcome("smalltalk", reply, settled, language, helpful=True)
            case "start":
                reply = Reply(self._texts.say("command.start", language))
            case "help":
                text = self._texts.say("smalltalk.help", language)
                reply = Reply(text, (self.person_button(language),))
            case "unclear":
                text = self._texts.say("smalltalk.unclear", language)
                reply = Reply(text, (self.person_button(language),))
                return Outcome("smalltalk", reply, replace(state, clarified=True), language)
            case kind:
                reply = Reply(self._texts.say(f"smalltalk.{kind}", language))
        return Outcome("smalltalk", reply, state, language)

    def hand_off(self, decision: HandOff, state: BotState, language: str) -> Outcome:
        """A person takes over; what is said about it comes with the ticket."""
        helpful = False if decision.reason is Reason.ANSWER_REJECTED else None
        return Outcome("handed_off", None, state, language, hand_off=decision, helpful=helpful)

    def person_button(self, language: str) -> Button:
        """ "Talk to a person"."""
        return Button(PERSON, self._texts.say("button.person", language))

    def told(self, decision: HandOff, language: str, wait_s: float) -> str:
        """What a customer reads when a person is to take over, with the usual wait."""
        opener = self._texts.say(f"handoff.reason.{decision.reason}", language)
        key = "handoff.told_urgent" if decision.urgent else "handoff.told"
        return f"{opener} {self._texts.say(key, language, wait=self._texts.duration(language, wait_s))}"


def _question(article: Article) -> str:
    """The first wording of what an article answers where it is short enough for a button, else the title."""
    asked = article.questions[0] if article.questions else ""
    return asked if 0 < len(asked) <= _BUTTON_CHARS else article.title
