"""What tokens cost: exact, in Decimal US dollars, never rounded.

Reported counts contain one another (cached input and cache writes are part of input, audio and
images part of their side, reasoning part of output); charged is each token once, under its meter.
"""

from collections.abc import Mapping
from decimal import Context, Decimal

from shared.domain.price.list_price import PER_TOKENS, ContextBand, Meter
from shared.domain.rollup.token_cell import TokenType

# Wide enough that no sum or product of token counts (below 2^63) and prices is ever rounded.
EXACT = Context(prec=60)

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


def metered(tokens: Mapping[TokenType, int]) -> dict[Meter, int]:
    """Return tokens as reported, or sums of them, by the one meter that each is charged under."""
    counts = {
        meter: tokens.get(kind, 0)
        for meter, kind in (*_INPUT_PARTS.items(), *_OUTPUT_PARTS.items())
    }
    sent = tokens.get(TokenType.INPUT, 0) - sum(counts[meter] for meter in _INPUT_PARTS)
    made = tokens.get(TokenType.OUTPUT, 0) - sum(counts[meter] for meter in _OUTPUT_PARTS)
    counts |= {
        Meter.INPUT: max(sent, 0),
        Meter.OUTPUT: max(made, 0),
        Meter.OTHER: tokens.get(TokenType.OTHER, 0),
    }
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
