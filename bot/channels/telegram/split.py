"""Cutting a long text into messages the vendor takes."""

from __future__ import annotations

from bot.channels.telegram.markup import Rich, Span, utf16_len

MAX_UTF16_UNITS = 4096
"""Longest text of one message (https://core.telegram.org/bots/api#sendmessage)."""

_BREAKS = ("\n\n", "\n", ". ", "! ", "? ", " ")
_LEAST_SHARE = 0.5
"""A nicer break is taken only if it leaves the message at least this full; a space always is."""


def split(rich: Rich, limit: int = MAX_UTF16_UNITS) -> list[Rich]:
    """Cut into parts of at most `limit` UTF-16 units, between paragraphs, lines, sentences or words.

    A word is cut only if it is longer than a message. White space at a cut is dropped, nothing else; a
    style that spans a cut goes on in the next part. A text of white space only gives no part.
    """
    parts: list[Rich] = []
    start, end = 0, len(rich.text.rstrip())
    while True:
        start += len(rich.text[start:end]) - len(rich.text[start:end].lstrip())
        if start >= end:
            return parts
        stop = _cut(rich.text, start, end, limit)
        parts.append(_slice(rich, start, start + len(rich.text[start:stop].rstrip())))
        start = stop


def _cut(text: str, start: int, end: int, limit: int) -> int:
    """Where the part that begins at `start` ends, between `start` + 1 and `end`."""
    fits = _fitting(text, start, end, limit)
    if fits == end:
        return end
    least = start + int((fits - start) * _LEAST_SHARE)
    for mark in _BREAKS:
        kept = len(mark.rstrip())
        at = text.rfind(mark, start + 1, fits - kept + len(mark))
        if at > start and (at + kept >= least or mark == " "):
            return at + kept
    blank = next((place for place in range(fits, start, -1) if text[place].isspace()), None)
    return blank if blank is not None else fits


def _fitting(text: str, start: int, end: int, limit: int) -> int:
    """End of the longest stretch from `start` that is not over the limit."""
    place, units = start, 0
    while place < end:
        units += utf16_len(text[place])
        if units > limit:
            break
        place += 1
    return max(place, start + 1)


def _slice(rich: Rich, start: int, end: int) -> Rich:
    spans = tuple(
        Span(max(span.start, start) - start, min(span.end, end) - start, span.style, span.url)
        for span in rich.spans
        if span.start < end and span.end > start
    )
    return Rich(rich.text[start:end], spans)
