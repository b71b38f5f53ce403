from decimal import Decimal

import pytest

from shared.domain.price.offer import Geography
from shared.domain.price.reservation_price import Term, reservation_price


@pytest.mark.parametrize(
    ("geography", "term", "region", "usd"),
    [
        (Geography.GLOBAL, Term.MONTH, "swedencentral", 260),
        (Geography.GLOBAL, Term.YEAR, "", 2_652),
        (Geography.DATA_ZONE, Term.MONTH, "East US 2", 286),
        (Geography.REGIONAL, Term.YEAR, "", 2_916),
    ],
)
def test_a_reservation_is_priced_for_its_term(
    geography: Geography, term: Term, region: str, usd: int
) -> None:
    found = reservation_price(geography, term, region)
    assert found is not None
    assert found.usd == Decimal(usd)


@pytest.mark.parametrize("geography", [Geography.DATA_ZONE, Geography.REGIONAL])
def test_a_price_that_nobody_states_is_unpriced(geography: Geography) -> None:
    assert reservation_price(geography, Term.MONTH, "swedencentral") is None
