"""The size of provisioned throughput at which the next unit stops to pay: searched exactly.

Every size from none over the minimum up to the one that never spills is compared: units by the
hour for the whole period, and what spills by the token. Sorted by need, all sizes are screened at
once in floating point; those within what flooring can move (a token a minute and column) are then
counted to the token. Of equals the smaller one is taken.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from shared.domain.packing import Floats, Ints
from shared.domain.plan.exact import ONE, ZERO, exactly
from shared.domain.plan.load import METERS, Load
from shared.domain.plan.spillover import (
    capacity_milli,
    normalized_milli,
    spilled_tokens,
)
from shared.domain.price.list_price import Meter
from shared.domain.price.ptu import PtuSizes, PtuSizing

_FLOAT_ERROR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a size is searched for.

    Attributes:
        load: tokens by minute.
        token_usd: by column, what one token costs where it is paid by token.
        sizing: how the model's tokens meet a unit.
        sizes: which sizes are sold.
        ptu_usd: what a unit costs over the period.
        free_ptu: units that are paid for anyway.
    """

    load: Load
    token_usd: Mapping[Meter, Decimal]
    sizing: PtuSizing
    sizes: PtuSizes
    ptu_usd: Decimal
    free_ptu: int = 0


@dataclass(frozen=True, slots=True)
class Size:
    """A size and what it costs.

    Attributes:
        ptu: units.
        spilled: tokens by column that spill over.
        units_usd: units beyond the free ones, over the period.
        spilled_usd: what spills, by token.
    """

    ptu: int
    spilled: Mapping[Meter, int]
    units_usd: Decimal
    spilled_usd: Decimal

    @property
    def cost_usd(self) -> Decimal:
        """Return what it costs over the period."""
        return self.units_usd + self.spilled_usd


@exactly
def cost_of_size(question: Question, ptu: int, utilization: Decimal = ONE) -> Size:
    """Return what a size costs, counted minute by minute.

    Args:
        question: traffic and prices.
        ptu: the size; 0 pays all by token.
        utilization: the share of it that traffic can use, 0..1.
    """
    normalized = normalized_milli(question.load, question.sizing)
    return _size(question, normalized, ptu, utilization)


@exactly
def best_size(question: Question) -> Size:
    """Return the cheapest size."""
    normalized = normalized_milli(question.load, question.sizing)
    peak = int(normalized.max(initial=0))
    sizes = sizes_for(question.sizing, question.sizes, peak)
    screened = _screened(question, normalized, sizes)
    found = [_size(question, normalized, ptu, ONE) for ptu in screened]
    return min(found, key=lambda size: (size.cost_usd, size.ptu))


def sizes_for(sizing: PtuSizing, sizes: PtuSizes, peak_milli: int) -> list[int]:
    """Return every size there is, from none to the first that never spills.

    Args:
        sizing: how the model's tokens meet a unit.
        sizes: which sizes are sold.
        peak_milli: normalized tokens of the fullest minute, in thousandths.
    """
    enough = -(-peak_milli // (sizing.tpm_per_ptu * 1_000))
    steps = max(-(-(enough - sizes.minimum) // sizes.step), 0)
    return [0, *(sizes.minimum + step * sizes.step for step in range(steps + 1))]


def _size(question: Question, normalized: Ints, ptu: int, utilization: Decimal) -> Size:
    capacity = capacity_milli(question.sizing, ptu, utilization)
    spilled = spilled_tokens(question.load, normalized, capacity)
    units = max(ptu - question.free_ptu, 0) * question.ptu_usd
    usd = sum((spilled[meter] * question.token_usd[meter] for meter in METERS), ZERO)
    return Size(ptu, spilled, units, usd)


def _screened(question: Question, normalized: Ints, sizes: list[int]) -> list[int]:
    """Return the sizes that may be the cheapest."""
    rates = np.array([float(question.token_usd[meter]) for meter in METERS])
    tokens = np.stack([question.load.tokens[meter] for meter in METERS]).astype(np.float64)
    cost = rates @ tokens
    order = np.argsort(normalized, kind="stable")
    need = normalized[order].astype(np.float64)
    above = _suffix_sums(cost[order])
    relative = _suffix_sums(cost[order] / np.maximum(need, 1.0))
    ptu = np.array(sizes, np.float64)
    capacity = ptu * question.sizing.tpm_per_ptu * 1_000
    at = np.searchsorted(need, capacity, side="right")
    units = np.maximum(ptu - question.free_ptu, 0) * float(question.ptu_usd)
    low = units + above[at] - capacity * relative[at]
    # Flooring lets one more token of each column spill in each minute that spills.
    high = low + rates.sum() * (len(need) - at)
    bound = float(high.min()) + _FLOAT_ERROR * (float(above[0]) + float(units.max()) + 1e-300)
    return [size for size, least in zip(sizes, low.tolist(), strict=True) if least <= bound]


def _suffix_sums(values: Floats) -> Floats:
    return np.append(np.cumsum(values[::-1])[::-1], 0.0)
