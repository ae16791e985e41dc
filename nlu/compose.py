"""Wiring of understanding; concrete adapters are named here and nowhere else in the package."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qs, urlsplit, urlunsplit

import aiohttp

from core.config import Environment
from core.endpoints import read_endpoints
from nlu.emotion import LinearEmotionScorer
from nlu.emotion_weights import load_emotion_weights
from nlu.entities import EntityExtractor
from nlu.errors import InputError
from nlu.lexicon import load_lexicon
from nlu.offline import OfflineParser
from nlu.rasa_client import RasaClient
from nlu.training_data import read_training_data
from nlu.understand import Understander

OFFLINE = "offline"
"""Configured name of the encoder the emotion weights were made with."""


@dataclass(frozen=True, slots=True)
class RasaAddress:
    """Where Rasa is and how it takes its token."""

    url: str
    token: str = field(default="", repr=False)
    auth_by: Literal["header", "query"] = "header"


def rasa_address(url: str, token: str) -> RasaAddress:
    """Read a configured address; `http://host:5005?token=T` is the stock server's form.

    Raises:
        InputError: it is no http or https address.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError("RASA_URL: is not an http or https address")
    bare = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
    in_query = parse_qs(parts.query).get("token")
    if in_query:
        return RasaAddress(url=bare, token=in_query[0], auth_by="query")
    return RasaAddress(url=bare, token=token)


def running_rasa(environment: Environment) -> RasaAddress | None:
    """RASA_URL, or the Rasa of the running deployment; None where there is neither.

    Raises:
        InputError: RASA_URL is no address.
    """
    if environment.rasa_url:
        return rasa_address(environment.rasa_url, environment.rasa_token)
    running = read_endpoints(environment.data)
    if running is None or not running.rasa_url:
        return None
    return rasa_address(running.rasa_url, running.rasa_token)


def build_rasa_client(
    address: RasaAddress, *, session: aiohttp.ClientSession, timeout_s: float
) -> RasaClient:
    """The client of one Rasa; the session stays the caller's to close."""
    return RasaClient(
        session=session,
        url=address.url,
        token=address.token,
        auth_by=address.auth_by,
        timeout_s=timeout_s,
    )


def build_scorer(*, threshold: float, encoder: str = OFFLINE) -> LinearEmotionScorer:
    """The emotion scorer with the weights of the package; `encoder` names whose vectors it will be given.

    Raises:
        WeightsError: a file of the package is missing or damaged.
    """
    return LinearEmotionScorer(
        weights=load_emotion_weights(),
        lexicon=load_lexicon(),
        threshold=threshold,
        vectors=encoder == OFFLINE,
    )


def build_offline_parser() -> OfflineParser:
    """The offline parser over the package's phrases; call its `warm_up` in a thread at start.

    Raises:
        WeightsError: a file of the package is missing or damaged.
    """
    data = read_training_data()
    return OfflineParser(data=data, extractor=EntityExtractor(data=data))


def build_understander(
    *,
    rasa: RasaClient | None,
    fallback: OfflineParser,
    emotion_threshold: float,
    max_chars: int,
    encoder: str = OFFLINE,
) -> Understander:
    """Understanding with Rasa first, where there is one, and the offline parser behind it.

    `encoder` is the configured name of the model whose vectors `mood` will be given.

    Raises:
        WeightsError: a file of the package is missing or damaged.
    """
    return Understander(
        primary=rasa,
        fallback=fallback,
        emotion=build_scorer(threshold=emotion_threshold, encoder=encoder),
        max_chars=max_chars,
    )
