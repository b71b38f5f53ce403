"""Rules as people write them: what is filled in, what is refused, and how it is said."""

from typing import Any

import msgspec
import pytest

from shared.domain.metric.window import Aggregation
from shared.domain.rule.input import parse_rule, parse_rules
from shared.domain.rule.rule import AlertRule
from shared.domain.rule.threshold import ThresholdRule
from shared.domain.rule.words import Comparison, NoData, Severity
from shared.errors import InvalidInput

_LEAST = {"name": "r", "metric": "queue_depth", "comparison": ">", "threshold": 5}


def _parse(**fields: Any) -> AlertRule:
    return parse_rule(msgspec.json.encode(_LEAST | fields))


def _faults(body: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(InvalidInput) as refused:
        parse_rule(msgspec.json.encode(body))
    return {fault.path: fault.reason for fault in refused.value.faults}


def test_the_least_rule_has_the_defaults_of_the_contract() -> None:
    assert _parse() == ThresholdRule(
        name="r",
        description="",
        metric="queue_depth",
        aggregation=Aggregation.AVG,
        window_s=300,
        comparison=Comparison.ABOVE,
        threshold=5.0,
        for_s=0,
        keep_firing_for_s=0,
        cooldown_s=300,
        repeat_interval_s=14_400,
        group_by=(),
        filter={},
        min_samples=1,
        no_data=NoData.KEEP,
        severity=Severity.WARNING,
        labels={},
        runbook_url="",
        enabled=True,
    )


def test_the_example_of_the_contract_comes_back_as_it_was_sent() -> None:
    body = {
        "name": "slow-gpt4o",
        "description": "...",
        "kind": "threshold",
        "metric": "model_response_time",
        "aggregation": "p95",
        "window_s": 300,
        "comparison": ">",
        "threshold": 5000,
        "for_s": 180,
        "keep_firing_for_s": 0,
        "cooldown_s": 300,
        "repeat_interval_s": 14400,
        "flap_threshold": 3,
        "group_by": ["model", "deployment"],
        "filter": {"model": "gpt-4o"},
        "min_samples": 1,
        "no_data": "keep",
        "severity": "warning",
        "labels": {"team": "web"},
        "runbook_url": "",
        "enabled": True,
    }

    answered = msgspec.json.decode(msgspec.json.encode(parse_rule(msgspec.json.encode(body))))

    assert answered == body


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("model_response_time", ("model", "deployment")),
        ("model_quality_groundedness", ("model", "deployment")),
        ("token_usage_rate", ("model", "deployment")),
        ("queue_depth", ()),
        ("ingest_silence_s", ()),
    ],
)
def test_grouping_depends_on_the_metric(metric: str, expected: tuple[str, ...]) -> None:
    assert _parse(metric=metric).group_by == expected
    assert _parse(metric=metric, group_by=["host"]).group_by == ("host",)


@pytest.mark.parametrize(
    ("word", "comparison"),
    [
        ("greater_than", Comparison.ABOVE),
        ("less_than", Comparison.BELOW),
        ("equals", Comparison.EQUAL),
        ("!=", Comparison.DIFFERENT),
    ],
)
def test_comparisons_may_be_words(word: str, comparison: Comparison) -> None:
    assert _parse(comparison=word).comparison is comparison


def test_everything_wrong_is_named_at_once() -> None:
    faults = _faults(
        {
            "name": "no spaces",
            "threshold": "high",
            "window_s": 90,
            "for_s": -60,
            "colour": "red",
            "runbook_url": "javascript:alert(1)",
        }
    )

    assert set(faults) == {
        "name",
        "metric",
        "comparison",
        "threshold",
        "window_s",
        "for_s",
        "colour",
        "runbook_url",
    }
    assert faults["metric"] == "required, but missing"
    assert faults["colour"] == "unknown field"
    assert faults["window_s"] == "expected a multiple of 60, got 90"
    assert faults["threshold"] == 'expected a number, got "high"'


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("window_s", 0),
        ("window_s", 86_460),
        ("for_s", 59),
        ("keep_firing_for_s", 61),
        ("cooldown_s", -1),
        ("repeat_interval_s", 1.5),
        ("threshold", None),
        ("aggregation", "median"),
        ("comparison", "=>"),
        ("no_data", "ignore"),
        ("severity", "fatal"),
        ("min_samples", -1),
        ("enabled", "yes"),
        ("name", "a" * 129),
        ("group_by", "model"),
        ("runbook_url", "ftp://x"),
    ],
)
def test_a_value_out_of_bounds_is_refused_by_name(field: str, value: Any) -> None:
    assert list(_faults(_LEAST | {field: value})) == [field]


def test_a_fault_inside_a_field_says_where() -> None:
    assert list(_faults(_LEAST | {"group_by": ["model", ""]})) == ["group_by[1]"]


def test_a_label_stands_once_in_group_by() -> None:
    assert _faults(_LEAST | {"group_by": ["a", "a"]}) == {"group_by": "expected each label once"}


@pytest.mark.parametrize("metric", ["model_error_rate", "token_usage_rate", "request_usage_rate"])
def test_a_ratio_has_no_quantiles(metric: str) -> None:
    assert _faults(_LEAST | {"metric": metric, "aggregation": "p95"}) == {
        "aggregation": "expected avg, min or max for a ratio, got p95"
    }
    assert _parse(metric=metric, aggregation="max").aggregation is Aggregation.MAX


def test_an_unknown_kind_is_refused() -> None:
    assert list(_faults(_LEAST | {"kind": "magic"})) == ["kind"]


def test_the_name_may_come_from_the_route_but_not_differ_from_it() -> None:
    nameless = {key: value for key, value in _LEAST.items() if key != "name"}

    assert parse_rule(msgspec.json.encode(nameless), name="slow").name == "slow"
    with pytest.raises(InvalidInput, match="expected 'slow' as in the route, got 'r'"):
        parse_rule(msgspec.json.encode(_LEAST), name="slow")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'"x"'])
def test_what_is_no_rule_at_all_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput, match="expected a rule"):
        parse_rule(body)


def test_a_set_names_each_faulty_rule_by_its_place() -> None:
    body = {"rules": [_LEAST, {"name": "b"}, _LEAST]}

    with pytest.raises(InvalidInput) as refused:
        parse_rules(msgspec.json.encode(body))

    assert [fault.path for fault in refused.value.faults] == [
        "rules[1].metric",
        "rules[1].comparison",
        "rules[1].threshold",
        "rules[2].name",
    ]


def test_a_set_is_read_in_order() -> None:
    body = {"rules": [_LEAST, _LEAST | {"name": "a"}]}

    assert [each.name for each in parse_rules(msgspec.json.encode(body))] == ["r", "a"]


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"rules": 1}', b'{"rules": [], "x": 1}'])
def test_what_is_no_set_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput):
        parse_rules(body)


def test_what_is_allowed_is_said_in_words() -> None:
    faults = _faults(_LEAST | {"name": "a b", "comparison": "=>"})
    assert faults["name"] == 'expected 1 to 128 of A-Z a-z 0-9 _ -, got "a b"'
    assert faults["comparison"].startswith("expected one of >, >=, <, <=, ==, !=, greater_than, ")
