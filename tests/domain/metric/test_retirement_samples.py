"""Days that models in use have left."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from shared.domain.deployment.deployment import DeploymentConfig, quota_book
from shared.domain.metric import names
from shared.domain.metric.samples import Samples
from shared.domain.metric.sampling import Data, samples_of
from shared.domain.price.model_name import model_names
from shared.domain.price.pricing import Pricing
from shared.domain.price.retirement import Retirement
from shared.domain.timeline import minute_of
from tests.domain.factories import MINUTE, T0, request, rollup

MIDNIGHT = datetime.combine(T0.date() + timedelta(days=1), datetime.min.time(), T0.tzinfo)
IN_TEN_DAYS = T0.date() + timedelta(days=10)


def left(
    *records: dict[str, Any],
    group_by: tuple[str, ...] = ("model",),
    deployments: dict[str, DeploymentConfig] | None = None,
    **where: str,
) -> Samples:
    retirements = {
        "alpha": Retirement("alpha", IN_TEN_DAYS),
        "beta": Retirement("beta", date(2026, 1, 1)),
    }
    pricing = Pricing(
        deployments=quota_book((deployments or {}).items()),
        names=model_names({"alpha": "alpha", "Alpha": "alpha", "beta": "beta"}),
        retirements=retirements,
    )
    made = rollup(*(request(**{"duration_ms": 0.0} | each) for each in records))
    return samples_of(names.DAYS_TO_RETIREMENT, Data([made], pricing=pricing), group_by, where)


def test_days_are_counted_from_the_day_of_each_request() -> None:
    last, first = MIDNIGHT - MINUTE, MIDNIGHT
    found = left({"model": "alpha", "start_time": last}, {"model": "alpha", "start_time": first})

    assert found.slots.tolist() == [minute_of(last), minute_of(first)]
    assert found.low.tolist() == [10.0, 9.0]


@pytest.mark.parametrize(
    ("fields", "days"),
    [
        ({"model": "ALPHA"}, 10.0),
        ({"model": "mine", "deployment": "mine"}, 10.0),
        ({"model": "beta"}, float((date(2026, 1, 1) - T0.date()).days)),
    ],
)
def test_a_model_is_known_by_any_of_its_spellings(fields: dict[str, str], days: float) -> None:
    found = left(fields, deployments={"mine": DeploymentConfig(model="alpha")})

    assert found.low.tolist() == found.high.tolist() == [days]
    assert found.groups == [(("model", fields["model"]),)]


def test_models_without_a_date_have_no_samples() -> None:
    assert len(left({"model": "gamma"}, {"model": "alphabet"})) == 0
    assert len(left({"model": "alpha"}, application="other")) == 0


def test_a_wider_group_has_its_least_days_and_the_mean_over_requests() -> None:
    found = left({"model": "alpha"}, {"model": "alpha"}, {"model": "beta"}, group_by=())
    gone = float((date(2026, 1, 1) - T0.date()).days)

    assert found.low.tolist() == [gone]
    assert found.high.tolist() == [10.0]
    assert found.count.tolist() == [3]
    assert (found.total / found.base).tolist() == pytest.approx([(20 + gone) / 3])
