"""Bodies of requests, checked at the edge, and the answers of the API."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

BUTTON_BYTES = 64
"""As in `bot.types.Button`; the limit is Telegram's."""


def _storable(text: str) -> str:
    """Without NUL and half characters, which not every store takes, and without blanks around."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode().strip()


def _something(text: str) -> str:
    if not text:
        raise PydanticCustomError("empty", "Send something or leave it out")
    return text


def _short_enough(button: str) -> str:
    if len(button.encode()) > BUTTON_BYTES:
        raise PydanticCustomError("button_too_long", "Send the id of a button as the message gave it")
    return button


Words = AfterValidator(_storable)
Something = AfterValidator(_something)


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, allow_inf_nan=False)


class SessionBody(_Body):
    """Opening a session; everything is optional."""

    language: Annotated[str, Field(max_length=35, description="Of the browser, such as ru"), Words] = ""
    name: Annotated[str, Field(max_length=80, description="How operators may call the customer"), Words] = ""

    @property
    def known_language(self) -> str:
        """Two letters, or empty where that cannot be told."""
        language = self.language.partition("-")[0].lower()
        return language if len(language) == 2 and language.isascii() and language.isalpha() else ""


class LocationBody(_Body):
    """A point on the map; degrees, WGS 84."""

    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]


class ContactBody(_Body):
    """A phone number the customer typed."""

    phone: Annotated[str, Field(max_length=32), Words, Something]


class MessageBody(_Body):
    """One message of a customer: exactly one of `text`, `location`, `contact` and `button`."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": [part]} for part in ("text", "location", "contact", "button")]
        }
    )

    text: Annotated[str, Words] | None = Field(None, description="4,096 characters unless configured")
    location: LocationBody | None = None
    contact: ContactBody | None = None
    button: Annotated[str, Words, Something, AfterValidator(_short_enough)] | None = Field(
        None, description="Id of a button of an earlier message"
    )
    client_id: Annotated[str, Field(max_length=128), Words, Something] | None = Field(
        None, description="The caller's own id; the same twice is one message"
    )

    @model_validator(mode="after")
    def _one_thing(self) -> MessageBody:
        given = [self.text, self.location, self.contact, self.button]
        if sum(part is not None for part in given) != 1:
            raise PydanticCustomError("one_of", "Send exactly one of text, location, contact and button")
        return self


class SessionAnswer(BaseModel):
    """A new session; the token is told this once."""

    session: str
    token: str


class AcceptedAnswer(BaseModel):
    """The message is taken and on disk; `id` is what `after` takes."""

    id: str


class ButtonShape(BaseModel):
    """A choice under a message."""

    id: str
    text: str


class PointShape(BaseModel):
    """A point to show on a map."""

    title: str
    lat: float
    lon: float


class MessageShape(BaseModel):
    """One message of a chat."""

    id: str
    author: Literal["bot", "operator", "system", "customer"]
    text: Annotated[str, Field(description="Markdown: paragraphs, lists, bold, links; a customer's is plain")]
    buttons: list[ButtonShape] = []
    at: Annotated[str, Field(json_schema_extra={"format": "date-time"}, description="ISO 8601, UTC")]
    name: Annotated[str, Field(description="Who speaks, where that is an operator")] = ""
    client_id: Annotated[str, Field(description="The sender's own id, of a customer's message")] = ""
    ask_contact: Annotated[bool, Field(description="A phone number is asked for")] = False
    ask_location: Annotated[bool, Field(description="A location is asked for")] = False
    locations: list[PointShape] = []


class MessagesAnswer(BaseModel):
    """Messages, oldest first; `owner` is who speaks to the customer now, empty before the first message."""

    messages: list[MessageShape]
    owner: Literal["", "bot", "queue", "operator", "closed"] = ""
    typing: Annotated[bool, Field(description="An operator is writing just now")] = False
