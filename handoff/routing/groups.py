"""Sections `groups` and `rules`: which group a conversation goes to, decided by the first rule that fits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from core.settings import Section
from handoff.packets import PRIORITY_NORMAL, PRIORITY_URGENT

GENERAL = "general"
"""The group that is always there."""

GroupId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Word = Annotated[str, Field(min_length=1, max_length=120)]
Words = Annotated[list[Word], Field(max_length=200)]


class GroupName(BaseModel):
    """How a group is called."""

    model_config = ConfigDict(extra="forbid")

    ru: Annotated[str, Field(min_length=1, max_length=60)]
    en: Annotated[str, Field(min_length=1, max_length=60)]


class Group(BaseModel):
    """A skill team; without members everybody belongs to it."""

    model_config = ConfigDict(extra="forbid")

    id: GroupId
    name: GroupName
    members: Words = []
    skills: Words = []


class Groups(BaseModel):
    """All groups, in the order of the page."""

    model_config = ConfigDict(extra="forbid")

    groups: Annotated[list[Group], Field(max_length=60)]

    @model_validator(mode="after")
    def _sound(self) -> Groups:
        ids = [each.id for each in self.groups]
        if GENERAL not in ids:
            raise PydanticCustomError("general_missing", "the group general must stay")
        if len(ids) != len(set(ids)):
            raise PydanticCustomError("group_twice", "two groups have the same code")
        return self


class Rule(BaseModel):
    """Conditions that must all hold (an empty one always does), and where the conversation goes then."""

    model_config = ConfigDict(extra="forbid")

    intents: Words = []
    articles: Words = []
    languages: Words = []
    channels: Words = []
    tags: Words = []
    reasons: Words = []
    group: GroupId
    priority: Literal["", "urgent", "normal"] = ""

    @model_validator(mode="after")
    def _asks_something(self) -> Rule:
        if not any(getattr(self, name) for name in CONDITIONS):
            raise PydanticCustomError("rule_without_condition", "a rule needs one condition at least")
        return self


class Rules(BaseModel):
    """Ordered: the first that fits decides."""

    model_config = ConfigDict(extra="forbid")

    rules: Annotated[list[Rule], Field(max_length=100)]


CONDITIONS = ("intents", "articles", "languages", "channels", "tags", "reasons")


def _group(code: str, ru: str, en: str, *skills: str) -> Group:
    return Group(id=code, name=GroupName(ru=ru, en=en), skills=list(skills))


GROUPS = Section(
    "groups",
    Groups,
    Groups(
        groups=[
            _group(GENERAL, "Общая", "General"),
            _group("technical", "Техническая", "Technical", "app", "site"),
            _group("payments", "Платежи", "Payments", "cards", "points"),
            _group("returns", "Возвраты", "Returns", "refunds", "quality"),
            _group("vip", "VIP", "VIP"),
        ]
    ),
)
RULES = Section(
    "rules",
    Rules,
    Rules(
        rules=[
            Rule(tags=["vip"], group="vip", priority="urgent"),
            Rule(
                articles=[
                    "returns-exchange", "return-refund-time", "warranty", "damaged-lost-parcel",
                    "product-quality-troubleshooting", "order-insurance-claims", "satisfaction-guarantee",
                ],
                group="returns",
            ),
            Rule(
                articles=["payment-methods", "chargeback-fraud", "card-lost-blocked", "gift-cards"],
                group="payments",
            ),
            Rule(intents=["check_balance", "activate_card"], group="payments"),
            Rule(articles=["app-login-problems"], group="technical"),
        ]
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a conversation when it is handed over; `article` is the best candidate's id."""

    intent: str = ""
    article: str = ""
    language: str = ""
    channel: str = ""
    reason: str = ""
    tags: tuple[str, ...] = ()
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Routed:
    """Where it goes, how urgent it is, and why: the conditions that held (`articles=warranty; languages=ru`),
    empty where no rule fitted.
    """

    group: str
    priority: int
    why: str = ""


def route(facts: Facts, rules: Sequence[Rule], groups: Sequence[Group]) -> Routed:
    """The first rule that fits and whose group exists; without one the group `general`.

    A rule may raise a calm conversation or calm an urgent one; one that says nothing of it keeps it as it is.
    """
    known = {group.id for group in groups}
    own = PRIORITY_URGENT if facts.urgent else PRIORITY_NORMAL
    for rule in rules:
        held = _held(rule, facts) if rule.group in known else None
        if held is not None:
            wanted = {"urgent": PRIORITY_URGENT, "normal": PRIORITY_NORMAL}.get(rule.priority, own)
            return Routed(rule.group, wanted, "; ".join(held))
    return Routed(GENERAL, own)


_MATCHES: Mapping[str, Callable[[Facts], frozenset[str]]] = {
    "intents": lambda facts: frozenset((facts.intent,)),
    "articles": lambda facts: frozenset((facts.article,)),
    "languages": lambda facts: frozenset((facts.language,)),
    "channels": lambda facts: frozenset((facts.channel,)),
    "tags": lambda facts: frozenset(tag.casefold() for tag in facts.tags),
    "reasons": lambda facts: frozenset((facts.reason,)),
}


def _held(rule: Rule, facts: Facts) -> list[str] | None:
    """The conditions of a rule with what met them, or None if one does not hold."""
    held = []
    for name, told in _MATCHES.items():
        wanted = {each.casefold() for each in getattr(rule, name)}
        met = wanted & told(facts)
        if wanted and not met:
            return None
        held += [f"{name}={each}" for each in sorted(met)]
    return held


def unknown_groups(rules: Sequence[Rule], groups: Sequence[Group]) -> list[int]:
    """Numbers of the rules whose group is not there, for the page that edits either."""
    known = {group.id for group in groups}
    return [n for n, rule in enumerate(rules) if rule.group not in known]
