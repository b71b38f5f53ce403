"""What is said of models that are to retire."""

from datetime import date

import pytest

from shared.domain.cost.retirement_notes import retirement_notes
from shared.domain.label import Labels
from shared.domain.price.pricing import Pricing
from shared.domain.price.retirement import Retirement
from tests.domain.cost.cost_factories import AROUND, TODAY, config, pricing
from tests.domain.factories import request, rollup

GONE = date(2027, 1, 31)
ALPHA: Labels = (("model", "alpha"),)


def note(*successors: str, labels: Labels = ALPHA, retires: str = "alpha", **fields: str) -> str:
    """Return what is said of 3 million tokens of alpha at 1.25, and as many of beta."""
    prices = pricing(held=config(model="alpha", type="GlobalProvisionedManaged", ptu=15))
    known = Pricing(
        prices.book,
        prices.deployments,
        prices.names,
        {retires: Retirement(retires, GONE, successors)},
    )
    given = {"input_tokens": 3_000_000, "output_tokens": 0, "duration_ms": 0.0}
    records = [request(**given | {"model": name} | fields) for name in ("alpha", "beta")]
    return retirement_notes([rollup(*records)], known, [labels], AROUND, TODAY).get(labels, "")


@pytest.mark.parametrize(
    ("successors", "said"),
    [
        ((), "alpha retires on 2027-01-31, no successor is named"),
        (
            ("beta",),
            "alpha retires on 2027-01-31; its traffic of 30 days costs 7.50 USD, on beta 1.00 USD",
        ),
        (
            ("gamma", "beta"),
            "alpha retires on 2027-01-31; its traffic of 30 days costs 7.50 USD, "
            "gamma has no price for it and on beta 1.00 USD",
        ),
    ],
)
def test_successors_are_named_with_their_cost(successors: tuple[str, ...], said: str) -> None:
    assert note(*successors) == said


def test_on_capacity_tokens_cost_nothing_and_so_only_names_are_told() -> None:
    told = note("beta", "gamma", deployment="held")

    assert told == "alpha retires on 2027-01-31, successor beta or gamma"


@pytest.mark.parametrize("labels", [(), (("model", "delta"),), (("model", "beta"),)])
def test_several_models_none_and_those_that_stay_have_nothing_to_be_told(labels: Labels) -> None:
    assert note("beta", labels=labels) == ""
