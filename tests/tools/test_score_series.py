"""Scoring a file: what is read, what is written, and what is said of bad input."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from shared.domain.anomaly.detector import Detector
from shared.errors import InvalidInput
from tools.score_series import main, read, score, write

START_S = 1_767_225_600.0


def series(path: Path, *lines: str, header: str = "timestamp,value") -> Path:
    """Write a file and return its path."""
    path.write_text("\n".join([header, *lines, ""]))
    return path


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01 00:00:00",
        "2026-01-01T00:00:00Z",
        "2026-01-01T01:00:00+01:00",
        "2026-01-01",
        "1767225600",
        "1767225600.0",
        "1767225600000",
        "1767225600000000",
        "1767225600000000000",
    ],
)
def test_a_moment_is_read_in_any_of_its_forms(tmp_path: Path, text: str) -> None:
    _, [row] = read(series(tmp_path / "in.csv", f"{text},1"))
    assert row.time_s == START_S


@pytest.mark.parametrize("text", ["", " ", "nan", "NaN", "null", "NA"])
def test_a_missing_value_scores_nothing(tmp_path: Path, text: str) -> None:
    _, rows = read(series(tmp_path / "in.csv", "0,1", f"60,{text}"))
    assert score(rows)[1].score == 0


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["0,1", "60,fast"], "row 3, column value: expected a finite number, got 'fast'"),
        (["0,inf"], "row 2, column value: expected a finite number, got 'inf'"),
        (["noon,1"], "row 2, column timestamp: expected an ISO 8601 time or a number"),
        (["1e300,1"], "row 2, column timestamp: expected an ISO 8601 time or a number"),
        (["0,1", "60"], "row 3: expected 2 columns, got 1"),
    ],
)
def test_bad_input_is_named_by_file_row_and_column(
    tmp_path: Path, lines: list[str], said: str
) -> None:
    path = series(tmp_path / "in.csv", *lines)
    with pytest.raises(InvalidInput) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}, {said}")


@pytest.mark.parametrize("header", ["time,value", "timestamp", "timestamp,value,value", ""])
def test_a_header_without_both_columns_is_refused(tmp_path: Path, header: str) -> None:
    with pytest.raises(InvalidInput, match="row 1: expected one column"):
        read(series(tmp_path / "in.csv", "0,1", header=header))


def test_other_columns_and_the_order_are_kept(tmp_path: Path) -> None:
    path = series(tmp_path / "in.csv", "a,1.50,0", "b,2,60", header="host,value,timestamp")
    header, rows = read(path)
    write(tmp_path / "out.csv", header, rows, score(rows))
    first, second, third = csv.reader((tmp_path / "out.csv").read_text().splitlines())
    assert first == ["host", "value", "timestamp", "score", "lower", "upper"]
    assert second == ["a", "1.50", "0", "0.000000", "", ""]
    assert third[:3] == ["b", "2", "60"]


def test_scores_are_those_of_the_apps_detector(tmp_path: Path) -> None:
    values = [float(at * 37 % 11) for at in range(400)] + [500.0]
    path = series(tmp_path / "in.csv", *(f"{60 * at},{value}" for at, value in enumerate(values)))
    detector = Detector()
    expected = [detector.score(60.0 * at, value) for at, value in enumerate(values)]
    assert score(read(path)[1]) == expected
    assert expected[-1].score > 0.5


def test_a_file_of_a_header_only_has_no_scores(tmp_path: Path) -> None:
    header, rows = read(series(tmp_path / "in.csv"))
    write(tmp_path / "out.csv", header, rows, score(rows))
    assert (tmp_path / "out.csv").read_text() == "timestamp,value,score,lower,upper\n"


def test_the_command_scores_a_file_and_counts_alerts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = series(tmp_path / "in.csv", "0,1", "60,1")
    arguments = ["score_series", "--in", str(path), "--out", str(tmp_path / "out.csv")]
    monkeypatch.setattr(sys, "argv", arguments)
    main()
    assert (tmp_path / "out.csv").exists()
    assert capsys.readouterr().out.startswith("2 values in ")


def test_the_command_ends_with_the_reason_and_no_file(tmp_path: Path) -> None:
    path, target = series(tmp_path / "in.csv", "0,x"), tmp_path / "out.csv"
    ended = subprocess.run(
        [sys.executable, "-m", "tools.score_series", "--in", str(path), "--out", str(target)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr == f"{path}, row 2, column value: expected a finite number, got 'x'\n"
    assert not target.exists()
