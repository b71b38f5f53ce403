"""The usual size of something: a running mean in which an outlier counts as a few sizes at most."""

import msgspec

MOST_SIZES = 8.0
_FIRST_POINTS = 20


class Size(msgspec.Struct, array_like=True):
    """A running mean of sizes.

    Attributes:
        mean: the usual size; 0 while nothing deviated.
    """

    mean: float = 0.0

    def learn(self, size: float, latest: float, points: int) -> None:
        """Take in a size with a share of 0..1; while points are few, whatever it is."""
        if points > _FIRST_POINTS and size > MOST_SIZES * self.mean > 0:
            size = MOST_SIZES * self.mean
        self.mean += latest * (size - self.mean)
