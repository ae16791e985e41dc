"""Requests about customers, checked at the edge."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from core.web.bodies import Body, Text

_Key = Annotated[Text, Field(min_length=3, max_length=200)]


class ProfileBody(Body):
    """What is to be changed of a profile; absent parts stay."""

    customer: _Key
    tags: list[Annotated[Text, Field(max_length=200)]] | None = Field(default=None, max_length=20)
    vip: bool | None = None
    manager: Annotated[Text, Field(max_length=40)] | None = None


class NoteBody(Body):
    """A note about a person."""

    customer: _Key
    text: Annotated[Text, Field(min_length=1, max_length=2000)]


class MergeBody(Body):
    """Two customers who are one person."""

    customer: _Key
    other: _Key


class LinkBody(Body):
    """The ticket that is answered together with one's own."""

    other: Annotated[Text, Field(min_length=1, max_length=40)]
