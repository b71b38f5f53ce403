"""Loads, sizing rules and prices to size provisioned throughput by."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import numpy as np

from shared.domain.plan.load import METERS, Load
from shared.domain.plan.sizing import Question
from shared.domain.price.list_price import Meter
from shared.domain.price.offer import Geography
from shared.domain.price.ptu import PtuSizes, PtuSizing, TokenWeights

type Row = tuple[int, int, int, int]
"""A minute's tokens in the order of `METERS`."""

SIZES = PtuSizes(15, 5)


def sizing(
    tpm: int = 1_000, cached: float = 0.0, write: float = 1.0, output: float = 4.0
) -> PtuSizing:
    """Return how a made-up model is sized."""
    return PtuSizing(
        model="gpt-x",
        effective_from=date.min,
        tpm_per_ptu=tpm,
        weights=TokenWeights(1.0, cached, write, output),
        long_weights=None,
        longest_input_tokens=None,
        sizes=dict.fromkeys(Geography, SIZES),
    )


TOKEN_USD = {
    Meter.INPUT: Decimal("0.000002"),
    Meter.CACHED_INPUT: Decimal("0.0000005"),
    Meter.CACHE_WRITE: Decimal("0.000002"),
    Meter.OUTPUT: Decimal("0.000008"),
}


def load(rows: Sequence[Row], first: int = 0) -> Load:
    """Return the load of consecutive minutes."""
    columns = np.array(rows, np.int64).reshape(-1, len(METERS)).T
    minutes = np.arange(first, first + len(rows), dtype=np.int64)
    return Load(minutes, dict(zip(METERS, columns, strict=True)))


def question(
    rows: Sequence[Row],
    *,
    ptu_usd: str = "720",
    sized: PtuSizing | None = None,
    sizes: PtuSizes = SIZES,
    free_ptu: int = 0,
) -> Question:
    """Return a question about consecutive minutes."""
    return Question(
        load=load(rows),
        token_usd=TOKEN_USD,
        sizing=sized or sizing(),
        sizes=sizes,
        ptu_usd=Decimal(ptu_usd),
        free_ptu=free_ptu,
    )
