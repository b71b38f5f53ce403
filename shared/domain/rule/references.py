"""What rules are held against besides the measurements themselves: baselines and budgets."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.domain.label import Labels
from shared.domain.metric.window import Expression
from shared.domain.packing import Floats


@dataclass(frozen=True, slots=True)
class Normal:
    """What is normal for one label set at each of several evaluation times.

    Attributes:
        center: float64, in the unit of the measurement; NaN where it is not known.
        spread: float64, robust standard deviation around it, >= 0.
    """

    center: Floats
    spread: Floats


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of a budget's amount is used at each of several evaluation times.

    Attributes:
        spent: float64, spend of the month so far over the amount; NaN where it is not known.
        forecast: float64, the month's expected spend over the amount; NaN where it is not known.
    """

    spent: Floats
    forecast: Floats


@dataclass(frozen=True, slots=True)
class References:
    """Baselines and budgets at the evaluation times of a run.

    Attributes:
        normals: what is measured -> label set -> what is normal for it.
        shares: name of the budget -> how much of it is used.
        retirements: label set -> what there is to say of the model's retirement.
    """

    normals: Mapping[Expression, Mapping[Labels, Normal]] = field(default_factory=dict)
    shares: Mapping[str, Shares] = field(default_factory=dict)
    retirements: Mapping[Labels, str] = field(default_factory=dict)


NO_REFERENCES = References()
