from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.price.offer import Geography
from shared.domain.price.ptu import PTU_SIZINGS, PtuSizing, ptu_sizing

DAY = date(2026, 11, 23)


def sizing(model: str) -> PtuSizing:
    found = ptu_sizing(model, DAY)
    assert found is not None
    return found


# Microsoft's own worked example for gpt-5.2: 1,000 requests a minute of 200 and 20 tokens are
# 105.88 PTU, 76.47 where half of the input is cached.
@pytest.mark.parametrize(
    ("cached", "geography", "ptu"),
    [
        (0.0, Geography.DATA_ZONE, 110),
        (0.5, Geography.DATA_ZONE, 80),
        (0.0, Geography.REGIONAL, 150),
        (0.5, Geography.REGIONAL, 100),
    ],
)
def test_the_published_example_comes_out(cached: float, geography: Geography, ptu: int) -> None:
    rule = sizing("gpt-5.2")
    weights = rule.weights_above(200)
    sent, made = 200_000, 20_000
    normalized = (
        sent * (1 - cached) * weights.input
        + sent * cached * weights.cached_input
        + made * weights.output
    )
    assert rule.size(normalized, geography) == ptu


# By the agreed facts: input TPM per PTU and output ratio.
@pytest.mark.parametrize(
    ("model", "tpm", "ratio"),
    [
        ("gpt-4o", 2_500, 4),
        ("gpt-4o-mini", 37_000, 4),
        ("gpt-4.1", 3_000, 4),
        ("gpt-4.1-mini", 14_900, 4),
        ("gpt-4.1-nano", 59_400, 4),
        ("o3", 3_000, 4),
        ("o4-mini", 5_400, 4),
        ("gpt-5", 4_750, 8),
        ("gpt-5-mini", 23_750, 8),
        ("gpt-5.4", 2_400, 6),
    ],
)
def test_agreed_sizes(model: str, tpm: int, ratio: int) -> None:
    rule = sizing(model)
    assert (rule.tpm_per_ptu, rule.weights) == (tpm, (1.0, 0.0, 1.0, ratio))


def test_from_gpt_6_on_tokens_weigh_what_they_cost() -> None:
    rule = sizing("gpt-6-sol")
    assert rule.weights_above(272_000) == (1.0, 0.1, 1.25, 5.0)
    assert rule.weights_above(272_001) == (2.0, 0.2, 2.5, 7.5)
    assert ptu_sizing("gpt-6-sol", date(2026, 9, 21)) is None


def test_what_is_not_in_the_table_cannot_be_sized() -> None:
    assert ptu_sizing("gpt-6-luna", DAY) is None
    assert sizing("llama-3.3-70b-instruct").size(1.0, Geography.REGIONAL) is None


@given(
    st.sampled_from(PTU_SIZINGS),
    st.sampled_from(Geography),
    st.floats(0, 1e9),
)
def test_a_size_is_sold_and_carries_its_load(
    rule: PtuSizing, geography: Geography, load: float
) -> None:
    ptu, sizes = rule.size(load, geography), rule.sizes.get(geography)
    if sizes is None:
        assert ptu is None
        return
    assert ptu is not None
    assert ptu * rule.tpm_per_ptu >= load * (1 - 1e-12)
    assert ptu >= sizes.minimum
    assert (ptu - sizes.minimum) % sizes.step == 0
