"""How rare a deviation is, measured by all deviations of the same kind before it.

Sizes are counted in logarithmic bins, four to an octave, each side for itself; older counts fade.
The largest few are a tail, and beyond its start u a power law holds (Hill 1975, Annals of
Statistics 3(5), with a prior worth n points), so that with m points in the tail

    expected(z) = m (u / z)^a,   a = (m + n) / (sum of ln(z_i / u) + n / a0)

is how many points as large as z the memory should hold. The surprise is log10(limit / expected),
0 where more are expected: what has happened often is no news, however large it is.
"""

from math import exp, log, log2, log10

import msgspec

BINS = 64
_PER_OCTAVE = 4
_LOWEST = 8
_LEAST_SIZE = 2 ** (-_LOWEST / _PER_OCTAVE)
_LARGEST_SIZE = 2 ** ((BINS - 1 - _LOWEST) / _PER_OCTAVE)
_BIN_LN = log(2) / _PER_OCTAVE
_MEMORY_POINTS = 6_000
_FADE = 1 / (1 - 1 / _MEMORY_POINTS)
_LARGEST_UNIT = 1e9
_TAIL_SHARE = 0.004
_TAIL_POINTS = 4.0
_PRIOR_POINTS = 65.0
_PRIOR_POWER = 17.0
_UNSEEN_POINTS = 0.5
_LEAST_EXPECTED = 1e-12
_EXPECTED_LIMIT = 5.0


class Rarity(msgspec.Struct, array_like=True):
    """Counts of past deviations.

    Attributes:
        above: weight of deviations upwards by bin.
        below: the same downwards.
        total: all of it.
        unit: what one point weighs; it grows, rather than all others shrinking.
    """

    above: list[float] = msgspec.field(default_factory=lambda: [0.0] * BINS)
    below: list[float] = msgspec.field(default_factory=lambda: [0.0] * BINS)
    total: float = 0.0
    unit: float = 1.0

    def surprise(self, deviation: float) -> float:
        """Return log10(limit / expected), at least 0, of a deviation in its usual sizes."""
        side, size = (self.above, deviation) if deviation >= 0 else (self.below, -deviation)
        if size < 1:
            return 0.0
        room = self._room()
        if sum(side[_bin(size) :]) > room:
            return 0.0
        points, power, start = self._tail(side, room)
        if size <= start:
            return 0.0
        expected = max(points * (start / size) ** power, _LEAST_EXPECTED)
        return max(log10(_EXPECTED_LIMIT / expected), 0.0)

    def reach(self, surprise: float, *, upwards: bool) -> float:
        """Return the size, at least 1, from which a deviation is that surprising."""
        points, power, start = self._tail(self.above if upwards else self.below, self._room())
        expected = _EXPECTED_LIMIT / 10**surprise
        return max(start * exp(log(max(points / expected, 1.0)) / power), 1.0)

    def learn(self, deviation: float, share: float) -> None:
        """Count a deviation, as `share` of a point (0..1)."""
        self.unit *= _FADE
        weight = share * self.unit
        if deviation >= 0:
            self.above[_bin(deviation)] += weight
        else:
            self.below[_bin(-deviation)] += weight
        self.total += weight
        if self.unit > _LARGEST_UNIT:
            self._rescale()

    def _room(self) -> float:
        """Return what the tail of one side may weigh."""
        return max(_TAIL_SHARE * self.total, _TAIL_POINTS * self.unit)

    def _tail(self, side: list[float], room: float) -> tuple[float, float, float]:
        """Return the points in the tail, the power of its law, and where it starts."""
        weight = logs = 0.0
        at = BINS - 1
        while at > 0 and weight + side[at] <= room:
            weight += side[at]
            logs += side[at] * at
            at -= 1
        points = weight / self.unit
        if at == 0:
            return max(points, _UNSEEN_POINTS), _PRIOR_POWER, 1.0
        start: float = 2.0 ** ((at + 1 - _LOWEST) / _PER_OCTAVE)
        if weight <= 0:
            return _UNSEEN_POINTS, _PRIOR_POWER, start
        mean_ln = (logs / weight - at - 0.5) * _BIN_LN
        power = (points + _PRIOR_POINTS) / (points * mean_ln + _PRIOR_POINTS / _PRIOR_POWER)
        return points, power, start

    def _rescale(self) -> None:
        self.above = [weight / self.unit for weight in self.above]
        self.below = [weight / self.unit for weight in self.below]
        self.total /= self.unit
        self.unit = 1.0


def _bin(size: float) -> int:
    if size < 1:
        return int(_PER_OCTAVE * log2(size) + _LOWEST) if size > _LEAST_SIZE else 0
    return int(_PER_OCTAVE * log2(size)) + _LOWEST if size < _LARGEST_SIZE else BINS - 1
