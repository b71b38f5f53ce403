"""The cost estimate of docs/deploy.md is what its own prices and quantities come to."""

import re

import pytest

from tests.infra.deployment import deployed
from tests.test_agreement import documents

SECTION = documents()["docs/deploy.md"].split("## What it costs")[1]
ROWS = {
    cells[0].replace("*", ""): [cell.strip("*") for cell in cells[1:]]
    for line in SECTION.splitlines()
    if line.startswith("| ")
    for cells in [[cell.strip() for cell in line.strip("|").split(" | ")]]
}
SIZES = range(3)


def row(beginning: str) -> list[float]:
    """Return the numbers of the row that begins so, its own arithmetic left out."""
    (found,) = [cells for name, cells in ROWS.items() if name.startswith(beginning)]
    return [float(cell.replace(",", "")) for cell in found]


def prices(beginning: str) -> list[float]:
    """Return the prices of a row of the first table."""
    (found,) = [cells for name, cells in ROWS.items() if name.startswith(beginning)]
    return [float(each) for each in found[0].split("; ")]


def of_benchmarks(pattern: str) -> float:
    """Return the figure that a row of docs/benchmarks.md begins with."""
    (found,) = re.findall(rf"^\| {pattern}.*?\| ([\d.,]+)", documents()["docs/benchmarks.md"], re.M)
    return float(found.replace(",", ""))


@pytest.mark.parametrize("at", SIZES)
def test_quantities_follow_from_traffic(at: int) -> None:
    requests, records = row("requests a day")[at], row("records a post")[at]
    posts = row("posts a month")[at]
    assert posts == requests * 30 / records
    assert row("posts, GB-s")[at] == posts * 2
    assert row("timers, 3 a minute and 3 an hour")[at] == (3 * 43_200 + 3 * 720) * 2
    per_million = of_benchmarks(r"storage operations a million records[^|]*\| [^|]*")
    assert f"{per_million:,.0f} a million records" in SECTION
    rolled_up = requests * 30 / 1e6 * per_million if requests > 1_000 else 0
    assert row("operations on tables")[at] == round(43_200 * 98 + rolled_up)
    bytes_each = of_benchmarks(r"stored bytes a full record[^|]*\| [^|]*")
    assert f"35 days x {bytes_each} bytes" in SECTION
    assert row("stored, 35 days")[at] == round(requests * 35 * bytes_each / 1e9, 2)
    sets = row("label sets busy")[at]
    assert row("minute metrics")[at] == round(sets * 43_200 * 13 * 424 / 1e9, 2)


@pytest.mark.parametrize("at", SIZES)
def test_costs_are_quantities_times_prices_and_add_up(at: int) -> None:
    gb_s = row("posts, GB-s")[at] + row("timers, 3")[at]
    runs = row("posts a month")[at] + 3 * 43_200 + 3 * 720
    often, seldom = prices("a log alert rule")
    parts = {
        "compute": gb_s * prices("Flex Consumption")[0],
        "executions": runs / 1e6 * prices("the same, a million executions")[0],
        "operations (": row("operations on tables")[at] / 1e4 * prices("tables, 10,000")[0],
        "stored (": row("stored, 35 days")[at] * prices("tables, a GB")[0],
        "telemetry": max(0.0, row("minute metrics")[at] - 5) * prices("Log Analytics")[0],
        "alert rules": 6 * often + 3 * seldom,
    }
    for name, cost_usd in parts.items():
        assert row(name)[at] == pytest.approx(cost_usd, abs=0.0051), name
    assert row("a month")[at] == pytest.approx(sum(row(name)[at] for name in parts))


def test_the_alert_rules_counted_are_those_that_are_deployed() -> None:
    rules = deployed("base", "Microsoft.Insights/scheduledQueryRules")
    often = [each for each in rules if each["properties"]["evaluationFrequency"] == "PT5M"]
    assert (len(often), len(rules) - len(often)) == (6, 3)
