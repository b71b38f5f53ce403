"""What a change of a mean is made of: other traffic, other lengths, or the same work done worse.

With w and m the share of requests and the mean of each group of labels, before (0) and after (1),
the change splits without a remainder (Kitagawa 1955, doi:10.1080/01621459.1955.10501299):

    M1 - M0 = sum (w1 - w0) (m0 + m1) / 2   mix: traffic moved between groups
            + sum (w0 + w1) / 2 (m1 - m0)   within groups

A group that is there only once counts as mix alone. The mix is told label by label, the one that
explains most alone first, each with what it adds to those before it. Where lengths are known, a
part of each group's own change is

    length = slope_output * change of mean ln(1 + output) + slope_input * the same of uncached input

with slopes from requests of the same group and time, so that they say what length does and not what
groups do; the rest is the rate. It is told by the label whose values differ most in it. Where
lengths within groups do not vary, latency is taken as proportional to output: the rate is then the
time a token.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from shared.domain.label import OTHER
from shared.domain.packing import Floats
from shared.domain.rollup.grouped_cells import Cells, Pair, paired

_MOST_VALUES = 10
# Half the sum of |share of the rest - share of requests|: below, every value did alike.
_LEAST_DIFFERENCE = 0.3
_NEGLIGIBLE = 1e-9
# A variance of ln(1 + tokens) below which lengths count as constant.
_CONSTANT = 1e-4


class Cause(StrEnum):
    """What kind of thing changed."""

    MIX = "mix"
    OUTPUT_LENGTH = "output_length"
    INPUT_LENGTH = "input_length"
    RATE = "rate"
    ERROR_TYPE = "error_type"
    ERROR_CLASS = "error_class"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a change.

    Attributes:
        cause: its kind.
        dimension: the label it is about; empty where it is about none.
        value: of that label, the one that moved most; empty where it is about none.
        amount: what it adds to the change of the mean; all parts add up to that.
        before: what moved, before: a share of requests for a mix, else a mean.
        after: likewise, after.
    """

    cause: Cause
    dimension: str
    value: str
    amount: float
    before: float
    after: float


def decompose(before: Cells, after: Cells) -> list[Part]:
    """Return the parts of a change of a mean, the largest first; none where there is no change.

    Args:
        before: sums by group, the time of reference.
        after: sums by group, the time that is judged.
    """
    if not before.count.sum() or not after.count.sum():
        return []
    pair = paired(before, after)
    if abs(pair.change) < _NEGLIGIBLE:
        return []
    mix = _mix_parts(pair)
    lengths, rest = _length_parts(pair)
    parts = [*mix, *lengths, *_rate_parts(pair, rest)]
    return by_amount([part for part in parts if abs(part.amount) > _NEGLIGIBLE])


def by_amount(parts: Sequence[Part]) -> list[Part]:
    """Return parts, the largest first."""
    return sorted(parts, key=lambda part: -abs(part.amount))


def _mix_parts(pair: Pair) -> list[Part]:
    alone = {name: _mix(pair.by((name,))) for name in pair.dimensions}
    order = sorted(alone, key=lambda name: -abs(alone[name].sum()))
    parts, told, names = [], 0.0, tuple[str, ...]()
    for name in order:
        names = (*names, name)
        upto = float(_mix(pair.by(names)).sum())
        amount, told = upto - told, upto
        grouped = pair.by((name,))
        at = int(np.argmax(alone[name] * np.sign(amount)))
        shares = grouped.shares
        value = dict(grouped.labels[at])[name]
        before, after = float(shares[0][at]), float(shares[1][at])
        parts.append(Part(Cause.MIX, name, value, amount, before, after))
    return parts


def _mix(pair: Pair) -> Floats:
    """Return what each group adds by having another share of the requests."""
    shares, means = pair.shares, pair.means
    middle = sum(float(shares[at] @ means[at]) for at in (0, 1)) / 2
    found: Floats = (shares[1] - shares[0]) * ((means[0] + means[1]) / 2 - middle)
    return found


def _length_parts(pair: Pair) -> tuple[list[Part], Floats]:
    """Return the parts of lengths, and what is left of each group's own change."""
    weights = (pair.shares[0] + pair.shares[1]) / 2
    within: Floats = weights * (pair.means[1] - pair.means[0])
    lengths = pair.lengths
    if lengths is None:
        return [], within
    parts = []
    for at, cause in enumerate((Cause.OUTPUT_LENGTH, Cause.INPUT_LENGTH)):
        moved = weights * _slopes(pair)[at] * (lengths.means[1][at] - lengths.means[0][at])
        within = within - moved
        before, after = (float(np.expm1(lengths.overall[time][at])) for time in (0, 1))
        parts.append(Part(cause, "", "", float(moved.sum()), before, after))
    return parts, within


def _slopes(pair: Pair) -> tuple[float, float]:
    """Return what ln latency gains with ln(1 + output) and ln(1 + uncached input)."""
    if pair.lengths is None:
        return 0.0, 0.0
    outputs, inputs, both, by_output, by_input = pair.lengths.within
    varied = [each > _CONSTANT * pair.count for each in (outputs, inputs)]
    if not varied[0]:
        return 1.0, max(by_input / inputs, 0.0) if varied[1] else 0.0
    # Nothing answers faster for being longer: a negative slope is chance, or something else.
    alone = max(by_output / outputs, 0.0), 0.0
    determinant = outputs * inputs - both**2
    if not varied[1] or determinant < 1e-6 * outputs * inputs:
        return alone
    output = (by_output * inputs - by_input * both) / determinant
    by_inputs = (by_input * outputs - by_output * both) / determinant
    if by_inputs <= 0:
        return alone
    return (output, by_inputs) if output > 0 else (0.0, max(by_input / inputs, 0.0))


def _rate_parts(pair: Pair, rest: Floats) -> list[Part]:
    total = float(rest.sum())
    everywhere = Part(Cause.RATE, "", "", total, *(float(mean) for mean in pair.overall))
    shares = (pair.shares[0] + pair.shares[1]) / 2
    if abs(total) < _NEGLIGIBLE:
        return [everywhere]
    best, found = _LEAST_DIFFERENCE, ""
    for name in pair.dimensions:
        places, count = pair.places((name,))
        moved = np.bincount(places, rest, count) / total
        difference = float(np.abs(moved - np.bincount(places, shares, count)).sum()) / 2
        if difference > best + _NEGLIGIBLE:
            best, found = difference, name
    return _by_value(pair, rest, found) if found else [everywhere]


def _by_value(pair: Pair, rest: Floats, name: str) -> list[Part]:
    grouped = pair.by((name,))
    places, count = pair.places((name,))
    moved = np.bincount(places, rest, count)
    order = np.argsort(-np.abs(moved), kind="stable").tolist()
    parts = [
        Part(
            Cause.RATE,
            name,
            dict(grouped.labels[at])[name],
            float(moved[at]),
            float(grouped.means[0][at]),
            float(grouped.means[1][at]),
        )
        for at in order[:_MOST_VALUES]
    ]
    left = float(moved[order[_MOST_VALUES:]].sum())
    return [*parts, Part(Cause.RATE, name, OTHER, left, *map(float, pair.overall))]
