"""Billed against computed: the difference taken apart, cent by cent."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.price.list_price import Meter
from shared.domain.price.model_name import model_names
from shared.domain.price.offer import Billing, Geography, Offer, Tier
from shared.domain.reconciliation.charged import Charged, Kind
from shared.domain.reconciliation.comparing import Compared, Reason, compared
from shared.domain.reconciliation.computed import Amount
from shared.domain.reconciliation.subject import Subject, What, subject_of, tokens_of, units_of
from tests.domain.reconciliation.test_export import charged

NAMES = model_names(
    {
        name: name
        for name in (
            "gpt-4.1",
            "gpt-4o-mini",
            "gpt-4o-mini-2024-07-18",
            "gpt-4o",
            "gpt-4o-2024-05-13",
            "gpt-5-mini",
            "gpt-5.1",
            "o3-mini-2025-01-31",
        )
    }
)
GLOBAL = Offer(Geography.GLOBAL)
ZONE = Offer(Geography.DATA_ZONE)
DAY = date(2026, 11, 23)
INPUT = tokens_of("gpt-4.1", Meter.INPUT, GLOBAL)


@pytest.mark.parametrize(
    ("meter", "product", "expected"),
    [
        ("gpt 4.1 Inp glbl Tokens", "Azure OpenAI", INPUT),
        ("gpt 4.1 cached Inp Data Zone Tokens", "", tokens_of("gpt-4.1", Meter.CACHED_INPUT, ZONE)),
        ("gpt-4o-mini-0718-Outp-glbl Tokens", "", tokens_of("gpt-4o-mini", Meter.OUTPUT, GLOBAL)),
        ("gpt 4o 0513 Input global Tokens", "", tokens_of("gpt-4o", Meter.INPUT, GLOBAL)),
        (
            "5 mini pp Inp Gl 1M Tokens",
            "Azure OpenAI GPT5 - 5 mini pp Inp Gl - US East 2",
            tokens_of("gpt-5-mini", Meter.INPUT, GLOBAL._replace(tier=Tier.PRIORITY)),
        ),
        (
            "GPT 5.1 opt Gl 1M Tokens",
            "Azure OpenAI GPT5",
            tokens_of("gpt-5.1", Meter.OUTPUT, GLOBAL),
        ),
        (
            "o3 mini 0131 Batch Outp Data Zone Tokens",
            "Azure OpenAI Reasoning",
            tokens_of("o3-mini", Meter.OUTPUT, ZONE._replace(billing=Billing.BATCH)),
        ),
        ("Provisioned Managed Global Unit", "", units_of(Geography.GLOBAL, reserved=False)),
        ("gpt-9 Inp glbl Tokens", "", Subject(What.OTHER, "gpt-9 Inp glbl Tokens")),
    ],
)
def test_free_text_meters_are_read(meter: str, product: str, expected: Subject) -> None:
    assert subject_of(charged(meter=meter, product=product), NAMES) == expected


def test_other_services_are_one_subject_each() -> None:
    row = charged(meter="D2s v3", service="Virtual Machines")
    assert subject_of(row, NAMES) == Subject(What.OTHER, "Virtual Machines")


def test_units_that_a_reservation_covers_are_apart() -> None:
    row = charged(meter="Provisioned Managed Data Zone Unit", reserved=True)
    assert subject_of(row, NAMES) == units_of(Geography.DATA_ZONE, reserved=True)


def one(billed: Charged | None, amount: Amount | None, subject: Subject = INPUT) -> Compared:
    computed = {} if amount is None else {(DAY, subject): amount}
    (found,) = compared([] if billed is None else [billed], computed, NAMES)
    return found


def amount(usd: str, tokens: int, unpriced: int = 0) -> Amount:
    return Amount(Decimal(usd), Decimal(tokens), Decimal(unpriced))


def bill(usd: str, tokens: int | None, **fields: object) -> Charged:
    quantity = None if tokens is None else Decimal(tokens)
    return charged(cost_usd=Decimal(usd), quantity=quantity, **fields)


@pytest.mark.parametrize(
    ("billed", "computed", "reason", "parts"),
    [
        (bill("2", 1_000_000), amount("2", 1_000_000), Reason.MATCH, {}),
        (bill("2.01", 1_000_000), amount("2", 1_000_000), Reason.ROUNDING, {"rounding": "0.01"}),
        (
            bill("2.011", 1_000_000),
            amount("2", 1_000_000),
            Reason.PRICE_DIFFERENCE,
            {"price_difference": "0.011"},
        ),
        # A million and a half are billed, a million was reported, at 2 dollars a million.
        (
            bill("3", 1_500_000),
            amount("2", 1_000_000),
            Reason.MISSING_TELEMETRY,
            {"missing_telemetry": "1"},
        ),
        # The same at a tenth less: 3 less 2 is 1 by tokens, and 0.3 cheaper.
        (
            bill("2.7", 1_500_000),
            amount("2", 1_000_000),
            Reason.MISSING_TELEMETRY,
            {"missing_telemetry": "1", "price_difference": "-0.3"},
        ),
        (
            bill("1", 500_000),
            amount("2", 1_000_000),
            Reason.UNBILLED_USAGE,
            {"unbilled_usage": "-1"},
        ),
        (bill("3", None), amount("2", 1_000_000), Reason.UNEXPLAINED, {"unexplained": "1"}),
        (bill("3", None), None, Reason.MISSING_TELEMETRY, {"missing_telemetry": "3"}),
        (
            bill("3", 1_500_000),
            amount("0", 1_500_000, 1_500_000),
            Reason.UNPRICED,
            {"unpriced": "3"},
        ),
        (None, amount("2", 1_000_000), Reason.UNBILLED_USAGE, {"unbilled_usage": "-2"}),
    ],
)
def test_a_difference_is_taken_apart(
    billed: Charged | None, computed: Amount | None, reason: Reason, parts: dict[str, str]
) -> None:
    found = one(billed, computed)
    assert found.reason is reason
    assert found.parts == {Reason(name): Decimal(part) for name, part in parts.items()}


@pytest.mark.parametrize(
    ("billed", "reason"),
    [
        (bill("3", 1, meter="D2s v3", service="Virtual Machines"), Reason.OTHER_RESOURCES),
        (bill("-3", None, kind=Kind.CREDIT), Reason.CREDIT),
        (bill("3000", 1, kind=Kind.PURCHASE), Reason.RESERVATION_PURCHASE),
    ],
)
def test_what_is_no_traffic_of_ours_is_named(billed: Charged, reason: Reason) -> None:
    (found,) = compared([billed], {}, NAMES)
    assert (found.reason, found.parts) == (reason, {reason: billed.cost_usd})


def test_rows_of_one_subject_are_added_up_corrections_too() -> None:
    rows = [bill("2", 1_000_000), bill("-0.5", -250_000), bill("1", 500_000, resource="east")]
    (found,) = compared(rows, {(DAY, INPUT): amount("2.5", 1_250_000)}, NAMES)
    assert (found.billed, found.reason) == (Decimal("2.5"), Reason.MATCH)
    assert found.meters == ("gpt 4.1 Inp glbl Tokens",)


MONEY = st.decimals("-1000", "1000", places=4)


@given(st.lists(st.tuples(MONEY, st.integers(0, 10**9))), st.tuples(MONEY, st.integers(0, 10**9)))
def test_parts_always_add_up_to_the_residual(
    billed: list[tuple[Decimal, int]], ours: tuple[Decimal, int]
) -> None:
    rows = [charged(cost_usd=usd, quantity=Decimal(tokens)) for usd, tokens in billed]
    computed = {(DAY, INPUT): Amount(abs(ours[0]), Decimal(ours[1]))}
    for found in compared(rows, computed, NAMES):
        difference = sum(found.parts.values(), Decimal(0)) - found.residual
        assert abs(difference) < Decimal("1e-20")


@pytest.mark.parametrize(("blocks", "plain"), [(3_000, 3), (3_000_000, 3_000)])
def test_quantity_counts_blocks_or_tokens_whichever_is_nearer_the_price(
    blocks: int, plain: int
) -> None:
    row = bill("6.6", blocks, plain=Decimal(plain))
    found = one(row, amount("6", 3_000))
    assert found.parts == {Reason.PRICE_DIFFERENCE: Decimal("0.6")}
