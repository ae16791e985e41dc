"""Names of the texts this channel asks for; the words themselves live with all other wording."""

from __future__ import annotations

from collections.abc import Callable

Say = Callable[[str, str], str]
"""`say(key, language)` gives the text of `key` in `ru` or `en`."""

GROUP_REFUSAL = "telegram.group_refusal"
EDITED = "telegram.edited"
OR_CHOOSE = "telegram.or_choose"
SHARE_CONTACT = "button.share_phone"
SHARE_LOCATION = "button.share_location"

BUTTON = "telegram.button"
CONTACT = "telegram.contact"
LOCATION = "telegram.location"
VENUE = "telegram.venue"
OTHER = "telegram.other"

ATTACHMENT_KINDS = ("photo", "document", "voice", "video", "video_note", "audio", "sticker", "animation")
COMMANDS = ("start", "help", "operator", "language", "close")
"""The menu of the bot, in the order customers see it."""


def attachment_key(kind: str) -> str:
    """Key of the word that stands for a file of this kind."""
    return f"telegram.{kind}"


def command_key(command: str) -> str:
    """Key of a command's line in the menu."""
    return f"telegram.command.{command}"


KEYS = (
    GROUP_REFUSAL,
    EDITED,
    OR_CHOOSE,
    SHARE_CONTACT,
    SHARE_LOCATION,
    BUTTON,
    CONTACT,
    LOCATION,
    VENUE,
    OTHER,
    *(attachment_key(kind) for kind in ATTACHMENT_KINDS),
    *(command_key(command) for command in COMMANDS),
)
"""Every key `say` may be asked for."""


def placeholder(word: str, detail: str = "") -> str:
    """What a person reads in place of something that is not text: `[photo]`, `[file: bill.pdf]`."""
    return f"[{word}: {detail}]" if detail else f"[{word}]"
