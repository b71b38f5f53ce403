"""How many tokens of each meter the days ahead will use.

Each meter is a series of its own here; the cost is forecast from all of them together, priced
(`spend_forecast`), so these totals times their prices need not add up to it.
"""

from collections.abc import Mapping

import msgspec

from shared.domain.forecast.forecasting import forecast
from shared.domain.price.list_price import Meter
from shared.domain.spend.outlook import Past


class ExpectedTokens(msgspec.Struct, frozen=True):
    """Tokens of one meter over all days asked for, with the band that holds 80 % of such totals."""

    meter: Meter
    mean: int
    low80: int
    high80: int


def expected_tokens(past: Past, where: Mapping[str, str], days: int) -> list[ExpectedTokens]:
    """Return the tokens to expect from today on, by meter, the most first.

    Args:
        past: what was used before today.
        where: label -> the value it must have.
        days: how many, today the first of them.
    """
    found: list[ExpectedTokens] = []
    for meter, series in past.tokens(where).items():
        total = forecast(series, days).total(days)
        found.append(ExpectedTokens(meter, round(total.mean), round(total.lo80), round(total.hi80)))
    return sorted(found, key=lambda each: -each.mean)
