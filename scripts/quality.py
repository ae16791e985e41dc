"""How good the answers are on development sets, beside other systems: `make quality DATA=FOLDER`.

The folder holds one folder a set with `kb/*.md` and `cases.csv` (`id,text,expected`), optionally `peers.csv`
(`peer,text,expected,answered,confidence`), and optionally `emotion/*.csv` (`text,labels`).
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from core.config import Config, Environment, load_config, read_environment
from core.encoder import Encoder
from core.errors import CoreError
from core.logging import configure_logging
from knowledge_base.cache import cached_base
from knowledge_base.cases import read_cases
from knowledge_base.compose import encoder_of
from knowledge_base.curve import svg, write_picture
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.evaluate import predict
from knowledge_base.metrics import bins, curve, report
from knowledge_base.ranked import Scored, points_of
from scripts.quality_emotion import emotion_figures
from scripts.quality_others import BASELINE, PeersError, baseline, read_peers
from scripts.quality_table import SetFigures, quality_text

VARIABLE = "QUALITY_DATA"


def main(argv: Sequence[str] | None = None) -> int:
    """Measure every set; 0 when all were measured, 1 when there is nothing to measure or a file is faulty."""
    args = _parser().parse_args(argv)
    folder = args.data or (Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None)
    if folder is None:
        return _refuse(
            f"give the folder of development sets: make quality DATA=FOLDER (or {VARIABLE}); "
            "docs/administrators.md says what is in it"
        )
    sets = sorted(path.parent for path in folder.glob("*/cases.csv") if (path.parent / "kb").is_dir())
    if not sets:
        return _refuse(f"{folder}: holds no set, that is no folder with cases.csv and kb/")
    configure_logging("warning", json=False)
    environment = read_environment()
    try:
        text = _measured(folder, sets, load_config(environment.config_path), environment, args.pictures)
        if args.out:
            args.out.write_text(f"# Quality on development sets\n\n{text}", encoding="utf-8")
    except (KnowledgeBaseError, CoreError, PeersError, OSError) as error:
        return _refuse(str(error))
    print(text)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make quality", description=__doc__)
    parser.add_argument("--data", metavar="FOLDER", type=Path, help=f"the sets; default: {VARIABLE}")
    parser.add_argument("--out", metavar="F.md", type=Path, help="write the tables as Markdown, too")
    parser.add_argument("--pictures", metavar="FOLDER", type=Path, help="write a curve.svg of each set there")
    return parser


def _measured(
    folder: Path, sets: Sequence[Path], config: Config, environment: Environment, pictures: Path | None
) -> str:
    with encoder_of(config) as encoder:
        figures = [_one(path, config, environment, encoder, pictures) for path in sets]
        _tell("emotion ...")
        emotion = emotion_figures(folder / "emotion", partial(_moods, config, encoder))
    return quality_text(figures, emotion, alone=len(figures) == 1)


def _moods(config: Config, encoder: Encoder, texts: Sequence[str]) -> list[float]:
    """As the bot hears them: with the vector that the search needs anyway."""
    from nlu.compose import build_scorer

    scorer = build_scorer(threshold=config.nlu.emotion_threshold)
    vectors = encoder.encode_now(texts)
    return [scorer.score(text, vector).score for text, vector in zip(texts, vectors, strict=True)]


def _one(
    path: Path, config: Config, environment: Environment, encoder: Encoder, pictures: Path | None
) -> SetFigures:
    began_s = time.monotonic()
    _tell(f"{path.name} ...")
    knowledge = config.knowledge_base
    cases = read_cases(path / "cases.csv")
    base = cached_base(path / "kb", encoder, environment.data / "cache", floor=knowledge.precision_floor)
    today = datetime.now(ZoneInfo(config.company.timezone)).date()
    predictions = predict(base, cases, encoder, today=today)
    found = report(
        predictions, base.estimate, floor=knowledge.precision_floor, confidence=knowledge.confidence
    )
    others: dict[str, tuple[Scored, int]] = {BASELINE: (baseline(base.articles, cases), len(cases))}
    if (path / "peers.csv").exists():
        others |= read_peers(path / "peers.csv")
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
        lines = {name: points_of(scored, total) for name, (scored, total) in others.items()}
        picture = svg(curve(predictions), bins(predictions), found, title=path.name, others=lines)
        write_picture(pictures / f"{path.name}.svg", picture)
    _tell(f"{path.name}: {len(cases)} messages in {time.monotonic() - began_s:.0f} s")
    return SetFigures(path.name, found, others)


def _tell(line: str) -> None:
    print(f"[quality] {line}", file=sys.stderr, flush=True)


def _refuse(message: str) -> int:
    print(f"quality: {message}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
