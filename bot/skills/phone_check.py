"""Making sure that a phone is the customer's own: a contact the channel vouches for, or a code."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.skills import offers, phones
from bot.skills.contract import SkillRequest, SkillResult
from bot.skills.loyalty_client import LoyaltyClient
from bot.skills.loyalty_types import PhoneProved, Refused, ServiceDown
from bot.texts import Texts
from bot.types import Button, Contact, IncomingMessage, MessageKind, Reply

PATIENCE = timedelta(minutes=30)
"""How long an unanswered question for a phone or a code stays open; a code itself lives ten minutes."""

_CANCEL = re.compile(r"отмен\w*|стоп|не надо|не нужно|cancel|stop|never ?mind", re.IGNORECASE)
_AGREED = re.compile(r"да|ок(ей)?|хорошо|ладно|сейчас|давай(те)?|yes|ok(ay)?|sure|fine", re.IGNORECASE)
_ABOUT_CODE = re.compile(r"\b(код\w*|смс\w*|sms|code)\b", re.IGNORECASE)
_ALMOST_PHONE = re.compile(r"[\d\s()+.-]*\d[\d\s()+.-]*")
_CODE = re.compile(
    r"(?:\b(?:вот|мой|код|my|the|code|is|it)\b|[\s:.,!#-])*(\d(?:[\s-]?\d){3,7})[\s.!]*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Verified:
    """The phone is the customer's own; `fresh` when this very message proved it."""

    phone: str
    fresh: bool


