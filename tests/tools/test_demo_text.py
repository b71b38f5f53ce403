"""What the demo prints: options, colours, tables, sparklines, times."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tools.demo.api import DemoError
from tools.demo.drawing import compact, number, sparkline, table
from tools.demo.moments import clock, from_api, lasting, to_api
from tools.demo.options import Options, options_from
from tools.demo.paint import Paint, paint_for
from tools.demo.progress import Progress

T0 = datetime(2026, 11, 23, 10, 5, tzinfo=UTC)


def test_empty_options_are_defaults() -> None:
    empty = {"TRACE": "", "ONCE": "", "PORT": "", "SEED": ""}
    assert options_from(empty) == Options(trace=None, once=False, port=7071, seed=1)


def test_options_are_read(tmp_path: Path) -> None:
    trace = tmp_path / "trace.csv"
    trace.touch()
    stated = {"TRACE": str(trace), "ONCE": "1", "PORT": "7300", "SEED": "9"}
    assert options_from(stated) == Options(trace=trace, once=True, port=7300, seed=9)


@pytest.mark.parametrize(
    "stated", [{"PORT": "x"}, {"PORT": "0"}, {"PORT": "65533"}, {"SEED": "-1"}, {"TRACE": "/no/e"}]
)
def test_an_option_that_makes_no_sense_is_refused_by_name(stated: dict[str, str]) -> None:
    with pytest.raises(DemoError, match=next(iter(stated))):
        options_from(stated)


def test_colour_needs_a_terminal_and_no_objection() -> None:
    assert paint_for({}, terminal=True).bad("x") == "\x1b[1;31mx\x1b[0m"
    assert paint_for({"NO_COLOR": ""}, terminal=True) == Paint(True)
    assert paint_for({"NO_COLOR": "1"}, terminal=True).bad("x") == "x"
    assert paint_for({}, terminal=False).bad("x") == "x"


def test_a_table_aligns_names_left_and_numbers_right() -> None:
    assert table(("name", "n"), [("a", "1,000"), ("long one", "2")], left=1) == [
        "name          n",
        "a         1,000",
        "long one      2",
    ]


def test_a_sparkline_scales_to_the_largest_and_leaves_gaps() -> None:
    assert sparkline([0, 5, None, 10]) == "▁▅ █"
    assert sparkline([0, 0]) == "▁▁"
    assert sparkline([]) == ""


@pytest.mark.parametrize(
    ("count", "text"),
    [(None, "-"), (999, "999"), (1_000, "1.0 k"), (1_234_567, "1.2 M"), (2e9, "2.0 G")],
)
def test_counts_are_shortened(count: float | None, text: str) -> None:
    assert compact(count) == text


def test_numbers_have_separators_and_none_is_a_dash() -> None:
    assert number(12345.6) == "12,346"
    assert number(None) == "-"


def test_times_go_to_the_api_and_back() -> None:
    assert to_api(T0) == "2026-11-23T10:05:00Z"
    assert from_api(to_api(T0)) == T0
    assert from_api(None) is None
    assert clock(T0) == "10:05"


@pytest.mark.parametrize(("minutes", "text"), [(28, "28 min"), (62, "1 h 02 min")])
def test_durations_read_well(minutes: int, text: str) -> None:
    assert lasting(timedelta(minutes=minutes)) == text


@pytest.mark.parametrize(("terminal", "writes"), [(False, 1), (True, 4)])
def test_progress_is_one_line_off_a_terminal(*, terminal: bool, writes: int) -> None:
    out = io.StringIO()
    with Progress("step", out=out, terminal=terminal) as progress:
        progress.show("1 of 2")
        progress.show("2 of 2")
    assert out.getvalue().count("step") == writes
    assert out.getvalue().count("\n") == 1
    assert "2 of 2, in 0.0 s" in out.getvalue()
