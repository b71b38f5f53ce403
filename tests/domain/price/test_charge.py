from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.price.charge import charge, metered
from shared.domain.price.list_price import ContextBand, Meter
from shared.domain.rollup.token_cell import TokenType

RATES = ContextBand(
    0,
    {
        Meter.INPUT: Decimal("1.25"),
        Meter.CACHED_INPUT: Decimal("0.125"),
        Meter.OUTPUT: Decimal(10),
    },
)
COUNTS = st.integers(0, 1 << 50)


def test_each_token_is_charged_once() -> None:
    tokens = {
        TokenType.INPUT: 1_000,
        TokenType.CACHED_INPUT: 400,
        TokenType.OUTPUT: 300,
        TokenType.REASONING: 200,
    }
    counts = metered(tokens)
    assert counts == {Meter.INPUT: 600, Meter.CACHED_INPUT: 400, Meter.OUTPUT: 300}
    # By hand: 600 x 1.25 + 400 x 0.125 + 300 x 10 = 3,800 per million tokens.
    costs = charge(RATES, counts)
    assert costs is not None
    assert sum(costs.values()) == Decimal("0.0038")


def test_cache_writes_without_a_rate_of_their_own_are_input() -> None:
    costs = charge(RATES, {Meter.CACHE_WRITE: 1_000_000})
    assert costs == {Meter.CACHE_WRITE: Decimal("1.25")}


def test_a_meter_without_any_rate_leaves_the_whole_unpriced() -> None:
    assert charge(RATES, {Meter.INPUT: 10, Meter.OTHER: 1}) is None


@given(COUNTS, COUNTS, COUNTS)
def test_costs_of_parts_add_up_to_the_cost_of_the_sum(one: int, other: int, made: int) -> None:
    parts = [
        metered({TokenType.INPUT: one, TokenType.OUTPUT: made}),
        metered({TokenType.INPUT: other}),
    ]
    whole = metered({TokenType.INPUT: one + other, TokenType.OUTPUT: made})
    costs = [charge(RATES, each) for each in (*parts, whole)]
    first, second, both = (sum((each or {}).values(), Decimal(0)) for each in costs)
    assert first + second == both


def test_tokens_reported_under_two_parts_are_charged_once() -> None:
    # 800 of 1,000 are audio and 600 cached, so 400 at least are cached audio.
    tokens = {TokenType.INPUT: 1_000, TokenType.CACHED_INPUT: 600, TokenType.AUDIO_INPUT: 800}
    assert metered(tokens) == {Meter.CACHED_INPUT: 600, Meter.AUDIO_INPUT: 400}


@given(st.dictionaries(st.sampled_from(TokenType), COUNTS))
def test_the_meters_of_a_side_add_up_to_it(tokens: dict[TokenType, int]) -> None:
    counts = metered(tokens | {TokenType.INPUT: 5 << 50, TokenType.OUTPUT: 5 << 50})
    sent = {Meter.INPUT, Meter.CACHED_INPUT, Meter.CACHE_WRITE, Meter.AUDIO_INPUT}
    sent |= {Meter.IMAGE_INPUT}
    assert sum(count for meter, count in counts.items() if meter in sent) == 5 << 50


def test_audio_is_never_charged_as_text() -> None:
    assert charge(RATES, {Meter.AUDIO_INPUT: 1}) is None
    assert charge(RATES, {Meter.IMAGE_INPUT: 1_000_000}) == {Meter.IMAGE_INPUT: Decimal("1.25")}
