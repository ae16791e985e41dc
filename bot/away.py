"""What a customer reads when a person is to take over and nobody is there: when people are back."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.ports import Says


def away_words(texts: Says, language: str, back: datetime, now: datetime) -> str:
    """When people are back and when they write; `back` is in the company's time zone."""
    return texts.say("handoff.away", language, when=when_words(texts, language, back, now))


def when_words(texts: Says, language: str, back: datetime, now: datetime) -> str:
    """`сегодня в 14:00 (UTC+3)`, `tomorrow at 09:00 (UTC+3)`, `в понедельник, 9 марта, в 09:00 (UTC+3)`."""
    days = (back.date() - now.astimezone(back.tzinfo).date()).days
    if days <= 1:
        day = texts.say("when.today" if days <= 0 else "when.tomorrow", language)
    else:
        months = texts.say("format.months", language).split()
        weekday = texts.say("format.weekdays", language).split("|")[back.weekday()]
        month = months[back.month - 1]
        day = texts.say("when.on_day", language, weekday=weekday, day=back.day, month=month)
    return texts.say("when.at", language, day=day, time=back.strftime("%H:%M"), zone=_offset(back))


def _offset(moment: datetime) -> str:
    """`UTC+3`, `UTC+5:30`: understood in every language."""
    minutes = (moment.utcoffset() or timedelta()) // timedelta(minutes=1)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes >= 0 else '-'}{hours}" + (f":{rest:02d}" if rest else "")
