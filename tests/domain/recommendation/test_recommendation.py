"""Which advice is one recommendation, and what it promises."""

import pytest

from shared.domain.recommendation.recommendation import Improvement, Target, promise_of
from shared.domain.verification.verdict import Metric, Promise
from tests.domain.recommendation_factories import advice, recommendation


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("model", "m"),
        ("deployment", "d"),
        ("application", "a"),
        ("kind", "k"),
        ("setting", "s"),
    ],
)
def test_the_id_tells_what_is_advised_about_what(field: str, text: str) -> None:
    assert recommendation().id == recommendation(description="other words").id
    assert recommendation().id != recommendation(**{field: text}).id


@pytest.mark.parametrize(
    ("expected", "target", "promise"),
    [
        (Improvement(10, 40, "percent"), Target(Metric.RESPONSE_TIME), Promise(10, 40)),
        (Improvement(10, 40, "usd_per_month"), Target(Metric.RESPONSE_TIME), None),
        (Improvement(10, 40, "percent"), None, None),
        (None, Target(Metric.RESPONSE_TIME), None),
    ],
)
def test_a_promise_is_in_percent_of_something_measured(
    expected: Improvement | None, target: Target | None, promise: Promise | None
) -> None:
    assert promise_of(advice(expected_improvement=expected, target=target)) == promise
