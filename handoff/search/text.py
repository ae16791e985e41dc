"""From a text to what is stored of it for searching, and from a query to what is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.lemmas import lemma

NUMBER_DIGITS = 10
"""From so many digits on a number may be a phone (E.164 without its plus) or a card."""
MOST_WORDS = 12
"""Words of a query that count; nobody types more on purpose."""
_MOST_CHARS = 8000

_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"(?<![^\W_])\+?\d(?:[ ()\-]{0,2}\d){9,18}(?![^\W_])")
_DIGITS = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Indexed:
    """Base forms of a text, and the long numbers in it; each joined by blanks."""

    words: str
    numbers: str


@dataclass(frozen=True, slots=True)
class Term:
    """A word that is looked for: its base form, or any word that begins like `prefix`."""

    form: str
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a query asks for: all of the words, and all of the long numbers."""

    terms: tuple[Term, ...] = ()
    numbers: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether it asks for nothing."""
        return not (self.terms or self.numbers)


def indexed(text: str) -> Indexed:
    """What is stored of a text; long numbers stand apart, since not everybody may look for them."""
    cut = text[:_MOST_CHARS]
    numbers = [_bare(match[0]) for match in _NUMBER.finditer(cut)]
    forms = [_form(word) for word in _words(_NUMBER.sub(" ", cut))]
    return Indexed(" ".join(forms), " ".join(dict.fromkeys(numbers)))


def asked(query: str) -> Asked:
    """What a query asks for; its last word may be unfinished."""
    numbers = [_bare(match[0]) for match in _NUMBER.finditer(query)]
    words = _words(_NUMBER.sub(" ", query))[:MOST_WORDS]
    terms = [Term(_form(word)) for word in words]
    unfinished = words and query[-1:].isalnum() and not _NUMBER.search(query[-20:])
    if unfinished and len(words[-1]) >= 2:
        terms[-1] = Term(terms[-1].form, words[-1].replace("ё", "е"))
    return Asked(tuple(terms), tuple(numbers))


def marked(text: str, query: Asked, *, around: int = 90) -> list[tuple[str, bool]]:
    """The part of a text around the first hit, in pieces: each with whether it is a word asked for."""
    spots = [match.span() for match in _WORD.finditer(text) if _hit(match[0].lower(), query)]
    spots += [match.span() for match in _NUMBER.finditer(text) if _bare(match[0]) in query.numbers]
    spots.sort()
    start = max(0, spots[0][0] - around) if spots else 0
    end = min(len(text), start + 3 * around)
    pieces: list[tuple[str, bool]] = [("… ", False)] if start else []
    last = start
    for left, right in spots:
        if left < last or right > end:
            continue
        pieces += [(text[last:left], False), (text[left:right], True)]
        last = right
    pieces.append((text[last:end] + (" …" if end < len(text) else ""), False))
    return [piece for piece in pieces if piece[0]]


def _hit(word: str, query: Asked) -> bool:
    form, plain = _form(word), word.replace("ё", "е")
    return any(form == term.form or (term.prefix and plain.startswith(term.prefix)) for term in query.terms)


def _words(text: str) -> Sequence[str]:
    return [match[0] for match in _WORD.finditer(text.lower())]


def _form(word: str) -> str:
    return lemma(word) if len(word) <= 40 else word[:40]


def _bare(number: str) -> str:
    """Digits alone; a Russian number dialled with 8 is the one with 7."""
    digits = "".join(_DIGITS.findall(number))
    return "7" + digits[1:] if len(digits) == 11 and digits.startswith("8") else digits
