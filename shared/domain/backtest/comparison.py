"""Where two sets of rules differ over the same history, per rule and label set."""

from collections.abc import Sequence

import msgspec
import numpy as np

from shared.domain.backtest.timeline import Timeline
from shared.domain.backtest.view import Figures
from shared.domain.label import Labels


class Difference(msgspec.Struct, frozen=True):
    """A label set that fires at other times; *here* is the first set of rules, *there* the other.

    Attributes:
        minutes_here: minutes that it fires here.
        minutes_there: minutes that it fires there.
        only_here: of these, minutes that it does not fire there.
        only_there: of these, minutes that it does not fire here.
    """

    rule: str
    labels: dict[str, str]
    fired_here: int
    fired_there: int
    minutes_here: int
    minutes_there: int
    only_here: int
    only_there: int


class Compared(Figures, frozen=True):
    """What the other set of rules comes to, and where that differs."""

    differences: list[Difference]


def differences(
    here: Sequence[Timeline], there: Sequence[Timeline], *, step_m: int
) -> list[Difference]:
    """Return the label sets that fire at other times, largest difference first.

    Rules are paired by name; where each set has but one rule, those two are paired whatever their
    names.

    Args:
        here: timelines of the first set.
        there: timelines of the other, over the same evaluation times.
        step_m: minutes between two evaluations.
    """
    names = {each.rule.name for each in here}, {each.rule.name for each in there}
    alone = all(len(each) == 1 for each in names)
    first, second = _keyed(here, alone=alone), _keyed(there, alone=alone)
    keys = dict.fromkeys([*first, *second])
    found = [_difference(first.get(key), second.get(key), step_m) for key in keys]
    differing = [each for each in found if each and (each.only_here or each.only_there)]
    return sorted(differing, key=lambda each: -(each.only_here + each.only_there))


def _keyed(timelines: Sequence[Timeline], *, alone: bool) -> dict[tuple[str, Labels], Timeline]:
    return {("" if alone else each.rule.name, each.labels): each for each in timelines}


def _difference(here: Timeline | None, there: Timeline | None, step_m: int) -> Difference | None:
    one = here or there
    if one is None:
        return None
    nowhere = np.zeros(len(one.states), np.bool_)
    first, second = (nowhere if each is None else each.firing for each in (here, there))
    return Difference(
        one.rule.name,
        dict(one.labels),
        here.sums(step_m).fired if here else 0,
        there.sums(step_m).fired if there else 0,
        int(first.sum()) * step_m,
        int(second.sum()) * step_m,
        int((first & ~second).sum()) * step_m,
        int((second & ~first).sum()) * step_m,
    )
