"""Rules in YAML: the same rules, the same faults, and a line for each."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.metric.window import Aggregation
from shared.domain.rule.absence_rule import AbsenceRule
from shared.domain.rule.baseline_rule import BaselineRule
from shared.domain.rule.budget_rule import BudgetRule
from shared.domain.rule.builtin import BUILTIN_RULES
from shared.domain.rule.burn_rate_rule import BurnRateRule, Indicator
from shared.domain.rule.input import parse_rules
from shared.domain.rule.rule import AlertRule
from shared.domain.rule.words import Comparison, NoData, Severity
from shared.domain.rule.yaml_reading import read_yaml
from shared.domain.rule.yaml_set import parse_rules_yaml, rules_as_yaml, stated_fields
from shared.errors import InvalidInput
from tests.domain.rule_factories import rule

_FILE = """\
rules:
  - name: slow-gpt4o
    description: "Slow: more than 5 s."
    metric: model_response_time
    aggregation: p95
    comparison: greater_than
    threshold: 5000
    for_s: 180
    filter: {model: gpt-4o, version: "2024"}
    labels:
      team: no
"""


def _faults(text: str) -> dict[str, str]:
    with pytest.raises(InvalidInput) as refused:
        parse_rules_yaml(text.encode())
    return {fault.path: fault.reason for fault in refused.value.faults}


def test_a_file_is_read_like_the_same_in_json() -> None:
    (found,) = parse_rules_yaml(_FILE.encode())

    assert [found] == parse_rules(read_yaml(_FILE.encode()).json)
    assert (found.threshold, found.comparison) == (5000.0, Comparison.ABOVE)
    assert found.labels == {"team": "no"}


def test_faults_have_the_paths_of_json_and_their_line() -> None:
    text = _FILE.replace("for_s: 180", "for_s: 90").replace("threshold: 5000", "threshold: five")
    with pytest.raises(InvalidInput) as refused:
        parse_rules(read_yaml(text.encode()).json)
    in_json = {fault.path: fault.reason for fault in refused.value.faults}

    assert _faults(text) == {
        "rules[0].threshold": f"{in_json['rules[0].threshold']} (line 7)",
        "rules[0].for_s": "expected a multiple of 60, got 90 (line 8)",
    }


@pytest.mark.parametrize("text", ["2024", "-1.5", "true", "null"])
def test_a_text_without_its_quotes_is_refused_and_says_so(text: str) -> None:
    found = _faults(_FILE.replace('"2024"', text).replace("slow-gpt4o", text))

    for path in ("rules[0].name", "rules[0].filter"):
        assert "in YAML, put what looks like a number, true, false or null in quotes" in found[path]


def test_a_number_in_quotes_is_not_taken_for_a_number() -> None:
    found = _faults(_FILE.replace("5000", '"5000"'))

    assert found == {"rules[0].threshold": 'expected a number, got "5000" (line 7)'}


def test_what_has_its_default_is_left_out() -> None:
    shown = stated_fields(rule(severity=Severity.ERROR, window_s=300))

    assert list(shown) == ["name", "metric", "comparison", "threshold", "group_by", "severity"]


def test_the_built_in_rules_come_back_unchanged() -> None:
    rules = list(BUILTIN_RULES.values())

    assert parse_rules_yaml(rules_as_yaml(rules)) == rules


def test_no_rules_are_a_set_too() -> None:
    assert parse_rules_yaml(rules_as_yaml([])) == []


def _from_json(each: AlertRule) -> AlertRule:
    """Return a rule built from its stated fields alone, as any reader of JSON would."""
    stated = {"kind": "threshold"} | stated_fields(each)
    return msgspec.json.decode(json.dumps(stated), type=AlertRule)


@pytest.mark.parametrize(
    "each",
    [
        AbsenceRule(name="a", metric="heartbeat", for_s=600),
        BaselineRule(name="b", metric="model_response_time", deviations=3.0),
        BudgetRule(name="c", budget="all", forecast=True),
        BurnRateRule(
            name="d",
            objective=0.99,
            bad=Indicator("model_errors_total"),
            total=Indicator("model_requests_total", {"model": "a"}),
        ),
        BurnRateRule(
            name="e", objective=0.9, latency_metric="model_response_time", below_ms=2_000.0
        ),
    ],
    ids=lambda each: each.name,
)
def test_a_rule_of_any_kind_is_whole_without_its_defaults(each: AlertRule) -> None:
    assert _from_json(each) == each


_name = st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True)
_text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
_texts = st.dictionaries(_text, _text, max_size=3)
_minutes = st.integers(1, 60).map(lambda minutes: minutes * 60)
_rules = st.fixed_dictionaries(
    {"name": _name, "metric": _text, "comparison": st.sampled_from(Comparison)},
    optional={
        "threshold": st.floats(-1e300, 1e300),
        "description": _text,
        "aggregation": st.sampled_from([Aggregation.AVG, Aggregation.MIN, Aggregation.MAX]),
        "window_s": _minutes,
        "for_s": _minutes,
        "group_by": st.lists(_text, max_size=3, unique=True).map(tuple),
        "filter": _texts,
        "labels": _texts,
        "min_samples": st.integers(0, 1 << 53),
        "no_data": st.sampled_from(NoData),
        "severity": st.sampled_from(Severity),
        "enabled": st.booleans(),
    },
)


@given(st.lists(_rules, max_size=3, unique_by=lambda fields: fields["name"]))
def test_an_exported_set_is_read_back_unchanged(sets: list[dict[str, Any]]) -> None:
    rules = [rule(**fields) for fields in sets]

    assert parse_rules_yaml(rules_as_yaml(rules)) == rules
