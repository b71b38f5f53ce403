"""Scores each value of a series as it comes: how surprising it is, given only what came before.

Five deviations are watched, each in its usual sizes: of the value from its forecast (a jump), of a
short and of a longer mean of deviations from the normal value (a shift), of a mean of forecast
errors (unrest), and of the value from the long-run centre (an extreme). A value between its
forecast and the normal one is a return and no jump. The surprises s of each (`rarity`) count as

    total = sqrt(sum of (weight s)^2),   score = e / (e + 2)

where e is what exceeds the habit that earlier surprises left (`episode`); the means' part of the
total, which builds up over several points, is measured by what was told alone. Parameters and
their tests: docs/decisions/0007-anomaly-detector.md.
"""

import math
import zlib
from typing import NamedTuple

import msgspec

from shared.domain.anomaly.episode import ALERT_SURPRISE, Episode
from shared.domain.anomaly.forecast import Forecast, Forecaster
from shared.domain.anomaly.rarity import Rarity
from shared.domain.anomaly.size import MOST_SIZES, Size
from shared.errors import InvalidInput

ALERT_SCORE = 0.5
"""A score from here on is an alert: a surprise of 2 or more. On what parameters were chosen on, a
bar of 1.8 finds more anomalies, but adds six false alarms for each."""

WARM_POINTS = 100
"""So many values are only learned from."""

_WEIGHTS = (1.0, 1.0, 1.0, 1.3, 0.45)
_LASTING = (False, True, True, True, False)
_SHORT_SHARE = 0.15
_LONG_SHARE = 0.06
_MOST_DEVIATION = 2 * MOST_SIZES
# Means vary less than single values: four of their units are about one usual size.
_MEAN_UNITS = 4.0
_EXTREME_UNITS = 2.0
_CENTRE_POINTS = 3_000
_AWAY_SIZES = 2.0
_REACH_EVERY_POINTS = 32
_FIRST_REACH = 6.0
_LEAST_RELATIVE = 1e-12
_MOST_VALUE = 1e100
_VERSION = b"\x01"


class Scored(NamedTuple):
    """What a value was given.

    Attributes:
        score: 0..1; an alert from `ALERT_SCORE` on, 0 for a missing value.
        low: from here to `high` a single value would not be an alert by itself; None before the
            first value.
        high: the upper end of the same.
    """

    score: float
    low: float | None
    high: float | None