class PhoneCheck:
    """One dialogue for every skill that shows or changes what belongs to a customer.

    `contact_channels` are those that vouch for a shared contact; everywhere else a code proves the phone.
    `code_attempts` is the number of wrong codes after which a new one is needed.
    """

    def __init__(
        self,
        *,
        client: LoyaltyClient,
        texts: Texts,
        code_attempts: int,
        contact_channels: frozenset[str] = frozenset({"telegram"}),
    ) -> None:
        self._client = client
        self._texts = texts
        self._code_attempts = code_attempts
        self._contact_channels = contact_channels

    async def advance(
        self, request: SkillRequest, skill: str, *, remember: Mapping[str, str] | None = None
    ) -> Verified | SkillResult:
        """Take the dialogue one message further.

        Its memory is in the state under `step`, `phone`, `wrong` and `at`; `remember` is kept beside it
        for the skill. An answer to another question comes back as `unhandled`, with the state to go on.
        """
        if request.customer.phone:
            return Verified(request.customer.phone, fresh=False)
        turn = _Turn(request, skill, {**request.state, **(remember or {})})
        message, choice = request.message, offers.pressed(request, skill)
        if choice == "cancel" or (turn.step and _CANCEL.fullmatch(_bare(message))):
            return SkillResult(Reply(self._texts.say("skill.cancelled", request.language)))
        if message.contact is not None:
            return await self._contact(turn, message.contact)
        if choice == "other_phone" or not turn.step:
            return self._ask_phone(turn)
        if choice == "resend_code":
            phone = turn.state.get("phone", "")
            return await self._send_code(turn, phone) if phone else self._ask_phone(turn)
        if turn.expired() or message.kind is not MessageKind.TEXT:
            return turn.unhandled()
        return await self._text(turn, message.text)

    async def _text(self, turn: _Turn, text: str) -> Verified | SkillResult:
        phone = phones.parse_phone(text)
        match turn.step:
            case "contact":
                return self._ask_contact(turn, "phone.press_button") if phone else turn.unhandled()
            case "code" if code := _CODE.fullmatch(text.strip()):
                return await self._check(turn, re.sub(r"\D", "", code[1]))
            case _ if phone:
                return await self._send_code(turn, phone)
            case "code" if _ABOUT_CODE.search(text) or _AGREED.fullmatch(_bare(turn.request.message)):
                return self._about_code(turn, "phone.code_help", tail=phones.tail(turn.state["phone"]))
            case "phone" if _ALMOST_PHONE.fullmatch(text):
                return turn.reply(self._reply(turn, "phone.invalid"))
            case "phone" if _AGREED.fullmatch(_bare(turn.request.message)):
                return self._ask_phone(turn)
        return turn.unhandled()

    async def _contact(self, turn: _Turn, contact: Contact) -> Verified | SkillResult:
        phone = phones.shared_phone(contact.phone)
        if contact.verified and phone:
            return Verified(phone, fresh=True)
        if self._by_contact(turn):
            return self._ask_contact(turn, "phone.not_your_contact")
        if not phone:
            return turn.reply(self._reply(turn, "phone.invalid"), step="phone")
        return await self._send_code(turn, phone)

    async def _send_code(self, turn: _Turn, phone: str) -> SkillResult:
        tail = phones.tail(phone)
        match await self._client.send_code(phone):
            case ServiceDown():
                return turn.reply(self._down(turn, "skill.service_down"), step="phone")
            case Refused("too_soon"):
                known = turn.state.get("phone") == phone
                wrong = turn.state.get("wrong", "0") if known else "0"
                return self._about_code(turn, "phone.code_already_sent", tail=tail, phone=phone, wrong=wrong)
            case Refused("too_many_codes"):
                return turn.reply(self._down(turn, "phone.too_many_codes"), step="phone")
            case Refused():
                return turn.reply(self._reply(turn, "phone.invalid"), step="phone")
        return self._about_code(turn, "phone.code_sent", tail=tail, phone=phone, wrong="0")

    async def _check(self, turn: _Turn, code: str) -> Verified | SkillResult:
        phone, wrong = turn.state["phone"], int(turn.state.get("wrong", "0"))
        if wrong >= self._code_attempts:
            return self._about_code(turn, "phone.code_void")
        match await self._client.check_code(phone, code, key=deed_key(turn.request.message, "check")):
            case PhoneProved():
                return Verified(phone, fresh=True)
            case ServiceDown():
                return turn.reply(self._down(turn, "phone.check_down"))
            case Refused("wrong_code", attempts_left):
                left = self._code_attempts - wrong - 1
                left = left if attempts_left is None else min(left, attempts_left)
                return self._wrong(turn, left)
            case Refused("code_expired"):
                return self._about_code(turn, "phone.code_expired")
        return self._about_code(turn, "phone.code_void")

    def _wrong(self, turn: _Turn, left: int) -> SkillResult:
        if left < 1:
            return self._about_code(turn, "phone.code_void", wrong=str(self._code_attempts))
        attempts = self._texts.count("attempts", turn.request.language, left)
        wrong = str(self._code_attempts - left)
        return self._about_code(turn, "phone.code_wrong", attempts=attempts, wrong=wrong)

    def _ask_phone(self, turn: _Turn) -> SkillResult:
        if self._by_contact(turn):
            return self._ask_contact(turn, "phone.ask_contact")
        return turn.reply(self._reply(turn, "phone.ask", ask_contact=True), step="phone")

    def _ask_contact(self, turn: _Turn, key: str) -> SkillResult:
        return turn.reply(self._reply(turn, key, ask_contact=True), step="contact")

    def _about_code(
        self, turn: _Turn, key: str, *, phone: str = "", wrong: str = "", **values: str
    ) -> SkillResult:
        """Say something while a code is awaited, with the ways out as buttons."""
        language, names = turn.request.language, ("resend_code", "other_phone", "cancel")
        buttons = tuple(offers.skill_button(self._texts, language, turn.skill, name) for name in names)
        reply = Reply(self._texts.say(key, language, **values), buttons)
        changed = {name: value for name, value in (("phone", phone), ("wrong", wrong)) if value}
        return turn.reply(reply, step="code", **changed)

    def _reply(self, turn: _Turn, key: str, *, ask_contact: bool = False) -> Reply:
        language = turn.request.language
        buttons: tuple[Button, ...] = ()
        if not self._by_contact(turn):
            # Elsewhere the channel's own contact button stands there, and inline buttons need a message more.
            buttons = (offers.skill_button(self._texts, language, turn.skill, "cancel"),)
        return Reply(self._texts.say(key, language), buttons, ask_contact=ask_contact)

    def _down(self, turn: _Turn, key: str) -> Reply:
        language = turn.request.language
        return offers.with_person(self._texts, language, self._texts.say(key, language))

    def _by_contact(self, turn: _Turn) -> bool:
        return turn.request.message.channel in self._contact_channels


@dataclass(frozen=True, slots=True)
class _Turn:
    """One message of the dialogue, and what was remembered before it."""

    request: SkillRequest
    skill: str
    state: Mapping[str, str]

    @property
    def step(self) -> str:
        """What the dialogue waits for: contact, phone or code; empty at its start."""
        return self.state.get("step", "")

    def expired(self) -> bool:
        """Whether the customer came back too late for it to be an answer."""
        asked_at = self.state.get("at")
        return asked_at is not None and self.request.now - datetime.fromisoformat(asked_at) > PATIENCE

    def reply(self, reply: Reply, **changed: str) -> SkillResult:
        """Say something and wait for the next message."""
        state = {**self.state, **changed, "at": self.request.now.isoformat()}
        return SkillResult(reply, state=state)

    def unhandled(self) -> SkillResult:
        """Something else was asked; the dialogue waits on, unless it has waited too long."""
        return SkillResult(state={} if self.expired() else self.state, unhandled=True)


def deed_key(message: IncomingMessage, deed: str) -> str:
    """One key for a deed however often its message is handled, so that it is done once."""
    identity = f"{deed}\n{message.account}\n{message.chat_id}\n{message.external_id}"
    return hashlib.sha256(identity.encode()).hexdigest()[:32]


def _bare(message: IncomingMessage) -> str:
    return message.text.strip().rstrip(".!…)")
