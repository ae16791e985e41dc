"""Who may use the web pages: operators, their roles, and what signing in comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["operator", "lead", "editor", "administrator"]

ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Operator:
    """A person with an account. `name` is typed to sign in, `display_name` is what customers see."""

    id: str
    name: str
    display_name: str
    role: Role
    language: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in: who, and the token that every change they make must carry.

    `must_enrol`: their role must use a second factor and they have none yet, so that nothing but setting one
    up is open to them.
    """

    operator: Operator
    csrf: str
    must_enrol: bool = False


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Name and password were right; `token` goes into the cookie and is stored nowhere."""

    token: str
    session: Session


@dataclass(frozen=True, slots=True)
class WrongPassword:
    """Name or password is wrong; which of the two is not said."""


@dataclass(frozen=True, slots=True)
class CodeNeeded:
    """Name and password are right; the code of the second factor is missing (`wrong`: or not right)."""

    wrong: bool = False


@dataclass(frozen=True, slots=True)
class TooManyAttempts:
    """No further attempt is looked at for `retry_after_s` seconds."""

    retry_after_s: int
