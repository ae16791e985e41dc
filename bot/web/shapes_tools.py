"""Answers of the operators' tools, as the API's description tells them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel


class NotedAnswer(BaseModel):
    """A note is in the history; `repeated`: it was before."""

    repeated: bool


class MadeAnswer(BaseModel):
    """Id of what was made."""

    id: str


class PromisedAnswer(BaseModel):
    """A promise, or above the limit a request for it."""

    id: str
    status: Literal["promised", "asked"]
