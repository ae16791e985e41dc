"""Phone numbers as customers type them."""

from __future__ import annotations

import re

import phonenumbers

_DIGITS = re.compile(r"\d")


def parse_phone(text: str, *, region: str = "RU") -> str:
    """The one phone number in a text, in E.164; empty when there is none, or more than one."""
    found = {
        phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        for match in phonenumbers.PhoneNumberMatcher(text, region, leniency=phonenumbers.Leniency.VALID)
    }
    return found.pop() if len(found) == 1 else ""


def shared_phone(phone: str) -> str:
    """The number of a contact card, which may come without its plus, in E.164; empty when it is none.

    The channel knows the number, so it need not look valid to us, only be of a length that exists.
    """
    digits = "".join(_DIGITS.findall(phone))
    national = digits.startswith("8") and len(digits) == 11 and not phone.strip().startswith("+")
    if national and (parsed := parse_phone(digits)):
        return parsed
    return f"+{digits}" if 8 <= len(digits) <= 15 else ""


def tail(phone: str) -> str:
    """Enough of a number to know it by, not enough to give it away."""
    return f"{phone[-4:-2]}-{phone[-2:]}"
