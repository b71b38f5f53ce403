"""The rules that every installation begins with."""

import msgspec
import pytest

from shared.domain.rule.builtin import BUILTIN_RULES
from shared.domain.rule.input import parse_rule
from shared.domain.rule.rule import AlertRule
from shared.domain.rule.words import Comparison

_CONTRACT = {
    "model_response_time": {"comparison": ">", "threshold": 5000, "severity": "warning"},
    "model_error_rate": {
        "comparison": ">",
        "threshold": 0.05,
        "severity": "error",
        "min_samples": 20,
    },
    "token_usage_rate": {"comparison": ">", "threshold": 0.9, "aggregation": "max"},
    "cpu_utilization": {"comparison": ">", "threshold": 0.8, "group_by": ["resource"]},
    "memory_utilization": {
        "comparison": ">",
        "threshold": 0.85,
        "severity": "error",
        "group_by": ["resource"],
    },
}


@pytest.mark.parametrize("name", _CONTRACT)
def test_the_contract_s_rules_have_its_defaults(name: str) -> None:
    wanted = parse_rule(msgspec.json.encode(_CONTRACT[name] | {"name": name, "metric": name}))

    found = BUILTIN_RULES[name]

    assert msgspec.structs.replace(found, description="") == wanted


def test_overflow_and_silence_are_watched_too() -> None:
    overflow, silence = BUILTIN_RULES["series_overflow"], BUILTIN_RULES["ingest_silence"]

    assert (overflow.metric, overflow.aggregation, overflow.threshold) == (
        "series_overflow_total",
        "sum",
        0.0,
    )
    assert (silence.metric, silence.window_s, silence.threshold) == ("ingest_silence_s", 60, 600.0)
    assert silence.comparison is Comparison.AT_LEAST
    assert overflow.group_by == silence.group_by == ()


@pytest.mark.parametrize("rule", BUILTIN_RULES.values(), ids=list(BUILTIN_RULES))
def test_each_would_be_accepted_from_a_person(rule: AlertRule) -> None:
    assert parse_rule(msgspec.json.encode(rule)) == rule
