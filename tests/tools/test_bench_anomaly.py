"""The bench says what it leaves out, and measures what it is given."""

from pathlib import Path

import pytest

from tools.bench import anomaly
from tools.nab import corpus


def test_absent_corpora_are_left_out_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ANOMALY_DATA", raising=False)
    figures = {
        figure.name: figure.value for figure in anomaly.measure(tmp_path / "absent", count=7)
    }
    told = capsys.readouterr().out
    assert "NAB" in told
    assert "ANOMALY_DATA" in told
    assert figures["event F1, synthetic, best threshold"] > 0.3
    assert figures["anomaly scoring, one core"] > 1_000


def test_labelled_points_are_measured(tmp_path: Path) -> None:
    rows = [f"{300 * at},{at % 3 + 50 * (at == 2_400)},{int(at == 2_400)}" for at in range(2_500)]
    (tmp_path / "a.csv").write_text("\n".join(["timestamp,value,label", *rows]))
    found = anomaly.found("points", corpus.load_points(tmp_path))
    assert found[0].name == "event F1, points, production threshold (1 of 1 found, 0 false)"
    assert found[0].value == 1
