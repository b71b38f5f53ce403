import pytest

from shared.domain.price.offer import (
    Billing,
    Geography,
    Offer,
    Tier,
    asked_offer,
    offer_of,
    tier_of,
)
from shared.errors import InvalidInput


@pytest.mark.parametrize(
    ("named", "offer"),
    [
        ("GlobalStandard", Offer(Geography.GLOBAL)),
        ("DataZoneStandard", Offer(Geography.DATA_ZONE)),
        ("data_zone", Offer(Geography.DATA_ZONE)),
        ("Standard", Offer(Geography.REGIONAL)),
        ("GlobalBatch", Offer(Geography.GLOBAL, Billing.BATCH)),
        ("ProvisionedManaged", Offer(Geography.REGIONAL, Billing.PROVISIONED)),
        ("GlobalProvisionedManaged", Offer(Geography.GLOBAL, Billing.PROVISIONED)),
    ],
)
def test_a_deployment_type_names_an_offer(named: str, offer: Offer) -> None:
    assert offer_of(named) == offer == asked_offer(named)


def test_an_unknown_deployment_type_is_no_offer() -> None:
    assert offer_of("Galactic") is None
    with pytest.raises(InvalidInput, match=r"deployment_type: expected GlobalStandard.*'Galactic'"):
        asked_offer("Galactic")


def test_a_tier_that_nobody_asked_for_is_standard() -> None:
    assert [tier_of(each) for each in ("", "default", "auto", "Flex", "priority", "gold")] == [
        Tier.STANDARD,
        Tier.STANDARD,
        Tier.STANDARD,
        Tier.FLEX,
        Tier.PRIORITY,
        None,
    ]
