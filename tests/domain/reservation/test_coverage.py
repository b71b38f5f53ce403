from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.price.offer import Geography
from shared.domain.price.reservation_price import Term
from shared.domain.reservation.coverage import Provisioned, coverage_on
from shared.domain.reservation.reservation import Reservation

DAY = date(2026, 6, 1)


def reservation(name: str = "gp", ptu: int = 100, scope: str = "shared") -> Reservation:
    return Reservation(
        name=name,
        type="GlobalProvisionedManaged",
        region="swedencentral",
        ptu=ptu,
        term=Term.YEAR,
        starts=date(2026, 1, 1),
        ends=date(2027, 1, 1),
        scope=scope,
    )


def deployed(
    name: str, ptu: int, resource: str = "west", geography: Geography = Geography.GLOBAL
) -> Provisioned:
    return Provisioned(resource, name, geography, "swedencentral", ptu)


def test_units_go_to_deployments_in_proportion_to_their_size() -> None:
    found = coverage_on(DAY, [deployed("a", 150), deployed("b", 50)], [reservation(ptu=100)])
    assert found.units("west", "a") == 75
    assert found.units("west", "b") == 25
    assert found.unused == {"gp": 0}


def test_what_nobody_uses_is_left_over() -> None:
    found = coverage_on(DAY, [deployed("a", 15)], [reservation(ptu=100)])
    assert found.units("west", "a") == 15
    assert found.unused == {"gp": 85}


def test_the_scope_of_one_resource_is_used_up_first() -> None:
    owned = [reservation("all", 50), reservation("only-west", 50, scope="west")]
    found = coverage_on(DAY, [deployed("a", 50), deployed("b", 50, resource="east")], owned)
    assert found.covered["west", "a"] == {"only-west": 50}
    assert found.covered["east", "b"] == {"all": 50}


def test_other_types_and_other_days_are_not_covered() -> None:
    regional = deployed("a", 50, geography=Geography.REGIONAL)
    assert coverage_on(DAY, [regional], [reservation()]).units("west", "a") == 0
    before = coverage_on(date(2025, 12, 31), [deployed("a", 50)], [reservation()])
    assert before.units("west", "a") == 0
    assert before.unused == {}


@given(
    st.lists(st.integers(1, 500), min_size=1, max_size=5),
    st.lists(st.integers(1, 500), max_size=4),
)
def test_no_unit_is_covered_twice_and_none_is_lost(sizes: list[int], owned: list[int]) -> None:
    deployments = [deployed(f"d{at}", size) for at, size in enumerate(sizes)]
    reservations = [
        reservation(f"r{at}", ptu, scope="shared" if at % 2 else "west")
        for at, ptu in enumerate(owned)
    ]
    found = coverage_on(DAY, deployments, reservations)
    total = sum(found.units("west", each.deployment) for each in deployments)
    assert total == min(sum(sizes), sum(owned))
    for each in deployments:
        assert 0 <= found.units("west", each.deployment) <= each.ptu
    assert total + sum(found.unused.values()) == sum(owned)