class Detector(msgspec.Struct, array_like=True):
    """All that is remembered of one series: some 6 kB as bytes, however long it is.

    Attributes:
        forecaster: its course.
        episode: recent surprises.
        rarities: past deviations of each kind.
        spread: size of deviations from the centre.
        centre: long-run mean.
        short: short mean of deviations from the normal value.
        long: longer mean of the same.
        unrest: mean of forecast errors.
        away: the last value's distance from normal.
        reach: down and up, the deviation that would be an alert.
    """

    forecaster: Forecaster = msgspec.field(default_factory=Forecaster)
    episode: Episode = msgspec.field(default_factory=Episode)
    rarities: list[Rarity] = msgspec.field(default_factory=lambda: [Rarity() for _ in _WEIGHTS])
    spread: Size = msgspec.field(default_factory=Size)
    centre: float = 0.0
    short: float = 0.0
    long: float = 0.0
    unrest: float = 0.0
    away: float = 0.0
    reach: tuple[float, float] = (_FIRST_REACH, _FIRST_REACH)

    def score(self, time_s: float, value: float) -> Scored:
        """Score a value, then learn from it.

        Args:
            time_s: seconds since the epoch; may repeat, and need not be evenly spaced.
            value: NaN or infinite where it is missing: scored 0, nothing is learned.
        """
        missing = not math.isfinite(value)
        value = min(max(value, -_MOST_VALUE), _MOST_VALUE)
        forecaster = self.forecaster
        if forecaster.points == 0:
            if not missing:
                self._begin(time_s, value)
            return Scored(0.0, None, None)
        forecast = forecaster.foresee(time_s)
        unit = _LEAST_RELATIVE * (abs(self.centre) + self.spread.mean) + 1e-300
        low, high = self._expected(forecast, unit)
        noise = forecast.noise + unit
        band = low - self.reach[0] * noise, high + self.reach[1] * noise
        if missing:
            return Scored(0.0, *band)
        jump = value - high if value > high else min(value - low, 0.0)
        deviations = self._deviations(value, forecast, jump / noise, unit)
        surprise, lasting = self._surprise(deviations)
        exceeded = self.episode.exceeded(surprise, lasting, forecast.steps)
        self._learn(time_s, value, forecast, deviations, self.episode.share(surprise))
        return Scored(exceeded / (exceeded + ALERT_SURPRISE), *band)

    def to_bytes(self) -> bytes:
        """Return the state, to go on from later."""
        return _VERSION + zlib.compress(msgspec.msgpack.encode(self), 1)

    @classmethod
    def from_bytes(cls, state: bytes) -> "Detector":
        """Return the detector whose state was stored.

        Raises:
            InvalidInput: these bytes are no such state, or one of another version.
        """
        if state[:1] != _VERSION:
            raise InvalidInput.at("state", f"expected version {_VERSION!r}, got {state[:1]!r}")
        try:
            return msgspec.msgpack.decode(zlib.decompress(state[1:]), type=cls)
        except (zlib.error, msgspec.DecodeError) as error:
            raise InvalidInput.at("state", f"expected a detector's state, got {error}") from error

    def _begin(self, time_s: float, value: float) -> None:
        self.forecaster.begin(time_s, value)
        self.centre = value

    def _expected(self, forecast: Forecast, unit: float) -> tuple[float, float]:
        """Return the span from the forecast towards the normal value.

        The further the last value was from normal, the more of the way back is no surprise.
        """
        back = min(1.0, abs(self.away) / (_AWAY_SIZES * self.forecaster.swing.mean + unit))
        target = forecast.expected + back * (forecast.normal - forecast.expected)
        if target < forecast.expected:
            return target, forecast.expected
        return forecast.expected, target

    def _deviations(
        self, value: float, forecast: Forecast, jump: float, unit: float
    ) -> tuple[float, ...]:
        """Return the five deviations in their usual sizes; the means move on."""
        self.away = value - forecast.normal
        swing = self.away / (self.forecaster.swing.mean + unit)
        swing = min(max(swing, -_MOST_DEVIATION), _MOST_DEVIATION)
        error = abs(value - forecast.expected) / (forecast.noise + unit)
        self.short += _SHORT_SHARE * (swing - self.short)
        self.long += _LONG_SHARE * (swing - self.long)
        self.unrest += _LONG_SHARE * (min(error, _MOST_DEVIATION) - self.unrest)
        return (
            jump,
            _MEAN_UNITS * self.short,
            _MEAN_UNITS * self.long,
            _MEAN_UNITS * self.unrest,
            _EXTREME_UNITS * (value - self.centre) / (self.spread.mean + unit),
        )

    def _surprise(self, deviations: tuple[float, ...]) -> tuple[float, float]:
        """Return the surprise, and what the means make up of it."""
        if self.forecaster.points <= WARM_POINTS:
            return 0.0, 0.0
        total = lasting = 0.0
        each = zip(self.rarities, deviations, _WEIGHTS, _LASTING, strict=True)
        for rarity, deviation, weight, lasts in each:
            surprise = rarity.surprise(deviation)
            if surprise:
                square = (weight * surprise) ** 2
                total += square
                if lasts:
                    lasting += square
        return math.sqrt(total), math.sqrt(lasting)

    def _learn(
        self,
        time_s: float,
        value: float,
        forecast: Forecast,
        deviations: tuple[float, ...],
        share: float,
    ) -> None:
        for rarity, deviation in zip(self.rarities, deviations, strict=True):
            rarity.learn(deviation, share)
        rhythm_share = self.episode.rhythm_share(share)
        self.forecaster.learn(time_s, value, forecast, share=share, rhythm_share=rhythm_share)
        points = self.forecaster.points
        latest = max(1 / points, 1 / _CENTRE_POINTS)
        self.spread.learn(abs(value - self.centre), share * latest, points)
        self.centre += latest * (value - self.centre)
        if points > WARM_POINTS and points % _REACH_EVERY_POINTS == 0:
            jumps = self.rarities[0]
            surprise = ALERT_SURPRISE / _WEIGHTS[0]
            self.reach = jumps.reach(surprise, upwards=False), jumps.reach(surprise, upwards=True)
