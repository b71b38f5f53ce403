import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.price.offer import Geography
from shared.domain.price.reservation_price import Term
from shared.domain.reservation.input import parse_reservation
from shared.domain.reservation.reservation import Reservation
from shared.errors import InvalidInput

BODY: dict[str, Any] = {
    "type": "GlobalProvisionedManaged",
    "region": "swedencentral",
    "ptu": 100,
    "term": "year",
    "from": "2026-01-01",
    "to": "2027-01-01",
}


def parsed(**changed: Any) -> Reservation:
    return parse_reservation(json.dumps(BODY | changed).encode(), name="gp-1")


def test_what_is_left_out_has_defaults() -> None:
    found = parsed()
    assert found == Reservation(
        name="gp-1",
        type="GlobalProvisionedManaged",
        region="swedencentral",
        ptu=100,
        term=Term.YEAR,
        starts=date(2026, 1, 1),
        ends=date(2027, 1, 1),
        scope="shared",
        usd_per_ptu_month=None,
    )


def test_a_price_of_ones_own_is_exact() -> None:
    assert parsed(usd_per_ptu_month="221.10").usd_per_ptu_month == Decimal("221.10")


@pytest.mark.parametrize(
    ("day", "owned"),
    [
        (date(2025, 12, 31), False),
        (date(2026, 1, 1), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
    ],
)
def test_the_last_day_is_the_one_before_the_end(day: date, owned: bool) -> None:
    assert parsed().owned_on(day) is owned


@pytest.mark.parametrize(
    ("changed", "geography", "region", "resource", "covers"),
    [
        ({}, Geography.GLOBAL, "Sweden Central", "west", True),
        ({}, Geography.DATA_ZONE, "swedencentral", "west", False),
        ({}, Geography.GLOBAL, "westeurope", "west", False),
        ({"scope": "west"}, Geography.GLOBAL, "swedencentral", "west", True),
        ({"scope": "west"}, Geography.GLOBAL, "swedencentral", "east", False),
        ({"type": "ProvisionedManaged"}, Geography.REGIONAL, "swedencentral", "", True),
    ],
)
def test_type_region_and_scope_have_to_match(
    changed: dict[str, str], geography: Geography, region: str, resource: str, covers: bool
) -> None:
    assert parsed(**changed).covers(geography, region, resource) is covers


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"type": "GlobalStandard"}, "type"),
        ({"region": ""}, "region"),
        ({"region": "a\nb"}, "region"),
        ({"ptu": 0}, "ptu"),
        ({"term": "week"}, "term"),
        ({"from": "2026-13-01"}, "from"),
        ({"to": "2026-01-01"}, "to"),
        ({"usd_per_ptu_month": "-1"}, "usd_per_ptu_month"),
        ({"usd_per_ptu_month": "NaN"}, "usd_per_ptu_month"),
        ({"name": "other"}, "name"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_each_fault_is_named(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parsed(**changed)
    assert [fault.path for fault in refused.value.faults] == [field]


def test_all_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_reservation(b"{}", name="gp-1")
    assert {fault.path for fault in refused.value.faults} == {*BODY}
