"""A list price: what a model's tokens or capacity cost from a day on, and who says so.

Money is Decimal US dollars, tokens are priced by the million. A published price is never edited: a
new one is added, which holds from its first day (UTC) until the next.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from shared.domain.price.offer import Offer
from shared.domain.rollup.price_cell import BAND_BOUNDS, BANDS

PER_TOKENS = 1_000_000
# The shortest and the longest input of each context band that rollups tell apart.
CELL_TOKENS = {
    band: (after + 1, upto)
    for band, after, upto in zip(BANDS, (0, *BAND_BOUNDS), (*BAND_BOUNDS, 1 << 63), strict=True)
}


class Meter(StrEnum):
    """What is charged for; each token of a request falls under exactly one."""

    INPUT = "input"
    CACHED_INPUT = "cached_input"
    CACHE_WRITE = "cache_write"
    OUTPUT = "output"
    AUDIO_INPUT = "audio_input"
    AUDIO_OUTPUT = "audio_output"
    IMAGE_INPUT = "image_input"
    IMAGE_OUTPUT = "image_output"
    OTHER = "other"


# What a meter is charged as where a price does not name it: a model without a discount charges
# cached tokens and cache writes as input, and one that reads images charges them so too. Audio, and
# images made, have rates of their own, many times those of text: not named, they are unpriced.
FALLS_BACK_TO = {
    Meter.CACHED_INPUT: Meter.INPUT,
    Meter.CACHE_WRITE: Meter.INPUT,
    Meter.IMAGE_INPUT: Meter.INPUT,
}


@dataclass(frozen=True, slots=True)
class ContextBand:
    """Rates of requests whose input is longer than a bound, all of their tokens.

    Attributes:
        above_tokens: input tokens of the single request that it has to exceed; 0 for all.
        usd_per_million: by meter, >= 0.
    """

    above_tokens: int
    usd_per_million: Mapping[Meter, Decimal]

    def rate(self, meter: Meter) -> Decimal | None:
        """Return the US dollars a million of a meter; None where nobody says."""
        known = self.usd_per_million.get(meter)
        if known is None and meter in FALLS_BACK_TO:
            return self.usd_per_million.get(FALLS_BACK_TO[meter])
        return known


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPrice:
    """What a model costs on one offer, from a day on.

    Attributes:
        model: canonical name, as `gpt-5-mini`.
        offer: how it is sold.
        effective_from: the first UTC day it holds; `date.min` for ever before.
        bands: rates by length of the input, shortest first, the first above 0; empty where capacity
            is sold.
        ptu_hour_usd: US dollars an hour and PTU; None where tokens are sold.
        regions: where it holds; empty: wherever no price names the region.
        source: who says so, as `genai-prices 0.2.3 (openai)` or the `by` of an override.
        source_date: the day it was read.
    """

    model: str
    offer: Offer
    effective_from: date
    bands: tuple[ContextBand, ...] = ()
    ptu_hour_usd: Decimal | None = None
    regions: frozenset[str] = frozenset()
    source: str = ""
    source_date: date | None = None

    def band(self, input_tokens: int) -> ContextBand | None:
        """Return the rates of a request with so many input tokens; None where none are sold."""
        fitting = [band for band in self.bands if band.above_tokens < max(input_tokens, 1)]
        return fitting[-1] if fitting else None

    def cell_band(self, cell: str) -> ContextBand | None:
        """Return the rates of every request of a rollup's context band.

        Args:
            cell: one of `price_cell.BANDS`.

        Returns:
            The rates; None where none are sold, or where a bound of this price lies within the
            cell, so that its sums cannot be told apart.
        """
        shortest, longest = CELL_TOKENS[cell]
        first = self.band(shortest)
        return first if first is not None and first == self.band(longest) else None
