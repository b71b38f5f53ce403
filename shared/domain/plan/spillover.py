"""What provisioned throughput cannot take in each minute and pay-as-you-go has to.

A minute's tokens are weighed into one number, as Azure does against the throughput of a PTU:

    normalized = input + w_cached x cached + w_write x cache writes + ratio x output

(`price/ptu.py`; requests that reach into long context are left to pay-as-you-go). Of a minute with
N normalized tokens at a capacity of C < N, floor(C / N) of each column is served and the rest
spills, so that a higher capacity never spills more. Bursts within a minute are not seen: Azure's
bucket leaks continuously, so a minute that just fits may still be turned away.
Source: learn.microsoft.com/azure/foundry/openai/concepts/provisioned-throughput
"""

from collections.abc import Mapping
from decimal import Decimal

import numpy as np

from shared.domain.packing import Ints
from shared.domain.plan.load import METERS, Load
from shared.domain.price.list_price import Meter
from shared.domain.price.ptu import PtuSizing

_MILLI = 1_000
_LARGEST = 1 << 62


def weights_milli(sizing: PtuSizing) -> dict[Meter, int]:
    """Return what a token of each column weighs, in thousandths."""
    weights = sizing.weights
    return {
        Meter.INPUT: round(weights.input * _MILLI),
        Meter.CACHED_INPUT: round(weights.cached_input * _MILLI),
        Meter.CACHE_WRITE: round(weights.cache_write * _MILLI),
        Meter.OUTPUT: round(weights.output * _MILLI),
    }


def normalized_milli(load: Load, sizing: PtuSizing) -> Ints:
    """Return each minute's normalized tokens, in thousandths."""
    weights = weights_milli(sizing)
    total = np.zeros(len(load), np.int64)
    for meter in METERS:
        total += load.tokens[meter] * weights[meter]
    return total


def capacity_milli(sizing: PtuSizing, ptu: int, utilization: Decimal) -> int:
    """Return the normalized tokens a minute that units serve, in thousandths.

    Args:
        sizing: of the model.
        ptu: how many units.
        utilization: the share of them that traffic can use before bursts are turned away, 0..1.
    """
    return int(ptu * sizing.tpm_per_ptu * _MILLI * utilization)


def spilled_tokens(load: Load, normalized: Ints, capacity: int) -> dict[Meter, int]:
    """Return the tokens by column that a capacity cannot take.

    Args:
        load: tokens by minute.
        normalized: of the same minutes, in thousandths.
        capacity: normalized tokens a minute, in thousandths.
    """
    over = np.flatnonzero(normalized > capacity)
    need = normalized[over]
    return {meter: _spilled(load.tokens[meter][over], need, capacity) for meter in METERS}


def _spilled(tokens: Ints, need: Ints, capacity: int) -> int:
    if len(tokens) == 0:
        return 0
    if int(tokens.max()) * max(capacity, 1) < _LARGEST:
        return int((tokens - tokens * capacity // need).sum())
    pairs = zip(tokens.tolist(), need.tolist(), strict=True)
    return sum(count - count * capacity // whole for count, whole in pairs)


def shares(spilled: Mapping[Meter, int], load: Load) -> dict[Meter, Decimal]:
    """Return the share of each column that spilled, 0..1; 0 where there is nothing."""
    totals = {meter: load.total(meter) for meter in METERS}
    return {
        meter: Decimal(spilled[meter]) / Decimal(total) if total else Decimal(0)
        for meter, total in totals.items()
    }
