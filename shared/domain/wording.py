"""Numbers and lengths of time as people read them."""

from shared.domain.metric.unit import spoken
from shared.domain.rule.words import MINUTE_S


def quantity(value: float, unit: str) -> str:
    """Return a number for people: thousands separated, four significant digits below."""
    text = f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"
    said = spoken(unit)
    return f"{text}{'' if said.startswith('/') else ' '}{said}".rstrip()


def percentage(share: float) -> str:
    """Return a share as percent."""
    return f"{share * 100:.4g} %"


def duration(seconds: float) -> str:
    """Return whole minutes as people say them."""
    minutes = int(seconds // MINUTE_S)
    return f"{minutes // 60} h" if minutes and minutes % 60 == 0 else f"{minutes} min"
