"""Trains the step behind the encoder: `python -m knowledge_base.training.adapt` writes `data/adapter.npz`.

A contrastive loss over each help centre: a customer's line must be nearer to the question, the title, the
body and another customer's line of its article than to those of all other articles of the same company (its
hardest negatives). Few epochs, noise on the inputs and a pull to no change at all keep it general.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from knowledge_base.adapter import FILE
from knowledge_base.folder import load_articles
from knowledge_base.passages import passages_of
from knowledge_base.ports import Encoder
from knowledge_base.query import prepare
from knowledge_base.training.centres import Centre, centres_of, read_centres

Floats = np.ndarray[Any, np.dtype[np.float32]]

STEPS = 40
RATE = 1e-3
PULL = 1e-3
TEMPERATURE = 0.07
SMOOTHING = 0.05
NOISE = 0.3
BODY_LOSS = 0.5
"""Chosen by hit@1 and hit@3 on companies left out, four folds; more steps learn the companies by heart."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A help centre as vectors; `*_of` are the numbers of the articles of customers' lines and paragraphs."""

    question: Floats
    title: Floats
    body: Floats
    body_of: Any
    asked: Floats
    asked_of: Any


def encoded(centre: Centre, encoder: Encoder) -> Encoded:
    """Encode all texts of a help centre."""

    def vectors(texts: Sequence[str]) -> Floats:
        return encoder.encode_now([prepare(text, russian=centre.lang == "ru") for text in texts])

    paragraphs = [
        (at, passage.text)
        for at, article in enumerate(centre.articles)
        for passage in passages_of(article)
        if passage.kind == "body"
    ]
    asked = [(at, line) for at, lines in enumerate(centre.asked) for line in lines]
    return Encoded(
        question=vectors([article.questions[0] for article in centre.articles]),
        title=vectors([article.title for article in centre.articles]),
        body=vectors([text for _, text in paragraphs]),
        body_of=np.array([at for at, _ in paragraphs]),
        asked=vectors([text for _, text in asked]),
        asked_of=np.array([at for at, _ in asked]),
    )


def train(centres: Sequence[Encoded], *, steps: int = STEPS, seed: int = 0) -> Floats:
    """The change `(dim, dim)` of the linear step, the same for the same seed."""
    import torch

    torch.manual_seed(seed)
    dim = centres[0].question.shape[1]
    change = torch.zeros(dim, dim, requires_grad=True)
    optimiser = torch.optim.AdamW([change], lr=RATE, weight_decay=0.0)
    asked = torch.from_numpy(np.concatenate([centre.asked for centre in centres]))
    for _ in range(steps):
        optimiser.zero_grad()
        loss = sum(_loss(change, centre) for centre in centres) / len(centres)
        loss = loss + PULL * ((asked @ change) ** 2).sum(1).mean()
        loss.backward()
        optimiser.step()
    return change.detach().numpy()


def _loss(change: Any, centre: Encoded) -> Any:
    from torch.nn.functional import cross_entropy, dropout, normalize

    def turned(vectors: Floats) -> Any:
        import torch

        noisy = dropout(torch.from_numpy(vectors), NOISE)
        return normalize(noisy + noisy @ change, dim=1)

    import torch

    question, title, body = turned(centre.question), turned(centre.title), turned(centre.body)
    mean = torch.cat([question, title, body]).mean(0)
    asked = normalize(turned(centre.asked) - mean, dim=1)
    wanted = torch.from_numpy(centre.asked_of)

    def against(likeness: Any, answers: Any) -> Any:
        return cross_entropy(likeness / TEMPERATURE, answers, label_smoothing=SMOOTHING)

    loss = sum(against(asked @ normalize(keys - mean, dim=1).T, wanted) for keys in (question, title))
    paragraphs = asked @ normalize(body - mean, dim=1).T
    best = torch.stack(
        [
            paragraphs[:, np.flatnonzero(centre.body_of == at)].max(1).values
            for at in range(len(centre.question))
        ],
        1,
    )
    one = torch.tensor(
        [
            int(mine[torch.randint(0, len(mine), (1,))])
            for mine in (np.flatnonzero(centre.asked_of == at) for at in range(len(centre.question)))
        ]
    )
    rest = np.setdiff1d(np.arange(len(asked)), one.numpy())
    return loss + BODY_LOSS * against(best, wanted) + against((asked @ asked[one].T)[rest], wanted[rest])


def main() -> None:
    """Train on all help centres and the articles shipped with Duet."""
    from core.encoder import Encoder as Offline

    encoder = Offline()
    try:
        shipped = load_articles(Path(__file__).parents[1] / "articles")
        centres = [*read_centres(), *centres_of(shipped, "duet")]
        change = train([encoded(centre, encoder) for centre in centres])
    finally:
        encoder.close()
    np.savez_compressed(FILE, change=change.astype(np.float16))


if __name__ == "__main__":
    main()
