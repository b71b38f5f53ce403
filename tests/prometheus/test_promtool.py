"""Alert states and values are Prometheus's, evaluation by evaluation, told by Prometheus itself.

Every case's rule goes through `POST /api/v1/rules/backtest`; what comes back, each evaluation of
each label set, becomes assertions in a file for `promtool test rules`, which evaluates the same
rule in PromQL over the same samples.
"""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.domain.timeline import DAY_M, floor_to, instant, minute_of, rfc3339
from tests.prometheus.cases import LENGTH_M, Case, Labels, every_case
from tests.prometheus.promtool import PROMTOOL, Outcome, Seen, check
from tests.triggers.http_app import HttpApp, http_app

pytestmark = pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed")

CASES = every_case()
GROUPS = sorted({case.group for case in CASES})
_BATCH = 5_000


@pytest.fixture(scope="module")
def outcomes() -> dict[str, list[tuple[Case, Outcome]]]:
    """Return what our backtests make of all cases, by group."""
    return asyncio.run(_outcomes())


async def _outcomes() -> dict[str, list[tuple[Case, Outcome]]]:
    # A day so long ago that all of it is complete.
    start = instant(floor_to(minute_of(datetime.now(UTC)), DAY_M) - DAY_M)
    with http_app(live=True) as http:
        records = [record for case in CASES for record in _records(case, start)]
        for at in range(0, len(records), _BATCH):
            answer = await http.send("post_metrics", {"metrics": records[at : at + _BATCH]})
            assert answer.status == 202, answer.body
        await http.tick()
        found = [(case, await _outcome(http, case, start)) for case in CASES]
    return {group: [each for each in found if each[0].group == group] for group in GROUPS}


def _records(case: Case, start: datetime) -> list[dict[str, Any]]:
    step = timedelta(minutes=1) / (case.samples_m + 1)
    return [
        {
            "name": case.name,
            "kind": "counter" if case.is_counter else "gauge",
            "value": value,
            "timestamp": rfc3339(start + minute * timedelta(minutes=1) + (at + 1) * step),
            "attributes": dict(labels),
        }
        for labels, minutes in case.series.items()
        for minute, values in enumerate(minutes)
        for at, value in enumerate(values)
    ]


async def _outcome(http: HttpApp, case: Case, start: datetime) -> Outcome:
    """Return what our backtest makes of a case."""
    aggregation = {"increase": "sum", "avg_by": "avg"}.get(case.aggregation, case.aggregation)
    rule = {
        "name": case.name,
        "metric": case.name,
        "aggregation": aggregation,
        "window_s": case.window_m * 60,
        "comparison": case.comparison,
        "threshold": case.threshold,
        "for_s": case.for_m * 60,
        "keep_firing_for_s": case.keep_firing_for_m * 60,
        "group_by": list(case.group_by),
        "no_data": "ok",
    }
    end = start + timedelta(minutes=LENGTH_M)
    answer = await http.send(
        "post_backtest", {"rule": rule, "start": rfc3339(start), "end": rfc3339(end)}
    )
    assert answer.status == 200, answer.body
    return {_labels(each): _seen(each) for each in answer.body["timelines"]}


def _labels(timeline: dict[str, Any]) -> Labels:
    return tuple(timeline["labels"].items())


def _seen(timeline: dict[str, Any]) -> list[Seen]:
    assert len(timeline["evaluations"]) == LENGTH_M + 1
    return [Seen(each["state"], each["value"]) for each in timeline["evaluations"]]


def test_there_are_at_least_sixty_cases_of_different_names() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 60


@pytest.mark.parametrize("group", GROUPS)
def test_prometheus_comes_to_the_same_states_and_values(
    outcomes: dict[str, list[tuple[Case, Outcome]]], group: str, tmp_path: Path
) -> None:
    assert check(outcomes[group], tmp_path) == ""


def test_most_cases_fire_and_most_rest_now_and_then(
    outcomes: dict[str, list[tuple[Case, Outcome]]],
) -> None:
    states = [
        {seen.state for minutes in outcome.values() for seen in minutes}
        for group in outcomes.values()
        for _, outcome in group
    ]

    assert sum("firing" in seen for seen in states) >= 0.7 * len(CASES)
    assert sum("inactive" in seen for seen in states) >= 0.9 * len(CASES)
    assert sum("pending" in seen for seen in states) >= 0.3 * len(CASES)


@pytest.mark.parametrize("wrong", ["state", "value"])
def test_a_wrong_expectation_is_noticed(
    outcomes: dict[str, list[tuple[Case, Outcome]]], wrong: str, tmp_path: Path
) -> None:
    case, outcome = outcomes["for"][2]
    ((labels, minutes),) = outcome.items()
    bent = list(minutes)
    bent[4] = replace(bent[4], state="firing") if wrong == "state" else replace(bent[4], value=8.0)
    assert bent != minutes

    assert "time: 4m" in check([(case, {labels: bent})], tmp_path)
