"""Prices to cost with, and invoices computed the slow way: request by request, in plain Decimal."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from shared.domain.cost.table import CostTable, Period
from shared.domain.cost.token_costs import token_lines, wide_labels
from shared.domain.deployment.deployment import DeploymentConfig, quota_book
from shared.domain.metric.merging import merged
from shared.domain.price.list_price import ContextBand, ListPrice, Meter
from shared.domain.price.model_name import model_names
from shared.domain.price.offer import Billing, Geography, Offer, Tier
from shared.domain.price.price_book import EVERY_MODEL, price_book
from shared.domain.price.pricing import Pricing
from shared.domain.record.request import RequestRecord
from shared.domain.rollup.measures import REQUEST_MEASURES
from shared.domain.rollup.rollup import Rollup, aggregate
from shared.domain.span import Span
from shared.domain.timeline import DAY_M, HOUR_M, minute_of
from tests.domain.factories import T0, rollup

TODAY = T0.date()
TOMORROW = TODAY + timedelta(days=1)
GLOBAL = Offer(Geography.GLOBAL)
PRIORITY = GLOBAL._replace(tier=Tier.PRIORITY)
BATCH = Offer(Geography.GLOBAL, Billing.BATCH)
PTU = Offer(Geography.GLOBAL, Billing.PROVISIONED)
AROUND = Span(minute_of(T0) - 2 * DAY_M, minute_of(T0) + 2 * DAY_M)


def listed(
    model: str, rates: str, offer: Offer = GLOBAL, since: date = date.min, long: str = ""
) -> ListPrice:
    """Return a price; rates are input, cached input and output a million, `long` beyond 272,000."""
    meters = (Meter.INPUT, Meter.CACHED_INPUT, Meter.OUTPUT)
    bands = [
        ContextBand(above, dict(zip(meters, map(Decimal, each.split()), strict=True)))
        for above, each in ((0, rates), (272_000, long))
        if each
    ]
    return ListPrice(model=model, offer=offer, effective_from=since, bands=tuple(bands))


PRICES = (
    listed("alpha", "1.25 0.125 10", long="2.5 0.25 15"),
    listed("alpha", "1 0.1 8", since=TOMORROW, long="2 0.2 12"),
    listed("alpha", "2.5 0.25 20", PRIORITY, long="5 0.5 30"),
    listed("alpha", "0.625 0.0625 5", BATCH),
    listed("beta", "0.333333 0.033333 1.999999"),
    ListPrice(model=EVERY_MODEL, offer=PTU, effective_from=date.min, ptu_hour_usd=Decimal(1)),
)


def pricing(*prices: ListPrice, **deployments: DeploymentConfig) -> Pricing:
    """Return prices, those above unless given, of models called alpha and beta."""
    every = prices or PRICES
    return Pricing(
        price_book(every),
        quota_book(deployments.items()),
        model_names({name: name for name in ("alpha", "beta")}),
    )


def costs(
    *records: RequestRecord,
    prices: Pricing | None = None,
    group_by: tuple[str, ...] = (),
    period: Period = Period.SPAN,
    span: Span = AROUND,
) -> CostTable:
    """Return what requests cost."""
    whole = rollup(*records).between(span.first, span.end) if records else _none()
    step_m = HOUR_M if period is Period.HOUR else DAY_M
    parts = merged([whole], REQUEST_MEASURES, wide_labels(group_by), {})
    stepped = aggregate([parts], REQUEST_MEASURES, step=lambda slots: slots - slots % step_m)
    lines = token_lines(stepped, prices or pricing(), group_by=group_by, period=period, span=span)
    return CostTable(span, period, group_by, lines)


def invoice(records: Iterable[RequestRecord]) -> Decimal:
    """Return what Azure charges for requests of alpha and beta at `PRICES`, one by one."""
    return sum((_charged(record) for record in records), Decimal(0))


def _charged(record: RequestRecord) -> Decimal:
    status = record.status_code or 0
    if status in (401, 403, 404, 429) or (record.error_type == "RateLimitError" and status < 400):
        return Decimal(0)
    rates = _rates(record)
    if rates is None:
        return Decimal(0)
    sent, made = record.input_tokens or 0, record.output_tokens or 0
    cached = record.cached_input_tokens or 0
    return (
        Decimal(sent - cached) * rates[0] + Decimal(cached) * rates[1] + Decimal(made) * rates[2]
    ) / Decimal(1_000_000)


def _rates(record: RequestRecord) -> tuple[Decimal, ...] | None:
    long = (record.input_tokens or 0) > 272_000
    ended = record.start_time + timedelta(milliseconds=record.duration_ms)
    tier = record.service_tier or "default"
    if record.model == "beta" and tier == "default":
        text = "0.333333 0.033333 1.999999"
    elif record.model == "alpha" and tier == "priority":
        text = "5 0.5 30" if long else "2.5 0.25 20"
    elif record.model == "alpha" and ended.date() >= TOMORROW:
        text = "2 0.2 12" if long else "1 0.1 8"
    elif record.model == "alpha":
        text = "2.5 0.25 15" if long else "1.25 0.125 10"
    else:
        return None
    return tuple(map(Decimal, text.split()))


def config(**fields: Any) -> DeploymentConfig:
    """Return a deployment's configuration."""
    return DeploymentConfig(**fields)


def _none() -> Rollup:
    return aggregate([], REQUEST_MEASURES)
