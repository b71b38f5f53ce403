"""The three ways to tell good events in a burn-rate rule, and what is refused of mixtures."""

from typing import Any

import msgspec
import pytest

from shared.domain.rule.input import parse_rule
from shared.errors import InvalidInput

_LATENCY = {
    "name": "r",
    "kind": "burn_rate",
    "objective": 0.99,
    "metric": "model_response_time",
    "below_ms": 2000,
}
_TOTAL = {"metric": "model_requests_total"}
_ERRORS = {"metric": "model_errors_total", "filter": {"error_class": "server"}}
_SUMS = {"name": "r", "kind": "burn_rate", "objective": 0.999, "bad": _ERRORS, "total": _TOTAL}


def _faults(body: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(InvalidInput) as refused:
        parse_rule(msgspec.json.encode(body))
    return {fault.path: fault.reason for fault in refused.value.faults}


def _without(body: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: each for name, each in body.items() if name not in names}


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        pytest.param(_without(_SUMS, "bad", "total"), ["total"], id="no indicator"),
        pytest.param(_without(_SUMS, "bad"), ["good"], id="total alone"),
        pytest.param(_without(_SUMS, "total"), ["total"], id="bad alone"),
        pytest.param(_SUMS | {"good": _TOTAL}, ["bad"], id="good and bad"),
        pytest.param(_without(_LATENCY, "below_ms"), ["below_ms"], id="timer without a limit"),
        pytest.param(_without(_LATENCY, "metric"), ["metric"], id="limit without a timer"),
        pytest.param(_SUMS | _LATENCY, ["below_ms", "metric"], id="sums and latency"),
        pytest.param(
            _SUMS | {"total": {"metric": "model_error_rate"}}, ["total.metric"], id="no counter"
        ),
        pytest.param(_SUMS | {"bad": {"filter": {}}}, ["bad.metric"], id="no metric"),
        pytest.param(_SUMS | {"bad": _ERRORS | {"x": 1}}, ["bad.x"], id="unknown inside"),
        pytest.param(_LATENCY | {"metric": "model_tokens_used"}, ["metric"], id="no timer"),
        pytest.param(_SUMS | {"group_by": ["error_type"]}, ["group_by"], id="group of errors only"),
        pytest.param(_SUMS | {"filter": {"error_class": "x"}}, ["filter"], id="filter of errors"),
        pytest.param(_SUMS | {"objective": 0.8, "windows": "fast"}, ["objective"], id="can't fire"),
    ],
)
def test_good_events_are_told_in_exactly_one_way(body: dict[str, Any], paths: list[str]) -> None:
    assert sorted(_faults(body)) == paths
