"""Cost exports as Azure writes them: two families of columns, odd rows named, currencies told."""

from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.reconciliation.charged import Charged, Export, Format, Kind, LeftOut
from shared.domain.reconciliation.export import read_export
from shared.errors import InvalidInput

ACCOUNT = (
    "/subscriptions/s/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/AOAI-West"
)
# Subsets of the columns of Azure's FOCUS exports; 1.2 names the meter SkuMeter.
FOCUS_1_0 = (
    "BilledCost,BillingCurrency,ChargeCategory,ChargePeriodEnd,ChargePeriodStart,EffectiveCost,"
    "PricingQuantity,PricingUnit,ResourceId,ServiceName,CommitmentDiscountId,x_BilledCostInUsd,"
    "x_PricingBlockSize,x_PricingUnitDescription,x_SkuMeterName,x_SkuMeterSubcategory"
)
FOCUS_1_2 = FOCUS_1_0.replace("x_SkuMeterName", "SkuMeter")
EA = (
    "InvoiceSectionName,SubscriptionName,ResourceGroup,Date,ProductName,MeterCategory,"
    "MeterSubCategory,MeterName,UnitOfMeasure,Quantity,EffectivePrice,CostInBillingCurrency,"
    "ResourceId,BillingCurrency,ChargeType,ReservationId"
)
MCA = (
    "invoiceSectionName,date,meterName,meterCategory,meterSubCategory,unitOfMeasure,quantity,"
    "costInBillingCurrency,costInUsd,billingCurrency,chargeType,reservationId,resourceId"
)
METER = "gpt 4.1 Inp glbl Tokens"


def read(header: str, *rows: str) -> Export:
    return read_export("\r\n".join([header, *rows]).encode())


def charged(**fields: object) -> Charged:
    given = {
        "day": date(2026, 11, 23),
        "meter": METER,
        "product": "Azure OpenAI",
        "service": "Foundry Models",
        "resource": "aoai-west",
        "cost_usd": Decimal("0.25"),
        "quantity": Decimal(125_000),
    }
    return Charged(**given | fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("header", [FOCUS_1_0, FOCUS_1_2])
def test_focus_is_read(header: str) -> None:
    row = (
        "0.25,USD,Usage,2026-11-24T00:00:00Z,2026-11-23T00:00:00Z,0.25,125,Units,"
        f"{ACCOUNT},Foundry Models,,0.25,1000,1K,{METER},Azure OpenAI"
    )
    found = read(header, row)
    assert found.format is Format.FOCUS
    assert found.rows == [charged()]


def test_enterprise_agreements_are_read() -> None:
    row = (
        f"web,prod,rg,11/23/2026,Azure OpenAI - {METER},Foundry Models,Azure OpenAI,{METER},1K,125,"
        f"0.002,0.25,{ACCOUNT},USD,Usage,"
    )
    found = read(EA, row)
    assert found.format is Format.COST_MANAGEMENT
    assert found.rows == [charged(plain=Decimal(125))]


def test_customer_agreements_are_read_in_dollars_whatever_is_billed() -> None:
    row = (
        f"web,11/23/2026,{METER},Foundry Models,Azure OpenAI,1M,0.125,0.22,0.25,EUR,Usage,,"
        f"{ACCOUNT}"
    )
    assert read(MCA, row).rows == [charged(plain=Decimal("0.125"))]


def test_the_download_of_cost_analysis_is_read() -> None:
    header = "UsageDate,ResourceId,ServiceName,Meter,CostUSD,Cost,Currency"
    found = read(header, f"20261123,{ACCOUNT},Foundry Models,{METER},0.25,0.22,EUR")
    assert found.rows == [charged(product="", quantity=None)]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("Usage", Kind.USAGE),
        ("Purchase", Kind.PURCHASE),
        ("Refund", Kind.CREDIT),
        ("Credit", Kind.CREDIT),
        ("Adjustment", Kind.CREDIT),
        ("Tax", Kind.CREDIT),
        ("", Kind.USAGE),
    ],
)
def test_kinds_of_charges_are_told_apart(kind: str, expected: Kind) -> None:
    row = f"a,b,c,2026-11-23,p,m,s,{METER},1K,1,1,-5,{ACCOUNT},USD,{kind},res-1"
    (found,) = read(EA, row).rows
    assert (found.kind, found.cost_usd, found.reserved) == (expected, Decimal(-5), True)


@pytest.mark.parametrize(
    ("unit", "tokens"),
    [("1K", 2_000), ("1M", 2_000_000), ("10K", 20_000), ("1 Hour", 2), ("1K Tokens", 2_000)],
)
def test_quantities_are_single_tokens_or_hours(unit: str, tokens: int) -> None:
    row = f"a,b,c,2026-11-23,p,m,s,{METER},{unit},2,1,1,{ACCOUNT},USD,Usage,"
    assert read(EA, row).rows[0].quantity == tokens


def test_rows_that_cannot_be_read_are_named_by_line() -> None:
    good = f"a,b,c,11/23/2026,p,m,s,{METER},1K,1,1,1,{ACCOUNT},USD,Usage,"
    found = read(
        EA,
        good,
        good.replace("11/23/2026", "23.11.2026"),
        good.replace(",1,1,1,", ",1,1,much,"),
        good.replace(",1,1,1,", ",1,1,NaN,"),
        "",
        "short,row",
        good,
    )
    assert len(found.rows) == 2
    assert [(each.line, each.reason.split(",")[0]) for each in found.rejects] == [
        (3, "expected a day as 2026-11-23 or 11/23/2026"),
        (4, "expected a number as cost"),
        (5, "expected a finite number as cost"),
        (7, "expected a day as 2026-11-23 or 11/23/2026"),
    ]


def test_other_currencies_are_named_and_left_out() -> None:
    row = "a,b,c,2026-11-23,p,m,s,meter,1K,1,1,{},id,{},Usage,"
    found = read(EA, row.format(1, "USD"), row.format(2, "EUR"), row.format("2.5", "eur"))
    assert len(found.rows) == 1
    assert found.left_out == [LeftOut("EUR", 2, Decimal("4.5"))]


def test_commas_quotes_and_line_ends_within_fields_are_kept() -> None:
    row = f'a,b,c,2026-11-23,"p, ""q""\nr",m,s,{METER},1K,1,1,1,id,USD,Usage,'
    found = read_export(f"\ufeff{EA}\n{row}\n".encode())
    assert found.rows[0].meter == METER


@pytest.mark.parametrize(
    ("body", "path", "says"),
    [
        (b"", "body", "expected a CSV file with a header"),
        (b"name,price\nx,1\n", "header", "expected the columns of FOCUS"),
        (b"\x1f\x8b\x08", "body", "expected UTF-8"),
        (EA.encode(), "body", "no row that can be read (only a header)"),
        (f"{EA}\nx".encode(), "body", "no row that can be read (line 2: expected a day"),
        (b'Date,Cost,Currency,Meter\n"x', "body", "expected CSV"),
    ],
)
def test_anything_else_is_refused_with_its_reason(body: bytes, path: str, says: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_export(body)
    (fault,) = refused.value.faults
    assert fault.path == path
    assert says in fault.reason


@given(st.binary(max_size=200), st.sampled_from([EA, MCA, FOCUS_1_0, FOCUS_1_2, ""]))
def test_whatever_is_posted_is_read_or_refused(rest: bytes, header: str) -> None:
    with suppress(InvalidInput):
        assert read_export(header.encode() + b"\n" + rest).format in Format
