"""Which rates each cell of a day is charged at: asked once per deployment, day, tier and band."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from shared.domain import label
from shared.domain.cost.cells import METERS, CellColumns
from shared.domain.cost.line import NOTHING
from shared.domain.packing import Ints
from shared.domain.price.charge import EXACT
from shared.domain.price.list_price import PER_TOKENS, ContextBand
from shared.domain.price.offer import Billing
from shared.domain.price.pricing import Pricing, Unpriced
from shared.domain.rollup.rollup import Rollup
from shared.domain.timeline import DAY_M, instant

PRICING_LABELS = (label.MODEL, label.MODEL_VERSION, label.RESOURCE, label.DEPLOYMENT)
"""The labels that a price depends on."""

REASONS = tuple(Unpriced)
PRICED = -1
"""In columns of indices into `REASONS`: there is a price, or none is needed."""

_PER_TOKENS = Decimal(PER_TOKENS)
_NO_OFFER = (Unpriced.UNKNOWN_TIER, Unpriced.UNKNOWN_DEPLOYMENT_TYPE)


@dataclass(frozen=True, slots=True)
class Rate:
    """What tokens are charged at.

    Attributes:
        usd_per_token: list price by meter, in the order of `METERS`, None where a meter has none;
            empty where there are no prices.
        unpriced: why not; None where there are, and where capacity is paid in place of tokens.
        assumed: whether the deployment's type was not known, and taken for Global.
    """

    usd_per_token: tuple[Decimal | None, ...] = ()
    unpriced: Unpriced | None = None
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class RateColumns:
    """Rates as columns, one row a rate.

    Attributes:
        usd_per_token: Decimal list price by meter; 0 where there is none.
        priced: whether tokens have list prices.
        assumed: whether they have them because the deployment was taken for Global.
        unpriced: why requests have no price, as index into `REASONS`; `PRICED` elsewhere.
        meter_unpriced: the same of tokens, by meter.
    """

    usd_per_token: NDArray[np.object_]
    priced: NDArray[np.bool_]
    assumed: NDArray[np.bool_]
    unpriced: Ints
    meter_unpriced: Ints


def rate_columns(rates: Sequence[Rate]) -> RateColumns:
    """Return rates as columns."""
    return RateColumns(
        np.array([_prices(rate) for rate in rates], object).reshape(-1, len(METERS)),
        np.array([bool(rate.usd_per_token) for rate in rates], np.bool_),
        np.array([rate.assumed and bool(rate.usd_per_token) for rate in rates], np.bool_),
        np.array([_reason(rate.unpriced) for rate in rates], np.int64),
        np.array([_meter_reasons(rate) for rate in rates], np.int64).reshape(-1, len(METERS)),
    )


def _prices(rate: Rate) -> list[Decimal]:
    return [usd or NOTHING for usd in rate.usd_per_token] or [NOTHING] * len(METERS)


def _reason(unpriced: Unpriced | None) -> int:
    return PRICED if unpriced is None else REASONS.index(unpriced)


def _meter_reasons(rate: Rate) -> list[int]:
    if not rate.usd_per_token:
        return [_reason(rate.unpriced)] * len(METERS)
    return [_reason(Unpriced.METER if usd is None else None) for usd in rate.usd_per_token]


class Rates:
    """Rates as they are met, each once, so that equal ones can be grouped by their number."""

    def __init__(
        self, pricing: Pricing, priced_on: date | None = None, priced_as: str | None = None
    ) -> None:
        """Ask these prices.

        Args:
            pricing: prices and deployments.
            priced_on: the day whose prices count for every day; None for each day's own.
            priced_as: the canonical model whose prices count for every model, on the offer that
                each was served on; None for each one's own.
        """
        self._pricing = pricing
        self._priced_on = priced_on
        self._priced_as = priced_as
        self._known: dict[tuple[int, Unpriced | None, bool], int] = {}
        self.found: list[Rate] = []

    def at(self, labels: Mapping[str, str], tier: str, band: str, day: date) -> int:
        """Return the number of the rate that a cell is charged at, an index into `found`.

        Args:
            labels: of the series, `PRICING_LABELS` at least.
            tier: that served the requests.
            band: of their context length.
            day: UTC.
        """
        resolved = self._pricing.resolve(
            model=labels[label.MODEL],
            model_version=labels[label.MODEL_VERSION],
            resource=labels[label.RESOURCE],
            deployment=labels[label.DEPLOYMENT],
            service_tier=tier,
            day=self._priced_on or day,
        )
        assumed = resolved.deployment_type_assumed
        if self._priced_as is not None and resolved.unpriced not in _NO_OFFER:
            region = (resolved.config.region if resolved.config else None) or ""
            resolved = self._pricing.price(
                self._priced_as, resolved.offer, self._priced_on or day, region
            )
        if resolved.offer.billing is Billing.PROVISIONED:
            return self._number(None, None, assumed=assumed)
        if resolved.price is None:
            return self._number(None, resolved.unpriced, assumed=assumed)
        rates = resolved.price.cell_band(band)
        return self._number(rates, None if rates else Unpriced.BAND, assumed=assumed)

    def _number(self, band: ContextBand | None, unpriced: Unpriced | None, *, assumed: bool) -> int:
        key = (id(band), unpriced, assumed)
        if key not in self._known:
            self._known[key] = len(self.found)
            self.found.append(Rate(_per_token(band) if band else (), unpriced, assumed))
        return self._known[key]


def _per_token(band: ContextBand) -> tuple[Decimal | None, ...]:
    rates = [band.rate(meter) for meter in METERS]
    return tuple(None if usd is None else EXACT.divide(usd, _PER_TOKENS) for usd in rates)


def rate_numbers(rollup: Rollup, cells: CellColumns, rates: Rates) -> Ints:
    """Return the rate of each row and place, one after the other; -1 where nothing is charged.

    Args:
        rollup: by `PRICING_LABELS` at least, in steps that cross no UTC midnight.
        cells: its cells.
        rates: where rates are numbered.
    """
    count = max(len(cells.places), 1)
    priced = [tuple(dict(each)[name] for name in PRICING_LABELS) for each in rollup.labels]
    known = {key: at for at, key in enumerate(dict.fromkeys(priced))}
    series = np.array([known[key] for key in priced], np.int64)
    days = rollup.slots // DAY_M
    first = int(days.min()) if len(days) else 0
    span = int(days.max()) - first + 1 if len(days) else 1
    wanted = series[rollup.series] * span + (days - first) if len(days) else days
    used = np.concatenate(
        [wanted[each.rows] * count + each.place for each in (cells.tokens, cells.calls)]
    )
    numbers = np.full(len(known) * span * count, -1, np.int64)
    keys = [dict(zip(PRICING_LABELS, key, strict=True)) for key in known]
    for code in np.unique(used).tolist():
        rest, place = divmod(code, count)
        key, day = divmod(rest, span)
        tier, band = cells.places[place]
        moment = instant((first + day) * DAY_M).date()
        numbers[code] = rates.at(keys[key], tier, band, moment)
    every: Ints = numbers[(wanted[:, None] * count + np.arange(count)).ravel()]
    return every
