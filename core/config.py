"""The configuration of a deployment: `config.yml` plus what the environment says.

Pydantic stands at this edge only; the rest of the program takes plain values from it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from core.errors import ConfigError
from core.strict_yaml import load_yaml

ROOT = Path(__file__).resolve().parent.parent
"""Folder of the checkout (or of site-packages, when installed)."""

Probability = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]
Language = Literal["ru", "en"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Company(_Section):
    """Who speaks."""

    name: dict[Language, str]
    timezone: str
    default_language: Language
    privacy_url: str

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("is not an IANA time zone such as Europe/Moscow") from error
        return value

    @field_validator("name")
    @classmethod
    def _both_languages(cls, value: dict[Language, str]) -> dict[Language, str]:
        if set(value) != {"ru", "en"}:
            raise ValueError("needs both ru and en")
        return value


class Web(_Section):
    """The HTTP server."""

    host: str
    max_body_bytes: Count
    behind_tls: bool
    session_hours: Seconds
    shutdown_s: Seconds
    private_webhooks: bool
    push_contact: Annotated[str, Field(pattern=r"^(|https://\S+|(mailto:)?[^\s@:/]+@[^\s@:/]+)$")]


class Redis(_Section):
    """The live store."""

    key_prefix: Annotated[str, Field(pattern=r"^[a-z0-9_-]+$")]
    durable: bool
    claim_days: Annotated[float, Field(ge=8)]


class Archive(_Section):
    """Copying events into SQL."""

    batch_events: Count
    poll_s: Seconds


class Telegram(_Section):
    """The Telegram channel."""

    account: Annotated[str, Field(pattern=r"^[a-z0-9_-]+$")]
    webhook_url: str
    poll_timeout_s: Annotated[int, Field(ge=0, le=50)]
    request_timeout_s: Seconds
    messages_per_s: Seconds
    chat_interval_s: Annotated[float, Field(ge=0)]
    group_messages_per_min: Count


class Webchat(_Section):
    """The web chat channel."""

    account: Annotated[str, Field(pattern=r"^[a-z0-9_-]+$")]
    session_days: Seconds
    max_text_chars: Count
    max_wait_s: Seconds
    messages_per_min: Count
    keep_messages: Count


class Nlu(_Section):
    """Understanding."""

    request_timeout_s: Seconds
    max_text_chars: Count
    skill_confidence: Probability
    skill_with_entity_confidence: Probability
    person_confidence: Probability
    smalltalk_confidence: Probability
    emotion_threshold: Probability


class KnowledgeBase(_Section):
    """Articles and answering from them."""

    articles: str
    encoder: str
    encoder_threads: Count
    precision_floor: Annotated[float, Field(gt=0, lt=1)]
    confidence: Annotated[float, Field(gt=0, lt=1)]
    max_threshold: Probability
    clarify_margin: Probability
    clarify_least: Probability


class Bot(_Section):
    """Workers."""

    concurrency: Count
    lease_s: Seconds
    max_attempts: Count
    knowledge_wait_s: Annotated[float, Field(ge=0)]
    silence_h: Seconds
    wording: str


class Split(_Section):
    """How much the bot takes."""

    target: Probability
    tolerance: Probability
    window: Count
    step: Probability


class Handoff(_Section):
    """The queue."""

    due_s: Seconds
    urgent_due_s: Seconds
    expected_wait_s: Seconds


class Loyalty(_Section):
    """The loyalty and store service."""

    request_timeout_s: Seconds
    code_attempts: Count


class Supervisor(_Section):
    """Child processes."""

    backoff_min_s: Seconds
    backoff_max_s: Seconds
    stop_timeout_s: Seconds


class Logging(_Section):
    """Logs."""

    level: Literal["debug", "info", "warning", "error"]
    format: Literal["console", "json"]


class Config(_Section):
    """All of `config.yml`."""

    company: Company
    web: Web
    redis: Redis
    archive: Archive
    telegram: Telegram
    webchat: Webchat
    nlu: Nlu
    knowledge_base: KnowledgeBase
    bot: Bot
    split: Split
    handoff: Handoff
    loyalty: Loyalty
    supervisor: Supervisor
    logging: Logging


@dataclass(frozen=True, slots=True)
class Environment:
    """What environment variables say; an empty address means: use the embedded part."""

    data: Path
    port: int
    config_path: Path
    redis_url: str
    database_url: str
    rasa_url: str
    rasa_token: str
    loyalty_url: str
    loyalty_token: str
    telegram_token: str
    telegram_api_url: str
    telegram_webhook_secret: str
    admin_password: str
    secret_key: str = ""


def read_environment(environ: Mapping[str, str] | None = None) -> Environment:
    """Read the variables Duet knows.

    Raises:
        ConfigError: a variable has an unusable value.
    """
    env = os.environ if environ is None else environ
    port = env.get("DUET_PORT") or "8080"
    if not port.isdecimal() or not 0 <= int(port) <= 65535:
        raise ConfigError(f"DUET_PORT: {port!r} is not a port number between 0 and 65535")
    return Environment(
        data=Path(env.get("DUET_DATA") or "var").resolve(),
        port=int(port),
        config_path=_config_path(env.get("DUET_CONFIG", "")),
        redis_url=env.get("REDIS_URL", ""),
        database_url=env.get("DATABASE_URL", ""),
        rasa_url=env.get("RASA_URL", ""),
        rasa_token=env.get("RASA_TOKEN", ""),
        loyalty_url=env.get("LOYALTY_URL", ""),
        loyalty_token=env.get("LOYALTY_TOKEN", ""),
        telegram_token=env.get("TELEGRAM_BOT_TOKEN", ""),
        telegram_api_url=env.get("TELEGRAM_API_URL", ""),
        telegram_webhook_secret=env.get("TELEGRAM_WEBHOOK_SECRET", ""),
        admin_password=env.get("DUET_ADMIN_PASSWORD", ""),
        secret_key=env.get("DUET_SECRET_KEY", ""),
    )


def _config_path(named: str) -> Path:
    """The named file, else `config.yml` here, else the one of the checkout."""
    if named:
        return Path(named).resolve()
    here = Path("config.yml").resolve()
    return here if here.exists() else ROOT / "config.yml"


def load_config(path: Path) -> Config:
    """Read and check a configuration file.

    Raises:
        ConfigError: the file is missing, is not YAML, or has an unknown, missing or wrong key;
            one line that names the first such key.
    """
    try:
        raw = load_yaml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        line = str(error).replace("\n", " ")
        raise ConfigError(f"{path}: is not valid YAML: {line}") from error
    if not isinstance(raw, dict):
        raise ConfigError(f"{path}: must hold sections such as company: and web:")
    try:
        return Config.model_validate(raw)
    except ValidationError as error:
        raise ConfigError(f"{path}: {_first_fault(error)}") from error


def _first_fault(error: ValidationError) -> str:
    """Say the first fault in words; `loc` joined by dots is the key."""
    fault = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in fault["loc"])
    match fault["type"]:
        case "extra_forbidden":
            return f"unknown key {key}"
        case "missing":
            return f"missing key {key}"
        case _:
            message = fault["msg"].removeprefix("Value error, ")
            return f"wrong key {key}: {message} (got {fault.get('input')!r})"


def resolve(path: str) -> Path:
    """A folder named in the configuration: absolute, or beside the working folder, or in the checkout."""
    named = Path(path)
    if named.is_absolute() or named.exists():
        return named.resolve()
    return ROOT / named
