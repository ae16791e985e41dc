"""Request bodies of the pages about people."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from core.web.bodies import Body, Text

_Name = Annotated[Text, Field(max_length=80)]
_Password = Annotated[Text, Field(max_length=1000)]


class NewPerson(Body):
    """An account to make."""

    name: _Name
    display_name: _Name = ""
    role: Annotated[Text, Field(max_length=20)]
    language: Annotated[Text, Field(max_length=8)] = "ru"


class PersonChange(Body):
    """What to change of an account; what is left out stays."""

    display_name: _Name | None = None
    role: Annotated[Text, Field(max_length=20)] | None = None
    language: Annotated[Text, Field(max_length=8)] | None = None
    active: bool | None = None


class PasswordChange(Body):
    """One's own new password."""

    old: _Password
    new: _Password


class OwnChange(Body):
    """What somebody may change of their own account."""

    display_name: _Name | None = None
    language: Annotated[Text, Field(max_length=8)] | None = None
