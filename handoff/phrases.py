"""A customer's words as a phrase that an article could be taught."""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256

LEAST_WORDS = 2
"""One word names no question: "delivery" belongs to several articles, "hello" to none."""
MOST_WORDS = 30
"""A longer message tells a story; as a phrase it would draw every story to its article."""
MOST_CHARS = 200
"""The longest phrase an editor can judge at a glance."""

_SPACE = r"[\s\u00a0().-]"
_HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+", re.IGNORECASE)
_NUMBER = re.compile(rf"[+№#]?\s?\(?\d(?:{_SPACE}{{0,2}}\d){{4,}}")
_CODE = re.compile(r"(?<!\w)(?=[\w-]*\d)(?=[\w-]*[^\W\d_])[\w-]{6,}(?!\w)")
_NAMED = re.compile(
    r"[,.!\s]*\b(?i:меня\s+зовут|мо[её]\s+имя|моя\s+фамилия|my\s+name\s+is|my\s+name's)\s*[:-]?\s*"
    r"[^\W\d_][\w-]*(?:\s+[A-ZА-ЯЁ][\w-]*){0,2}[,.!]?"
)
_MENTION = re.compile(r"(?<!\w)@\w+")
_LEFT_OVER = re.compile(r"\s+([,.!?])|([,.:;-])\s*(?=[,.!?]|$)")
_WORD = re.compile(r"[^\W\d_]{2,}")


def teachable(text: str) -> str:
    """The words of a message that may be kept as a phrase, or empty where none may.

    Phones, cards, order numbers and codes, addresses of mail and web, and names after "меня зовут" and its
    like are taken out: a phrase is read by editors and shipped with the base. Messages of fewer than
    `LEAST_WORDS` words are left out since they ask nothing that one article answers, those of more than
    `MOST_WORDS` words or `MOST_CHARS` characters since they tell more than one thing.
    """
    plain = _HIDDEN.sub(" ", unicodedata.normalize("NFC", text))
    for private in (_ADDRESS, _MENTION, _NAMED, _CODE, _NUMBER):
        plain = private.sub(" ", plain)
    plain = " ".join(plain.split())
    plain = _LEFT_OVER.sub(lambda match: match[1] or "", plain).strip(" ,.:;-—–")
    words = _WORD.findall(plain)
    fits = LEAST_WORDS <= len(words) <= MOST_WORDS and len(plain) <= MOST_CHARS
    return plain if fits else ""


def written_in(text: str) -> str:
    """`ru` or `en`, by the letters."""
    cyrillic = len(re.findall(r"[а-яё]", text, re.IGNORECASE))
    return "ru" if 2 * cyrillic >= len(re.findall(r"[^\W\d_]", text)) else "en"


def phrase_key(text: str) -> str:
    """What two phrases have in common that differ only in case, `ё`, marks and blanks."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")))


def phrase_id(article: str, language: str, text: str) -> str:
    """The same for the same phrase of an article, so that it waits for an editor once."""
    told = "\n".join((article, language, phrase_key(text)))
    return "p" + sha256(told.encode()).hexdigest()[:32]
