"""Values as the pictures write them."""

import math
from datetime import datetime
from typing import Any

from tools.workbook.units import OWN, Unit


def spoken(value: Any, unit: Unit) -> str:
    """Return a value as text, numbers with the decimals that their unit has."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, datetime):
        return f"{value:%m-%d %H:%M}"
    if isinstance(value, int | float) and unit is OWN and abs(value) < 1_000:
        return f"{value:.4g}"
    if isinstance(value, int | float):
        digits = unit.digits if abs(value) < 1_000 else 0
        return f"{value:,.{digits}f}"
    return str(value)


def steps(highest: float) -> list[float]:
    """Return three to five round values from 0 up to the first that is not below the highest."""
    if highest <= 0:
        return [0.0, 1.0]
    raw = highest / 4
    scale = 10.0 ** math.floor(math.log10(raw))
    size = next(each * scale for each in (1, 2, 2.5, 5, 10) if each * scale >= raw)
    return [size * at for at in range(math.ceil(highest / size) + 1)]


def short(value: float) -> str:
    """Return a value of an axis."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"
