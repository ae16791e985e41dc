"""Russian written in Latin letters, and what else a message needs before the encoder reads it.

Standard library only: Rasa's environment and the main one both use it, so that a message looks the same
to the model, to the offline parser and to language detection.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"[a-z']+")
_LATIN = re.compile(r"[A-Za-z]")
_CYRILLIC = re.compile(r"[А-Яа-яЁё]")
_RUN = re.compile(r"(\D)\1{2,}")

# Beginnings of words customers of a shop write, four letters or more, or whole short words.
_STEMS = tuple(
    "прив здра добр день утро вече скол скок скольк балл бонус баланс карт магаз адрес ближ рядом "
    "актив виртуал подкл зарег опера соед позов челов живо жив сотр менедж помо подск пожал плиз спас благо пока "
    "свид досв всег хоро плох ужас безоб жал отвра обма проср касс курь заказ достав прив возв верн деньг оплат "
    "промо скид акци почем когда где как куда конеч что это мне меня мой моя мои моей моего нужн надо хочу хоте могу "
    "можно ест есть нет над узн пров покаж сдел отмен потер украл работ погод дела какая какой какие какую кто "
    "наше ваш вас вам нас мозг номер телеф прило парол время метро улиц город сейчас только привез "
    "купи прода продал хами груб обсл сгор потра тольк остал накоп начис тут там еще уже или для".split()
)
_SHORT = frozenset("я ты мы вы он она в на и а но не ни у с по к до за из от да бы же ли то".split())
_ENGLISH = frozenset(
    "a an the i you he she it we they me my your our his her is are am was were be been do does did has have had "
    "will would can could may not no yes and or but if in on at to of for from by with near about how what where "
    "when why who which there here this that these those please thanks thank hello hi hey good bye card cards "
    "points balance store shop order money operator human person agent help need want get got find check activate "
    "delivery complaint bonus bonuses loyalty number phone nearest closest is it's i'm don't can't service "
    "talk speak problem product app price day morning evening afternoon lost make new right ok okay one "
    "any all out up so too very just more some as ago am pm nope nah sure fine man "
    "start virtual balanse ballance check please pls plz ty thx tnx nearby promo promos".split()
)
_ENGLISH_LOOK = re.compile(r"tion|ing$|th|wh|ee|oo|ght|ck|[wxq]")
_PAIRS = (
    ("shch", "щ"), ("sch", "щ"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("ch", "ч"), ("sh", "ш"),
    ("yu", "ю"), ("ju", "ю"), ("iu", "ю"), ("ya", "я"), ("ja", "я"), ("ia", "ия"), ("yo", "ё"), ("jo", "ё"),
    ("ye", "е"), ("ck", "к"), ("ci", "ци"), ("ce", "це"), ("iy", "ий"), ("yy", "ый"), ("yi", "ый"),
)  # fmt: skip
_SINGLE = dict(zip("abcdefghijklmnopqrstuvwxyz'", "абкдефгхийклмнопкрстуввхйзь", strict=True))
_VOWELS = "aeiouy"
_KEYS = dict(zip("qwertyuiop[]asdfghjkl;'zxcvbnm,.`", "йцукенгшщзхъфывапролджэячсмитьбюё", strict=True))


def to_cyrillic(word: str) -> str:
    """One lower-case Latin word by sound, as people type it: `blizhayshiy` becomes `ближайший`."""
    out: list[str] = []
    at = 0
    while at < len(word):
        pair = next(((a, b) for a, b in _PAIRS if word.startswith(a, at)), None)
        if pair is not None:
            out.append(pair[1])
            at += len(pair[0])
            continue
        out.append(_one(word, at))
        at += 1
    return "".join(out)


def _one(word: str, at: int) -> str:
    """`y` is a vowel after a consonant and short i after a vowel; every other letter has one reading."""
    letter = word[at]
    if letter == "y":
        return "й" if at == 0 or word[at - 1] in _VOWELS else "ы"
    return _SINGLE.get(letter, letter)


def from_wrong_layout(text: str) -> str:
    """What was meant when Russian was typed with the English keyboard on: `ghbdtn` becomes `привет`."""
    return "".join(_KEYS.get(letter, letter) for letter in text.lower())


def _known(word: str) -> bool:
    return word in _SHORT or any(word.startswith(stem) for stem in _STEMS)


def _weight(words: list[str]) -> int:
    """Letters of the words that are known to be Russian."""
    return sum(len(word) for word in words if _known(word))


def latin_russian(text: str) -> str:
    """The Cyrillic reading of a text in Latin letters that is Russian; empty when it is not.

    It is taken for Russian when the letters in known Russian words outnumber those in words that are or look
    English, and make up a third of the whole.
    """
    if _CYRILLIC.search(text) or not _LATIN.search(text):
        return ""
    lowered = text.lower()
    words = _WORD.findall(lowered)
    foreign = [word for word in words if word not in _ENGLISH and not _ENGLISH_LOOK.search(word)]
    total = sum(map(len, words))
    english = total - sum(map(len, foreign))
    sounded = _weight([to_cyrillic(word) for word in foreign])
    if sounded > english and sounded * 3 >= total:
        return _WORD.sub(lambda match: to_cyrillic(match.group()), lowered)
    typed = from_wrong_layout(lowered)
    meant = _weight([word for word in re.findall(r"[а-яё]+", typed) if len(word) > 3])
    return typed if meant > english and meant * 3 >= total else ""


def for_encoder(text: str) -> str:
    """The text as models read it: lower case, Cyrillic for Russian, no runs of one sign, single spaces."""
    lowered = (latin_russian(text) or text).lower()
    return " ".join(_RUN.sub(r"\1\1", lowered).split())
