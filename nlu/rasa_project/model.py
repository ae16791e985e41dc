"""One loaded Rasa model: load, warm up, parse safely, swap whole."""

from __future__ import annotations

import asyncio
from typing import Any, Dict

WARM_UP = ("сколько у меня баллов", "where is the nearest store", "privet")
EMPTY: Dict[str, Any] = {"name": None, "confidence": 0.0}


def without_injection(text: str) -> str:
    """The text with slashes at its beginning turned into spaces; offsets stay.

    Rasa takes text that begins with `/` (after white space) for an intent spelt out, and believes it.
    """
    head = 0
    while head < len(text) and (text[head] == "/" or text[head].isspace()):
        head += 1
    return text[:head].replace("/", " ") + text[head:]


class Model:
    """The model in use. `ready` is false until one is loaded and warm."""

    def __init__(self) -> None:
        """Start without a model."""
        self._agent: Any = None
        self._loading = asyncio.Lock()
        self.path = ""

    @property
    def ready(self) -> bool:
        """True once messages can be parsed."""
        return self._agent is not None

    @property
    def fingerprint(self) -> str:
        """Rasa's id of the loaded model, or empty."""
        return self._agent.model_id if self._agent else ""

    async def load(self, path: str) -> None:
        """Load a file in a thread and put it in use once warm; the old model serves until then.

        Raises:
            Exception: whatever Rasa raises for a file that is no model; the old model stays.
        """
        async with self._loading:
            agent = await asyncio.get_running_loop().run_in_executor(None, _load, path)
            for text in WARM_UP:
                await agent.parse_message(text)
            self._agent, self.path = agent, path

    async def parse(self, text: str) -> Dict[str, Any]:
        """What `POST /model/parse` answers for one text; a blank one has no intent."""
        if not text.strip(" /\t\r\n") or self._agent is None:
            return {"text": text, "intent": dict(EMPTY), "entities": [], "intent_ranking": []}
        parsed = await self._agent.parse_message(without_injection(text))
        return {**parsed, "text": text}


def _load(path: str) -> Any:
    from duet_encoder import encoder
    from quiet import silence_rasa
    from rasa.core.agent import Agent

    silence_rasa()
    agent = Agent.load(path)
    encoder().encode("прогрев")
    return agent
