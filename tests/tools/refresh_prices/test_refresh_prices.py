"""The tool as it is run: against a local API, the table that is deployed, a running app."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from shared.adapters.azure_price_table import TABLE
from tests.tools.refresh_prices.retail_api import retail_api, row
from tools.refresh_prices.__main__ import main

KNOWN = [
    row("GPT 5 Mini Inpt Glbl 1M Tokens", 0.25),
    row("GPT 5 Mini cchd Inpt Glbl 1M Tokens", 0.025),
    row("GPT 5 Mini outpt Glbl 1M Tokens", 2.0),
]
LATER = {"effectiveStartDate": "2026-11-01T00:00:00Z"}
CHANGED = [
    row("GPT 5 Inpt Glbl 1M Tokens", 1.0, **LATER),
    row("GPT 5 outpt Glbl 1M Tokens", 8.0, **LATER),
]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    copied = tmp_path / "azure_prices.csv"
    shutil.copy(TABLE, copied)
    return copied


def run(table: Path, *pages: list[dict[str, Any]], options: tuple[str, ...] = ()) -> int:
    with retail_api(*pages) as api:
        return main(["--url", api.url, "--table", str(table), *options])


def test_differences_are_shown_and_nothing_is_written(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = table.read_bytes()
    assert run(table, KNOWN, CHANGED) == 0
    shown = capsys.readouterr().out
    assert "2 prices read, 1 not in the book as they were read" in shown
    assert "gpt-5  GlobalStandard standard  from 2026-11-01: input 1.25" in shown
    assert "-> input 1 output 8" in shown
    assert "nothing written; --apply adds what differs" in shown
    assert table.read_bytes() == before


def test_what_is_known_is_no_difference(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(table, KNOWN) == 0
    assert "1 prices read, 0 not in the book" in capsys.readouterr().out


def test_apply_adds_to_the_table_and_edits_nothing(table: Path) -> None:
    before = table.read_bytes()
    assert run(table, CHANGED, options=("--apply",)) == 0
    added = table.read_bytes().removeprefix(before).decode().splitlines()
    assert len(added) == 1
    assert added[0].startswith("gpt-5,GlobalStandard,standard,,2026-11-01,0,1,,,8,")


def test_meters_that_nobody_knows_are_named(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = row("5.4 inp Gl 1M Tokens", 0)
    assert run(table, [row("9.9 nova inp Gl 1M Tokens", 1), odd]) == 0
    shown = capsys.readouterr().out
    assert "  Azure OpenAI GPT5: 9.9 nova inp Gl 1M Tokens" in shown
    assert "  Azure OpenAI GPT5: 5.4 inp Gl 1M Tokens: expected a price above 0, got 0" in shown


def test_a_reservation_that_costs_otherwise_is_named(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reserved = row(
        "Provisioned Managed Global Unit",
        270,
        "1/Hour",
        productName="Azure AI Foundry Provisioned Throughput Reservation",
        type="Reservation",
        reservationTerm="1 Month",
    )
    assert run(table, [reserved]) == 0
    assert "reservation global month [eastus2]: 260 -> 270 a PTU" in capsys.readouterr().out


def test_an_api_that_cannot_be_read_leaves_everything_as_it_is(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = table.read_bytes()
    with retail_api(KNOWN, refusals=[404]) as api:
        assert main(["--url", api.url, "--table", str(table), "--apply"]) == 1
    assert "404 from http://127.0.0.1" in capsys.readouterr().err
    assert table.read_bytes() == before


def test_rows_can_be_kept_and_read_again(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "rows.json"
    assert run(table, CHANGED, options=("--save", str(kept))) == 0
    once = capsys.readouterr().out
    assert main(["--from", str(kept), "--table", str(table)]) == 0
    assert capsys.readouterr().out == once
