"""Requests of the list, checked at the edge."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, Field

from core.web.bodies import Body, Text


class SaveView(Body):
    """A view to keep under a name."""

    name: Annotated[Text, Field(min_length=1, max_length=80)]
    base: Annotated[Text, Field(max_length=16)] = "all"
    filter: dict[str, list[Text]] = Field(default_factory=dict)
    shared: bool = False


class SnoozeBody(Body):
    """Until when a ticket is put aside; a time with its zone."""

    until: AwareDatetime


class LabelBody(Body):
    """Tags to add and to take off, and the topic (absent: as it is; empty: none)."""

    add: list[Annotated[Text, Field(max_length=200)]] = Field(default_factory=list, max_length=20)
    remove: list[Annotated[Text, Field(max_length=200)]] = Field(default_factory=list, max_length=20)
    topic: Annotated[Text, Field(max_length=40)] | None = None
