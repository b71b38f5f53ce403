"""How much of its quota a deployment takes: against counting, and what is advised of it."""

from datetime import timedelta

import pytest

from shared.domain.advice import failures
from shared.domain.advice.quota_use import QuotaUse, quota_use
from shared.domain.deployment.deployment import DeploymentConfig, quota_book
from shared.domain.recommendation.recommendation import Priority, Target
from shared.domain.verification.verdict import Metric
from tests.domain.advice.ground_factories import days_of, ground_of, stands
from tests.domain.factories import MINUTE, T0, request, rollup


def used(**quotas: int) -> dict[str, QuotaUse]:
    """Return the use of minutes of 100, 500 and 1,000 tokens, in 1, 5 and 10 requests."""
    requests = [
        request(
            start_time=T0 + minute * MINUTE + timedelta(seconds=at),
            deployment="mini",
            input_tokens=40,
            output_tokens=10,
            max_tokens=60,
        )
        for minute, size in enumerate((1, 5, 10))
        for at in range(size)
    ]
    return quota_use([rollup(*requests)], quota_book([("mini", DeploymentConfig(**quotas))]))


@pytest.mark.parametrize(
    ("quotas", "busy", "peak"),
    [
        ({"tpm_quota": 2_000}, 0, 0.5),
        ({"tpm_quota": 1_111}, 1, 1_000 / 1_111),
        ({"tpm_quota": 500}, 2, 2.0),
        ({"rpm_quota": 5}, 2, 2.0),
        ({"tpm_quota": 2_000, "rpm_quota": 10}, 1, 1.0),
    ],
)
def test_the_greater_share_of_tokens_and_requests_counts(
    quotas: dict[str, int], busy: int, peak: float
) -> None:
    found = used(**quotas)["mini"]
    assert (found.minutes, found.busy) == (3, busy)
    assert found.peak == pytest.approx(peak)


def test_without_a_quota_there_is_no_use_of_it() -> None:
    assert used() == {}
    assert quota_use([], quota_book([])) == {}


def told(use: QuotaUse | None, **fields: object) -> failures.Conclusion:
    days = days_of(1, 400, lambda *_: {"input_tokens": 10, "output_tokens": 10})
    found = failures.conclude(ground_of(days, quota_use=use, **fields))
    (quota,) = [each for each in found if each.kind == "quota"]
    return quota


def test_a_quota_nearly_used_up_is_told_before_anything_is_turned_away() -> None:
    found = told(QuotaUse(minutes=600, busy=7, peak=0.97))
    assert found.advice is not None
    assert found.advice.priority is Priority.MEDIUM
    assert found.advice.expected_improvement is None
    assert found.advice.target == Target(Metric.THROTTLED_SHARE)
    assert "7 minutes of the last day" in found.advice.description


def test_a_busy_minute_now_and_then_is_not() -> None:
    assert told(None).advice is None
    assert told(QuotaUse(600, 4, 1.2)).advice is None
    standing = stands(told(QuotaUse(600, 7, 0.97)))
    assert told(QuotaUse(600, 4, 1.2), standing=[standing]).advice is not None
