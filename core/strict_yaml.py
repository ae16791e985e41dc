"""YAML in which the same key twice is a fault; the plain loader would keep the last without a word."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import yaml


def load_yaml(text: str) -> Any:
    """The data of a document.

    Raises:
        yaml.YAMLError: it is not YAML, or a key stands twice in one place.
    """
    return yaml.load(text, _StrictLoader)  # noqa: S506 - derives from the safe loader


class _StrictLoader(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        seen: set[object] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.YAMLError(f"key {key.value} stands twice, at line {key.start_mark.line + 1}")
            seen.add(key.value)
        return super().construct_mapping(node, deep)
