"""Exports held against stored traffic: days posted, then billed by hand."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from shared.domain.reconciliation.comparing import Reason
from shared.domain.reconciliation.view import Reconciliation, Row
from shared.errors import InvalidInput
from shared.services.reconciliation import reconcile
from tests.services.monitor_factories import DAY, Monitor
from tests.services.test_cost_plan import MIDNIGHT, a_day, call, deploy, monitor

HEADER = (
    "Date,MeterCategory,MeterSubCategory,MeterName,UnitOfMeasure,Quantity,CostInBillingCurrency,"
    "BillingCurrency,ResourceId,ChargeType,ReservationId"
)


def billed(
    meter: str,
    quantity: str,
    cost: str,
    *,
    day: str = "11/23/2026",
    service: str = "Foundry Models",
) -> str:
    return f"{day},{service},Azure OpenAI,{meter},1M,{quantity},{cost},USD,/a/west,Usage,"


async def held(made: Monitor, *rows: str) -> Reconciliation:
    body = "\n".join([HEADER, *rows]).encode()
    return await reconcile(body, ports=made.app.costs)


def by_meter(found: Sequence[Row]) -> dict[str, tuple[str, str, Reason]]:
    return {each.meter: (each.billed, each.computed, each.reason) for each in found}


async def test_what_is_billed_as_computed_matches_to_the_cent() -> None:
    made = await monitor()
    await a_day(made, 0, call())
    # By hand: four calls of 400,000 tokens of input at 2, 100,000 of output at 8 dollars a million.
    found = await held(
        made,
        billed("gpt 4.1 Inp glbl Tokens", "1.6", "3.2"),
        billed("gpt 4.1 Outp glbl Tokens", "0.4", "3.2"),
    )
    assert by_meter(found.rows) == {
        "gpt-4.1 input (global)": ("3.2", "3.2", Reason.MATCH),
        "gpt-4.1 output (global)": ("3.2", "3.2", Reason.MATCH),
    }
    assert (found.billed, found.computed, found.unexplained) == ("6.4", "6.4", "0")
    assert found.by_reason == {}


async def test_each_day_is_held_against_its_own() -> None:
    made = await monitor()
    await a_day(made, 0, call(output_tokens=0))
    await a_day(made, 1, call(output_tokens=0), call(output_tokens=0))
    rows = [
        billed("gpt 4.1 Inp glbl Tokens", "1.6", "3.2"),
        billed("gpt 4.1 Inp glbl Tokens", "4.8", "9.6", day="2026-11-24"),
    ]
    first, second = (await held(made, *rows)).rows
    assert (str(first.day), first.reason) == ("2026-11-23", Reason.MATCH)
    # By hand: 3.2 million are reported on the second day, 4.8 billed, at 2 dollars a million.
    assert (second.residual, second.reason) == ("3.2", Reason.MISSING_TELEMETRY)
    assert second.parts == {"missing_telemetry": "3.2"}


async def test_all_that_differs_is_named() -> None:
    made = await monitor()
    await a_day(made, 0, call(output_tokens=0), call(model="nobody-knows"))
    found = await held(
        made,
        billed("gpt 4.1 Inp glbl Tokens", "1.6", "2.4"),
        billed("gpt 4.1 cached Inp glbl Tokens", "1", "0.5"),
        billed("D2s v3", "24", "7", service="Virtual Machines"),
        "11/23/2026,Foundry Models,,gpt 4.1 Inp glbl Tokens,1M,1,2,EUR,/a/west,Usage,",
        "yesterday,,,,,,,,,,",
    )
    assert found.by_reason == {
        "missing_telemetry": "0.5",
        "price_difference": "-0.8",
        "other_resources": "7",
    }
    assert [(each.line, each.reason[:14]) for each in found.rejected] == [(6, "expected a day")]
    assert [(each.currency, each.amount) for each in found.left_out] == [("EUR", "2")]


async def test_units_are_billed_by_the_hour_but_those_reserved() -> None:
    made = await monitor()
    await deploy(
        made,
        "prod",
        type="GlobalProvisionedManaged",
        ptu=15,
        effective_from=MIDNIGHT.isoformat(),
    )
    made.now = MIDNIGHT + 2 * DAY
    unit = "Provisioned Managed Global Unit"
    row = f"11/23/2026,Foundry Models,Azure OpenAI,{unit},1 Hour,360,360,USD,/a/west,Usage,"
    (found,) = (await held(made, row)).rows
    assert (found.meter, found.reason) == ("PTU by the hour (global)", Reason.MATCH)


async def test_resources_that_nothing_reports_are_named() -> None:
    made = await monitor()
    await a_day(made, 0, call(resource="east"))
    found = await held(made, billed("gpt 4.1 Inp glbl Tokens", "1.6", "3.2"))
    assert found.resources_without_telemetry == ["west"]


async def test_a_span_too_long_is_refused() -> None:
    made = await monitor()
    rows = [
        billed("gpt 4.1 Inp glbl Tokens", "1", "2", day=day) for day in ("1/1/2026", "4/3/2026")
    ]
    with pytest.raises(
        InvalidInput, match="expected at most 92 days, got 2026-01-01 to 2026-04-03"
    ):
        await held(made, *rows)


async def test_an_export_in_another_currency_alone_is_refused_by_name() -> None:
    made = await monitor()
    row = billed("meter", "1", "2").replace("USD", "EUR")
    with pytest.raises(InvalidInput, match="got only EUR"):
        await held(made, row)


async def test_days_that_are_not_billed_are_not_looked_at() -> None:
    made = await monitor()
    await a_day(made, 0, call())
    made.now = datetime(2026, 11, 25, tzinfo=UTC)
    found = await held(made, billed("gpt 4.1 Inp glbl Tokens", "1", "2", day="11/24/2026"))
    assert [str(each.day) for each in found.rows] == ["2026-11-24"]
    assert (str(found.start), str(found.end)) == ("2026-11-24", "2026-11-25")
