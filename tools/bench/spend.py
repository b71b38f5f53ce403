"""How well spend is forecast as a sum of meters, and how often spend anomalies err.

`python -m tools.bench spend`, all of it on seeded spend. The sum's forecast is held against
forecasts of each meter, added up, with their bands combined as if they were independent and as if
they went wholly together. Anomalies are counted on usual hours and days, where each is a false
alarm, and on hours and days made dearer.
"""

from datetime import date

import numpy as np

from shared.domain.cost_anomaly.attribution import HOURS, most_specific
from shared.domain.cost_anomaly.grid import Cell, SpendGrid
from shared.domain.cost_anomaly.judging import unusual_day, unusual_hours
from shared.domain.forecast.daily_series import DailySeries
from shared.domain.forecast.forecasting import forecast
from shared.domain.packing import Floats
from shared.domain.timeline import DAY_M, HOUR_M
from tools.bench.daily_spend import spend_with_bursts
from tools.bench.figure import Figure
from tools.bench.rolling_origin import weekly_change
from tools.bench.spend_streams import FIRST, hourly, meter_streams

_HORIZON_DAYS = 30
_STREAM_SEEDS, _ENDS = 60, (400, 300, 120, 60)
_SHOPS, _LEARNED_DAYS, _MADE_PER_SHOP = 25, 28, 10
_FACTORS = (2, 3, 5, 10)
_DAY_SEEDS, _DAYS_JUDGED, _FEWEST_DAYS = 60, 30, 60
_DAY_FACTORS = (1.5, 2.0, 3.0)


def measure() -> list[Figure]:
    """Return errors, coverage, false alarms and what was found."""
    return [*_sums(), *_hours(), *_days()]


def _sums() -> list[Figure]:
    scores: dict[str, list[float]] = {}
    for seed in range(_STREAM_SEEDS):
        streams = meter_streams(seed)
        for end in _ENDS:
            for name, score in _scored(streams, end).items():
                scores.setdefault(name, []).append(score)
    return [
        Figure(f"sum of meters: {name}", float(np.mean(each)), "") for name, each in scores.items()
    ]


def _scored(streams: list[Floats], end: int) -> dict[str, float]:
    whole = np.sum(streams, axis=0)
    actual, scale = whole[end : end + _HORIZON_DAYS], weekly_change(whole[:end])
    total = float(actual.sum())
    top = forecast(DailySeries(FIRST, whole[:end]), _HORIZON_DAYS)
    each = [forecast(DailySeries(FIRST, one[:end]), _HORIZON_DAYS) for one in streams]
    added = np.sum([one.mean for one in each], axis=0)
    totals = [one.total(_HORIZON_DAYS) for one in each]
    off = abs(total - sum(one.mean for one in totals))
    reaches = np.array([one.hi80 - one.mean for one in totals])
    band = top.total(_HORIZON_DAYS)
    return {
        "MASE, priced and forecast as one": float(np.abs(top.mean - actual).mean()) / scale,
        "MASE, each meter forecast and added": float(np.abs(added - actual).mean()) / scale,
        "totals in their 80 % band, as one": float(band.lo80 <= total <= band.hi80),
        "totals in bands added as if independent": float(off <= np.sqrt((reaches**2).sum())),
        "totals in bands added as if together": float(off <= reaches.sum()),
    }


def _hours() -> list[Figure]:
    false = judged = 0
    found = dict.fromkeys(_FACTORS, 0)
    made = dict.fromkeys(_FACTORS, 0)
    for seed in range(_SHOPS):
        cells, usd = hourly(seed)
        grid = SpendGrid(cells, np.arange(usd.shape[1]) * HOUR_M, usd, usd)
        hours = range(_LEARNED_DAYS * 24, usd.shape[1])
        judged += len(hours) * len(grid.scopes())
        unusual = unusual_hours(grid, hours)
        for at in {each.at for each in unusual}:
            here = [each for each in unusual if each.at == at]
            false += len(most_specific(here, grid, HOURS))
        draw = np.random.default_rng(seed + 99)
        for _ in range(_MADE_PER_SHOP):
            row, factor = int(draw.integers(0, len(cells))), int(draw.choice(_FACTORS))
            start, length = int(draw.integers(hours[0], hours[-1] - 12)), int(draw.integers(1, 9))
            dearer = usd.copy()
            dearer[row, start : start + length] *= factor
            if (dearer - usd).max() < 0.02 * float(usd.sum(axis=0).mean()) * 24:
                continue
            made[factor] += 1
            there = SpendGrid(cells, grid.starts, dearer, dearer)
            found[factor] += bool(unusual_hours(there, range(start, start + length)))
    return [
        Figure("false hours told in 1,000 judged", 1000 * false / judged, "", 0.1),
        *(
            Figure(f"hours at {factor} times found", found[factor] / made[factor], "")
            for factor in _FACTORS
            if made[factor]
        ),
    ]


def _days() -> list[Figure]:
    false = judged = 0
    found = dict.fromkeys(_DAY_FACTORS, 0)
    for seed in range(_DAY_SEEDS):
        series, bursts = spend_with_bursts(seed)
        for at in range(max(_FEWEST_DAYS, len(series.values) - _DAYS_JUDGED), len(series.values)):
            usd = series.values[: at + 1]
            if np.isnan(usd[-1]) or bursts[at] > 1:
                continue
            judged += 1
            false += _is_unusual(series.first, usd, 1.0)
            for factor in _DAY_FACTORS:
                found[factor] += _is_unusual(series.first, usd, factor)
    return [
        Figure("false days in 1,000 judged", 1000 * false / judged, "", 6),
        *(
            Figure(f"days at {factor:g} times found", found[factor] / judged, "")
            for factor in _DAY_FACTORS
        ),
    ]


def _is_unusual(first: date, usd: Floats, factor: float) -> bool:
    """Tell whether the last day is unusual at so many times what it cost."""
    dearer = usd[None].copy()
    dearer[0, -1] *= factor
    grid = SpendGrid([Cell("model", "")], np.arange(len(usd)) * DAY_M, dearer, dearer)
    return bool(unusual_day(grid, first, len(usd) - 1))
