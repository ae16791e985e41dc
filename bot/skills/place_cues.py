"""Words that stand around place names: kinds of roads, "metro", prepositions, and words that say nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml

PlaceKind = Literal["city", "district", "street", "metro"]

_WORDS = yaml.safe_load((Path(__file__).parent / "place_cues.yml").read_text(encoding="utf-8"))

ROAD_OF: dict[str, str] = {word: road for road, words in _WORDS["roads"].items() for word in words.split()}
"""Every way to write a kind of road, to the kind."""

METRO = frozenset[str](_WORDS["metro"].split())
DISTRICT = frozenset[str](_WORDS["district"].split())
GENERIC = METRO | DISTRICT | frozenset[str](_WORDS["city"].split()) | frozenset(ROAD_OF)
"""Words that say what kind of place a name is."""

PREPOSITIONS = frozenset[str](_WORDS["prepositions"].split())
OPTIONAL = frozenset[str](_WORDS["optional"].split())
"""Parts of names that people leave out."""

SILENT = frozenset[str](_WORDS["silent"].split())
"""Words after which, taken away, a message that is left with only a name is that name."""
