"""The forecaster on a file: what it writes, and how it says what is wrong with one."""

import csv
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from shared.domain.forecast.daily_series import daily_series
from shared.domain.forecast.forecasting import forecast
from tools.forecast_series import main

FIRST = date(2024, 1, 1)


def write(path: Path, text: str) -> Path:
    source = path / "daily.csv"
    source.write_text(text, encoding="utf-8")
    return source


def run(source: Path, out: Path, *more: str) -> int:
    return main(["--in", str(source), "--out", str(out), *more])


def history(days: int) -> list[tuple[date, float]]:
    values = np.random.default_rng(1).normal(100.0, 10.0, days).round(3).tolist()
    return [(FIRST + timedelta(days=day), value) for day, value in enumerate(values)]


def test_a_row_for_each_day_and_a_total_are_written(tmp_path: Path) -> None:
    points = history(60)
    rows = "".join(f"{day},{value}\n" for day, value in points)
    assert run(write(tmp_path, f"date,value\n{rows}"), tmp_path / "out.csv") == 0
    with (tmp_path / "out.csv").open(encoding="utf-8") as file:
        header, *days, total = csv.reader(file)
    expected = forecast(daily_series(points), 30)
    assert header == ["date", "mean", "lo80", "hi80"]
    assert [row[0] for row in days] == [f"{FIRST + timedelta(days=60 + day)}" for day in range(30)]
    table = np.array([row[1:] for row in days], np.float64)
    np.testing.assert_allclose(table.T, [expected.mean, expected.lo80, expected.hi80], rtol=1e-9)
    whole = expected.total(30)
    assert total[0] == "total"
    assert [float(cell) for cell in total[1:]] == pytest.approx(
        [whole.mean, whole.lo80, whole.hi80]
    )


def test_order_holes_times_and_other_columns_do_not_matter(tmp_path: Path) -> None:
    text = "\ufeffnote,date,value\n\na,2024-01-03 00:00:00,5\nb,2024-01-01,5\nc,2024-01-04T00:00,\n"
    assert run(write(tmp_path, text), tmp_path / "out.csv", "--horizon", "2") == 0
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[:2] for line in lines[1:]] == [
        ["2024-01-05", "5"],
        ["2024-01-06", "5"],
        ["total", "10"],
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("", "row 1: expected the columns date,value, got nothing", id="empty file"),
        pytest.param(
            "day,value\n", "row 1: expected the columns date,value, got day", id="no date"
        ),
        pytest.param("date,value\n", "expected at least one day with a value", id="no rows"),
        pytest.param(
            "date,value\n2024-01-01,1\n2024-13-01,1\n",
            "row 3, column date: expected a date as 2026-11-23, got '2024-13-01'",
            id="no such month",
        ),
        pytest.param(
            "date,value\n2024-01-01,1,2\n,1\n", "row 3, column date: expected a date", id="no day"
        ),
        pytest.param(
            "date,value\n2024-01-01,dear\n",
            "row 2, column value: expected a number or nothing, got 'dear'",
            id="no number",
        ),
        pytest.param(
            "date,value\n2024-01-01,inf\n", "row 2, column value: expected at most", id="infinite"
        ),
        pytest.param(
            "date,value\n2024-01-01,1\n2024-01-01,1\n",
            "row 3, column date: expected each day once, got 2024-01-01 already in row 2",
            id="twice",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    text: str, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write(tmp_path, text)
    assert run(source, tmp_path / "out.csv") == 2
    said = capsys.readouterr().err
    assert str(source) in said
    assert reason in said
    assert not (tmp_path / "out.csv").exists()


def test_a_horizon_out_of_range_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write(tmp_path, "date,value\n2024-01-01,1\n")
    assert run(source, tmp_path / "out.csv", "--horizon", "0") == 2
    assert "horizon: expected 1..366 days, got 0" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "missing.csv", tmp_path / "out.csv") == 2
    assert "missing.csv" in capsys.readouterr().err


def test_bytes_that_are_no_text_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "daily.csv"
    source.write_bytes(b"date,value\n2024-01-01,\xff\n")
    assert run(source, tmp_path / "out.csv") == 2
    assert f"{source}: expected CSV in UTF-8" in capsys.readouterr().err
