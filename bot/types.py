"""Values of the conversation: what comes in, what is decided, what goes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal


class MessageKind(StrEnum):
    """What a customer sent. `OTHER` is a kind we do not know; a person sees it as a placeholder."""

    TEXT = "text"
    BUTTON = "button"
    LOCATION = "location"
    CONTACT = "contact"
    COMMAND = "command"
    ATTACHMENT = "attachment"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Location:
    """A point on the map; degrees, WGS 84."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Contact:
    """A phone number a customer shared.

    `verified` is true only where the channel vouches that the number is the sender's own
    (Telegram: the contact's user id equals the sender's).
    """

    phone: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file a customer sent; `file_id` is the vendor's handle, never a public address."""

    kind: str
    file_id: str
    name: str = ""
    mime: str = ""
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote, as the channel knows them. `language` is a two-letter code or empty."""

    user_id: str
    name: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """One message of a customer, already verified to come from the vendor.

    `(account, external_id)` identifies it for ever: a second one with the same pair is a repeat.
    `text` is what a person should read, for every kind (a placeholder for media).
    """

    account: str
    channel: str
    chat_id: str
    external_id: str
    sender: Sender
    kind: MessageKind
    text: str
    sent_at: datetime
    button: str = ""
    location: Location | None = None
    contact: Contact | None = None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Button:
    """A choice offered under a reply; `id` comes back in `IncomingMessage.button` (at most 64 bytes)."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What a customer is to read.

    Attributes:
        text: Markdown of the small kind articles use (paragraphs, lists, bold, links).
        buttons: Choices, each a row.
        ask_contact: Ask for the phone number in the channel's own way.
        ask_location: Ask for the location in the channel's own way.
        locations: Points to show, with their titles, after the text.
    """

    text: str
    buttons: tuple[Button, ...] = ()
    ask_contact: bool = False
    ask_location: bool = False
    locations: tuple[tuple[str, Location], ...] = ()


Author = Literal["customer", "bot", "operator", "system"]


@dataclass(frozen=True, slots=True)
class BotState:
    """The bot's memory between the messages of one conversation.

    Attributes:
        skill: Name of the skill that awaits the next message, with its own memory in `skill_state`.
        clarified: Whether a clarifying question was asked already; it is asked once.
        last_decision: Id of the decision behind the last answer, for "did this help?".
        said: What the customer wrote, oldest first, the last ten.
        answered: What the bot replied, oldest first, the last ten.
        last_article: Article of the last answer.
        failed: Answers in a row that did not help.
        tension: Irritation carried over from earlier messages, in [0, 1].
    """

    skill: str = ""
    skill_state: Mapping[str, str] = field(default_factory=dict)
    clarified: bool = False
    last_decision: str = ""
    said: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    last_article: str = ""
    failed: int = 0
    tension: float = 0.0


@dataclass(frozen=True, slots=True)
class Conversation:
    """Snapshot of one conversation as a worker reads it; `epoch` rises with every change of owner.

    `owner` is `bot`, `queue` or `operator:ID`.
    """

    id: str
    account: str
    channel: str
    chat_id: str
    owner: str
    epoch: int
    language: str
    state: BotState
    ticket: str = ""

    @property
    def owned_by_bot(self) -> bool:
        """True while the bot may speak."""
        return self.owner == "bot"


class Reason(StrEnum):
    """Why a conversation goes to a person."""

    ASKED_FOR_PERSON = "asked_for_person"
    EMOTION = "emotion"
    SENSITIVE = "sensitive"
    COMPLAINT = "complaint"
    LOW_CONFIDENCE = "low_confidence"
    CLARIFY_FAILED = "clarify_failed"
    ANSWER_REJECTED = "answer_rejected"
    SKILL_FAILED = "skill_failed"
    ATTACHMENT = "attachment"
    KNOWLEDGE_UNAVAILABLE = "knowledge_unavailable"
    BOT_ERROR = "bot_error"


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer with an article; `probability` is the calibrated chance that it is the right one."""

    article: str
    language: str
    revision: str
    probability: float


@dataclass(frozen=True, slots=True)
class RunSkill:
    """Let a skill handle the message."""

    skill: str


@dataclass(frozen=True, slots=True)
class Clarify:
    """Ask once which of two near candidates is meant: article ids, best first, or a skill and an article."""

    articles: tuple[str, ...]
    skill: str = ""


@dataclass(frozen=True, slots=True)
class SmallTalk:
    """A courtesy: greet, thanks, goodbye, help; or `unclear`, when there was nothing to understand."""

    kind: str


@dataclass(frozen=True, slots=True)
class HandOff:
    """Pass to a person; `urgent` raises it in the queue, `evidence` is the words that led to it."""

    reason: Reason
    urgent: bool = False
    evidence: str = ""


Decision = Answer | RunSkill | Clarify | SmallTalk | HandOff
