"""Failures by why: each class has a remedy of its own, and none is blamed for another."""

from typing import Any

import numpy as np
import pytest

from shared.domain.advice import failures
from shared.domain.advice.ground import Conclusion, Limits
from shared.domain.deployment.deployment import DeploymentConfig
from shared.domain.recommendation.recommendation import Category, Priority, Target
from shared.domain.verification.verdict import Metric
from tests.domain.advice.ground_factories import Day, days_of, ground_of, stands

DAYS, SIZE = 7, 500

QUOTA = {"status_code": 429, "error_type": "rate_limit_exceeded"}
CAPACITY = {"status_code": 429, "error_type": "no_capacity"}
SERVER = {"status_code": 503}
CLIENT = {"status_code": 400, "error_type": "context_length_exceeded"}
FILTERED = {"status_code": 400, "error_type": "content_filter"}
TIMEOUT = {"error_type": "timeout"}


def failing(*shares: tuple[float, dict[str, Any]], **fields: Any) -> list[Day]:
    """Return days on which requests fail in several ways, each in its share."""

    def one(draw: np.random.Generator, _: int) -> dict[str, Any]:
        at = draw.random()
        for share, outcome in shares:
            if at < share:
                return outcome
            at -= share
        return {"input_tokens": 100, "output_tokens": 10} | fields

    return list(days_of(DAYS, SIZE, one))


def told(days: list[Day], **fields: Any) -> dict[str, Conclusion]:
    found = failures.conclude(ground_of(days, **fields))
    return {each.kind: each for each in found}


def kinds(found: dict[str, Conclusion]) -> list[str]:
    return [kind for kind, each in found.items() if each.advice is not None]


@pytest.mark.parametrize(
    ("outcome", "share", "kind", "says"),
    [
        (QUOTA, 0.03, "quota", "raise the quota"),
        (CAPACITY, 0.03, "capacity", "had no capacity"),
        (SERVER, 0.03, "server_errors", "try again after a growing, random wait"),
        (CLIENT, 0.08, "client_errors", "do not retry, mend it"),
        (FILTERED, 0.08, "content_filter", "Trying again does not help"),
        (TIMEOUT, 0.08, "timeout_errors", "hold the timeout against"),
    ],
)
def test_each_class_of_errors_has_its_own_remedy(
    outcome: dict[str, Any], share: float, kind: str, says: str
) -> None:
    found = told(failing((share, outcome)))
    assert kinds(found) == [kind]
    made = found[kind].advice
    assert made is not None
    assert says in made.description
    assert made.category is Category.RELIABILITY
    assert made.target == Target(Metric.ERROR_RATE)
    assert made.expected_improvement is not None
    assert made.expected_improvement.high == 100.0


def test_quota_is_told_apart_from_capacity_and_the_rest() -> None:
    found = told(failing((0.06, QUOTA), (0.02, SERVER), (0.04, CLIENT)))
    assert kinds(found) == ["quota", "server_errors", "client_errors"]
    made = found["quota"].advice
    assert made is not None
    assert made.priority is Priority.CRITICAL
    assert made.expected_improvement is not None
    assert made.expected_improvement.low < 50 < made.expected_improvement.high
    assert "not for want of capacity" in made.description


@pytest.mark.parametrize(
    "shares",
    [
        pytest.param([], id="none"),
        pytest.param([(0.004, QUOTA), (0.004, SERVER)], id="few"),
        pytest.param([(0.02, CLIENT)], id="few of the client's fault"),
    ],
)
def test_few_failures_are_no_reason(shares: list[tuple[float, dict[str, Any]]]) -> None:
    found = told(failing(*shares))
    assert kinds(found) == []
    assert set(found) == set(failures.KINDS)


def test_past_the_limit_every_large_part_is_told() -> None:
    days = failing((0.04, CLIENT), (0.04, FILTERED))
    assert kinds(told(days)) == ["client_errors", "content_filter"]
    assert kinds(told(days, limits=Limits(error_rate=0.10))) == []


def test_too_few_requests_say_nothing() -> None:
    assert told([own[:10] for own in failing((0.5, QUOTA))]) == {}


def test_a_bad_day_among_good_ones_is_no_rule() -> None:
    days = [*failing()[:6], failing((0.1, SERVER))[6]]
    assert kinds(told(days)) == []


def test_limits_far_above_the_answers_use_up_the_quota() -> None:
    found = told(failing((0.03, QUOTA), max_tokens=2_000))
    made = found["quota"].advice
    assert made is not None
    assert "lower max_tokens" in made.description


def test_what_is_known_of_the_deployment_is_told() -> None:
    config = DeploymentConfig(tpm_quota=120_000, ptu=50, spillover_to="spill")
    found = told(failing((0.03, QUOTA), (0.03, CAPACITY)), deployment=config)
    quota, capacity = found["quota"].advice, found["capacity"].advice
    assert quota is not None
    assert quota.evidence["tokens_per_minute_quota"] == 120_000
    assert capacity is not None
    assert "check that spill takes what spills over" in capacity.description


def test_a_proposal_stays_while_failures_are_nearly_as_many() -> None:
    standing = stands(told(failing((0.03, SERVER)))["server_errors"])
    days = failing((0.0145, SERVER))
    assert kinds(told(days)) == []
    assert kinds(told(days, standing=[standing])) == ["server_errors"]
