"""What tokens cost: exact, in Decimal US dollars, never rounded.

Reported counts contain one another (cached input and cache writes are part of input, audio and
images part of their side, reasoning part of output); charged is each token once, under its meter.
Where the parts of a side exceed it, some of them overlap: cached audio is reported as cached and as
audio. Such tokens are charged as cached, so that the meters of a side always add up to it.
"""

from collections.abc import Mapping
from decimal import Context, Decimal

from shared.domain.price.list_price import PER_TOKENS, ContextBand, Meter
from shared.domain.rollup.token_cell import TokenType

# Wide enough that no sum or product of token counts (below 2^63) and prices is ever rounded.
EXACT = Context(prec=60)

# In the order they are taken from their side: of tokens that are two of these, the first counts.
_INPUT_PARTS = {
    Meter.CACHED_INPUT: TokenType.CACHED_INPUT,
    Meter.CACHE_WRITE: TokenType.CACHE_WRITE,
    Meter.AUDIO_INPUT: TokenType.AUDIO_INPUT,
    Meter.IMAGE_INPUT: TokenType.IMAGE_INPUT,
}
_OUTPUT_PARTS = {
    Meter.AUDIO_OUTPUT: TokenType.AUDIO_OUTPUT,
    Meter.IMAGE_OUTPUT: TokenType.IMAGE_OUTPUT,
}
SIDES = (
    (Meter.INPUT, TokenType.INPUT, _INPUT_PARTS),
    (Meter.OUTPUT, TokenType.OUTPUT, _OUTPUT_PARTS),
)
"""Of input and of output: the meter of what is left, the whole, and the parts by their meter."""


def metered(tokens: Mapping[TokenType, int]) -> dict[Meter, int]:
    """Return tokens as reported, or sums of them, by the one meter that each is charged under."""
    counts = {Meter.OTHER: tokens.get(TokenType.OTHER, 0)}
    for side, whole, parts in SIDES:
        left = tokens.get(whole, 0) or sum(tokens.get(kind, 0) for kind in parts.values())
        for meter, kind in parts.items():
            counts[meter] = min(tokens.get(kind, 0), left)
            left -= counts[meter]
        counts[side] = left
    return {meter: count for meter, count in counts.items() if count}


def charge(band: ContextBand, counts: Mapping[Meter, int]) -> dict[Meter, Decimal] | None:
    """Return what tokens cost by meter.

    Args:
        band: rates of the requests' length.
        counts: tokens by meter, as `metered` gives them.

    Returns:
        US dollars by meter; None where one of the meters has no rate.
    """
    costs: dict[Meter, Decimal] = {}
    for meter, count in counts.items():
        rate = band.rate(meter)
        if rate is None:
            return None
        costs[meter] = EXACT.divide(EXACT.multiply(Decimal(count), rate), Decimal(PER_TOKENS))
    return costs
