"""Points on the loyalty card, told to nobody but its owner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.skills import offers
from bot.skills.contract import SkillRequest, SkillResult
from bot.skills.loyalty_client import LoyaltyClient
from bot.skills.loyalty_types import LoyaltyAccount, Refused, ServiceDown
from bot.skills.phone_check import PhoneCheck, Verified
from bot.texts import Texts
from bot.types import Reply


class Balance:
    """The skill `balance`."""

    name = "balance"
    intents: tuple[str, ...] = ("check_balance",)

    def __init__(
        self, *, client: LoyaltyClient, phone_check: PhoneCheck, texts: Texts, company: Mapping[str, str]
    ) -> None:
        self._client = client
        self._phone_check = phone_check
        self._texts = texts
        self._company = company

    async def handle(self, request: SkillRequest) -> SkillResult:
        """Prove the phone first, then tell points, their worth and what expires next."""
        proved = await self._phone_check.advance(request, self.name)
        if not isinstance(proved, Verified):
            return proved
        result = SkillResult(await self._balance(request.language, proved.phone))
        return replace(result, verified_phone=proved.phone) if proved.fresh else result

    async def _balance(self, language: str, phone: str) -> Reply:
        match await self._client.account(phone):
            case LoyaltyAccount() as account:
                return self._account(language, account)
            case Refused("unknown_customer"):
                text = self._texts.say("skill.unknown_customer", language, company=self._name(language))
            case Refused() | ServiceDown():
                text = self._texts.say("skill.service_down", language)
        return offers.with_person(self._texts, language, text)

    def _name(self, language: str) -> str:
        return self._company.get(language, self._company["ru"])

    def _account(self, language: str, account: LoyaltyAccount) -> Reply:
        parts = [*self._points(language, account), *self._card(language, account)]
        text = "\n\n".join(parts)
        if account.card_status == "blocked":
            return offers.with_person(self._texts, language, text)
        return Reply(text)

    def _points(self, language: str, account: LoyaltyAccount) -> list[str]:
        if not account.points:
            return [self._texts.say("balance.answer_empty", language)]
        points = self._texts.count("points", language, account.points)
        worth = self._texts.money(language, account.worth_kopecks)
        told = self._texts.say("balance.answer", language, points=points, worth=worth)
        return [f"{told} {self._expiry(language, account)}"]

    def _expiry(self, language: str, account: LoyaltyAccount) -> str:
        if account.next_expiry is None:
            return self._texts.say("balance.no_expiry", language)
        points = self._texts.count("points", language, account.next_expiry.points)
        day = self._texts.day(language, account.next_expiry.on)
        return self._texts.say("balance.next_expiry", language, date=day, points=points)

    def _card(self, language: str, account: LoyaltyAccount) -> list[str]:
        if account.card_status == "active":
            return []
        return [self._texts.say(f"balance.card_{account.card_status}", language)]
