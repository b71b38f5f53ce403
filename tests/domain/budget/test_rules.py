"""A budget brings a rule for each threshold and one for its forecast."""

import re
from decimal import Decimal

import msgspec
import pytest

from shared.domain.budget.budget import Budget, covers
from shared.domain.budget.rules import budget_rules
from shared.domain.rule.input import parse_rule
from shared.domain.rule.words import Severity


def budget(name: str = "web", *thresholds: float) -> Budget:
    given = {"thresholds": thresholds} if thresholds else {}
    return Budget(name=name, amount_usd=Decimal(100), **given)


def test_each_threshold_is_watched_and_the_forecast() -> None:
    rules = budget_rules([budget()])

    assert [
        (name, rule.threshold, rule.forecast, rule.severity) for name, rule in rules.items()
    ] == [
        ("budget-web-50", 0.5, False, Severity.INFO),
        ("budget-web-80", 0.8, False, Severity.WARNING),
        ("budget-web-95", 0.95, False, Severity.WARNING),
        ("budget-web-100", 1.0, False, Severity.ERROR),
        ("budget-web-forecast", 1.0, True, Severity.WARNING),
    ]
    assert {rule.budget for rule in rules.values()} == {"web"}
    assert all(rule.repeat_interval_s == 86_400 for rule in rules.values())


def test_shares_between_percents_have_names_of_their_own() -> None:
    assert list(budget_rules([budget("web", 0.995, 0.99)]))[:2] == [
        "budget-web-99_5",
        "budget-web-99",
    ]


@pytest.mark.parametrize("length", [100, 110, 128])
def test_a_long_name_stays_a_name_and_unique(length: int) -> None:
    names = [f"{'b' * (length - 1)}{end}" for end in "xy"]
    rules = budget_rules([budget(name) for name in names])

    assert len(rules) == 10
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,128}", name) for name in rules)


def test_the_rules_are_such_as_people_may_put() -> None:
    for name, rule in budget_rules([budget()]).items():
        assert parse_rule(msgspec.json.encode(rule), name=name) == rule


@pytest.mark.parametrize(
    ("scope", "covered"),
    [
        ({}, True),
        ({"model": "gpt-5"}, True),
        ({"model": "gpt-5", "application": "web"}, True),
        ({"model": "gpt-5-mini"}, False),
        ({"team": "web"}, False),
        ({"environment": ""}, True),
    ],
)
def test_a_scope_covers_what_has_all_of_its_labels(scope: dict[str, str], covered: bool) -> None:
    labels = (("model", "gpt-5"), ("application", "web"), ("environment", ""))

    assert covers(scope, labels) is covered
