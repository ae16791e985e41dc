"""What administrators decide about signing in."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from core.auth import Role
from core.settings import Section


class SignInPolicy(BaseModel):
    """`second_factor`: roles that must use one; they are asked to set it up when they next sign in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    second_factor: tuple[Role, ...] = ()


SIGN_IN = Section("sign_in", SignInPolicy, SignInPolicy())
