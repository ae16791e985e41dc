"""`python -m bot ask`: what the bot would do with each message, without any side effect."""

from __future__ import annotations

import json
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp

from bot.conversation import SKILLS, limits
from bot.decide import Thresholds, decide
from bot.errors import BotError
from bot.familiar import Familiar
from bot.knowledge import LiveKnowledge
from bot.outcome import Outcomes
from bot.signals import Reading, gather
from bot.temporary_rasa import rasa_for_a_command
from bot.texts import load_texts
from bot.types import (
    Answer,
    BotState,
    Clarify,
    Decision,
    HandOff,
    IncomingMessage,
    MessageKind,
    RunSkill,
    Sender,
    SmallTalk,
)
from bot.write import best_probability, decision_word
from core.clock import utc_now
from core.config import Config, Environment, load_config, read_environment, resolve
from core.encoder import Encoder
from core.logging import configure_logging
from knowledge_base.cache import cached_base
from knowledge_base.compose import published_base
from knowledge_base.live import KnowledgeBase
from nlu.compose import build_offline_parser, build_understander

if TYPE_CHECKING:
    from bot.ports import Understands

_COMMAND_WAIT_S = 10.0
"""A command has time: a busy Rasa is waited for rather than replaced."""
_ENCODER_WAIT_S = 120.0
"""The same for the encoder, which may still load when the base came from the cache."""


async def ask(*, texts: list[str], file: Path | None, kb: Path | None, as_json: bool) -> int:
    """Print what would be done with each message; each is a new conversation.

    Raises:
        BotError: nothing to ask, or a file cannot be read.
        KnowledgeBaseError: the folder of articles cannot be used.
        ConfigError: the configuration cannot be used.
    """
    environment = read_environment()
    config = load_config(environment.config_path)
    configure_logging("error", json=False)
    messages = [*texts, *(_lines(file) if file else ())]
    if not messages:
        raise BotError("nothing to ask: give a TEXT or --file F")
    async with AsyncExitStack() as stack:
        asker = await build_asker(stack, config, environment, kb)
        for text in messages:
            found = await asker.ask(text)
            print(json.dumps(found, ensure_ascii=False) if as_json or file else _readable(found), flush=True)  # noqa: T201 - the command's result
    return 0


@dataclass(frozen=True, slots=True)
class Asker:
    """Reads and decides like a worker with an empty memory, and stops there."""

    understander: Understands
    knowledge: LiveKnowledge
    outcomes: Outcomes
    limits: Thresholds
    language: str
    wait_s: float
    familiar: Familiar

    async def read(self, text: str) -> Reading:
        """All that a decision on a first message would be made of."""
        return await gather(
            _message(text),
            BotState(),
            language=self.language,
            understander=self.understander,
            knowledge=self.knowledge,
            now=utc_now(),
            familiar=self.familiar,
            emotion_threshold=self.limits.emotion,
        )

    async def ask(self, text: str) -> dict[str, Any]:
        """One line of the command's output: what would be decided and said.

        `reply` is null for a skill, whose words depend on who asks.
        """
        reading = await self.read(text)
        thresholds = replace(self.limits, article=reading.solved_threshold)
        decision = decide(reading.signals, thresholds, SKILLS)
        return {
            "text": text,
            "decision": decision_word(decision),
            "article": decision.article if isinstance(decision, Answer) else None,
            "skill": decision.skill if isinstance(decision, RunSkill) else None,
            "reason": decision.reason.value if isinstance(decision, HandOff) else None,
            "probability": best_probability(reading.signals),
            "emotion": round(reading.signals.emotion, 4),
            "intent": reading.signals.intent,
            "nlu": reading.signals.parser,
            "reply": self._reply(decision, reading),
        }

    def _reply(self, decision: Decision, reading: Reading) -> str | None:
        state, language = BotState(), reading.language
        match decision:
            case Answer():
                reply = self.outcomes.answer(decision, state, language, "").reply
            case Clarify():
                reply = self.outcomes.clarify(decision, state, language).reply
            case SmallTalk():
                reply = self.outcomes.small_talk(decision, state, language).reply
            case HandOff():
                return self.outcomes.told(decision, language, self.wait_s)
            case RunSkill():
                return None
        return reply.text if reply else None


async def build_asker(
    stack: AsyncExitStack, config: Config, environment: Environment, kb: Path | None
) -> Asker:
    """Gets the base while a Rasa that is not running yet comes up.

    Without a folder it is the base that serves where one does: what was learned and published is in it.
    """
    encoder = Encoder(model=config.knowledge_base.encoder, threads=config.knowledge_base.encoder_threads)
    encoder.start()
    stack.callback(encoder.close)
    session = await stack.enter_async_context(aiohttp.ClientSession())
    starting = await rasa_for_a_command(stack, environment, config, session, timeout_s=_COMMAND_WAIT_S)
    base = None if kb else await published_base(config, environment, encoder.fingerprint)
    base = base or cached_base(
        kb or resolve(config.knowledge_base.articles),
        encoder,
        environment.data / "cache",
        _progress,
        floor=config.knowledge_base.precision_floor,
    )
    live = KnowledgeBase(encoder=encoder, timezone=config.company.timezone, base=base)
    knowledge = LiveKnowledge(live, threshold=lambda solved: solved, wait_s=_ENCODER_WAIT_S)
    parser = build_offline_parser()
    texts = load_texts(resolve(config.bot.wording), default_language=config.company.default_language)
    return Asker(
        understander=build_understander(
            rasa=await starting(),
            fallback=parser,
            emotion_threshold=config.nlu.emotion_threshold,
            max_chars=config.nlu.max_text_chars,
            encoder=config.knowledge_base.encoder,
        ),
        knowledge=knowledge,
        outcomes=Outcomes(texts=texts, knowledge=knowledge),
        limits=limits(config),
        language=config.company.default_language,
        wait_s=config.handoff.expected_wait_s,
        familiar=Familiar(articles=lambda: base.articles, odds=parser.odds),
    )


def _message(text: str) -> IncomingMessage:
    kind = MessageKind.COMMAND if text.startswith("/") else MessageKind.TEXT
    return IncomingMessage("ask", "ask", "ask", "ask", Sender("ask"), kind, text, utc_now())


def _lines(file: Path) -> list[str]:
    try:
        # Only line ends part messages: splitlines() would also part at others, such as U+2028 inside one.
        words = file.read_text("utf-8-sig").removesuffix("\n")
        return words.split("\n") if words else []
    except (OSError, UnicodeDecodeError) as error:
        raise BotError(f"{file}: cannot be read as UTF-8 text ({error})") from error


def _readable(found: dict[str, Any]) -> str:
    what = found["article"] or found["skill"] or found["reason"] or ""
    chance = "" if found["probability"] is None else f", best article {found['probability']:.2f}"
    reply = f"\n  {found['reply']}" if found["reply"] else ""
    about = f"intent {found['intent']} by {found['nlu']}, emotion {found['emotion']:.2f}{chance}"
    return f"{found['text']}\n  {found['decision']} {what}  ({about}){reply}"


def _progress(step: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{step} {done}/{total}   ", end="" if done < total else "\n", file=sys.stderr)  # noqa: T201
