"""Activation of the virtual loyalty card of a customer's own phone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.skills import offers
from bot.skills.contract import SkillRequest, SkillResult
from bot.skills.loyalty_client import LoyaltyClient
from bot.skills.loyalty_types import CardActivated, Refused, ServiceDown
from bot.skills.phone_check import PhoneCheck, Verified, deed_key
from bot.texts import Texts
from bot.types import MessageKind, Reply

_CARD = re.compile(r"\D*(\d(?:[\s-]?\d){7,18})\D*")
_ALMOST_CARD = re.compile(r"[\d\s-]*\d[\d\s-]*")


class ActivateCard:
    """The skill `activate_card`; the card number is optional, the phone knows its card."""

    name = "activate_card"
    intents: tuple[str, ...] = ("activate_card",)

    def __init__(
        self, *, client: LoyaltyClient, phone_check: PhoneCheck, texts: Texts, company: Mapping[str, str]
    ) -> None:
        self._client = client
        self._phone_check = phone_check
        self._texts = texts
        self._company = company

    async def handle(self, request: SkillRequest) -> SkillResult:
        """Prove the phone first, then activate and say what came of it."""
        if request.state.get("step") == "card":
            return await self._retyped(request)
        card = _named_card(request) or request.state.get("card", "")
        remember = {"card": card} if card else {}
        proved = await self._phone_check.advance(request, self.name, remember=remember)
        if not isinstance(proved, Verified):
            return proved
        result = await self._activate(request, proved.phone, card)
        return replace(result, verified_phone=proved.phone) if proved.fresh else result

    async def _retyped(self, request: SkillRequest) -> SkillResult:
        """After a wrong number: the right one, or the card of the phone whatever its number."""
        phone = request.customer.phone
        choice = offers.pressed(request, self.name)
        if not phone:
            return await self.handle(replace(request, state={}))
        if choice == "cancel":
            return SkillResult(Reply(self._texts.say("skill.cancelled", request.language)))
        if choice == "card_of_phone":
            return await self._activate(request, phone, "")
        text = request.message.text if request.message.kind is MessageKind.TEXT else ""
        if match := _CARD.fullmatch(text):
            return await self._activate(request, phone, _digits(match[1]))
        if _ALMOST_CARD.fullmatch(text):
            return self._ask_number(request, "card.not_a_number")
        return SkillResult(state=request.state, unhandled=True)

    async def _activate(self, request: SkillRequest, phone: str, card: str) -> SkillResult:
        key = deed_key(request.message, "activate")
        match await self._client.activate_card(phone, card, key=key):
            case CardActivated(number):
                return SkillResult(self._plain(request, "card.activated", card=_grouped(number)))
            case Refused("already_active"):
                return SkillResult(self._plain(request, "card.already_active"))
            case Refused("wrong_card"):
                return self._ask_number(request, "card.wrong_card")
            case Refused("card_blocked"):
                return self._offer_person(request, "card.blocked")
            case Refused("unknown_customer"):
                company = self._company.get(request.language, self._company["ru"])
                return self._offer_person(request, "skill.unknown_customer", company=company)
            case Refused() | ServiceDown():
                return self._offer_person(request, "skill.service_down")

    def _ask_number(self, request: SkillRequest, key: str) -> SkillResult:
        language = request.language
        buttons = tuple(
            offers.skill_button(self._texts, language, self.name, choice)
            for choice in ("card_of_phone", "cancel")
        )
        buttons += (offers.person_button(self._texts, language),)
        return SkillResult(Reply(self._texts.say(key, language), buttons), state={"step": "card"})

    def _offer_person(self, request: SkillRequest, key: str, **values: str) -> SkillResult:
        text = self._texts.say(key, request.language, **values)
        return SkillResult(offers.with_person(self._texts, request.language, text))

    def _plain(self, request: SkillRequest, key: str, **values: str) -> Reply:
        return Reply(self._texts.say(key, request.language, **values))


def _named_card(request: SkillRequest) -> str:
    """The card number in a message, as understanding found it."""
    found = (entity.value for entity in request.entities if entity.name == "card_number")
    return next((digits for value in found if (digits := _digits(value))), "")


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _grouped(number: str) -> str:
    """In fours, as on the card."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))
