"""`make quality`: other systems beside ours, and what the tables say."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_base.cases import Case, Prediction
from knowledge_base.metrics import report
from knowledge_base.threshold import Estimate
from scripts.quality import main
from scripts.quality_emotion import emotion_figures
from scripts.quality_others import PeersError, baseline, read_peers
from scripts.quality_table import SetFigures, below_floor, quality_text
from tests.unit.knowledge_base.kb_fakes import DELIVERY, POINTS, SECRET

PEERS = "peer,text,expected,answered,confidence\n"


def figures(name: str, *rights: bool) -> SetFigures:
    made = [
        Prediction(Case(str(at), "t", "a" if right else ""), "a", 0.9 - at / 1000, ("a",))
        for at, right in enumerate(rights)
    ]
    found = report(made, Estimate(0.5, 0.5, 0.9), floor=0.95, confidence=0.95)
    return SetFigures(name, found, {"peer": ([(0.9, True), (0.8, False)], 10)})


def test_a_peer_that_abstains_answers_fewer_messages(tmp_path: Path) -> None:
    path = tmp_path / "peers.csv"
    path.write_text(PEERS + "p,t,a,a,0.9\np,t,,b,0.8\np,t,a,,0.99\nq,t,a,a,1\n", encoding="utf-8")
    assert read_peers(path) == {"p": ([(0.9, True), (0.8, False)], 3), "q": ([(1.0, True)], 1)}


@pytest.mark.parametrize(
    ("content", "said"),
    [("peer,text\n", "peers.csv:1: missing column"), (PEERS + "p,t,a,a,much\n", "peers.csv:2: confidence")],
)
def test_a_faulty_file_of_peers_is_said_with_its_line(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "peers.csv").write_text(content, encoding="utf-8")
    with pytest.raises(PeersError, match=said):
        read_peers(tmp_path / "peers.csv")


def test_the_baseline_finds_the_nearest_phrase_of_customers_articles() -> None:
    cases = [Case("1", "платная ли доставка", "delivery"), Case("2", "сумма компенсации", "limits")]
    (sure, right), (_, secret) = baseline((DELIVERY, POINTS, SECRET), cases)
    assert (round(sure, 3), right, secret) == (1.0, True, False)


def test_a_set_below_the_floor_by_more_than_chance_has_a_small_p_value() -> None:
    assert below_floor(34, 40, 0.95) == pytest.approx(0.0139, abs=1e-4)
    assert below_floor(40, 40, 0.95) == 1.0
    assert below_floor(0, 0, 0.95) == 1.0


def test_the_tables_pool_all_sets_and_name_those_below_the_floor() -> None:
    text = quality_text([figures("good", *[True] * 40), figures("bad", *[True] * 30, *[False] * 10)], [])
    assert "Pooled over all sets: 70/80 right, precision 0.875" in text
    assert "below the floor by more than chance: bad" in text
    assert "peer" in text


def test_emotion_is_measured_on_the_known_sets_that_are_there(tmp_path: Path) -> None:
    lines = 'text,labels\n"a, b",anger|fear\nc,joy\nd,\n'
    (tmp_path / "cedr-ru-train.csv").write_text(lines, encoding="utf-8")
    (found,) = emotion_figures(tmp_path, lambda texts: [float(text == "a, b") for text in texts])
    assert (found.name, found.count, found.upset, found.average_precision) == ("cedr-ru-train", 3, 1, 1.0)
    assert found.trained_on


@pytest.mark.parametrize("arguments", [[], ["--data", "."]])
def test_without_sets_it_says_what_to_give(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("QUALITY_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 1
    told = capsys.readouterr().err
    assert "holds no set" in told if arguments else "make quality DATA=FOLDER" in told
