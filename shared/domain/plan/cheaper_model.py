"""A cheaper model that an application has tried and scored: quality is measured, not guessed.

A model counts as good enough for an application where every score it has there in common with the
present one, from 30 scored answers of each on, holds with 95 % confidence: above the application's
`quality_threshold`, or without one, no more than 0.02 below the present model.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import sqrt

import numpy as np

from shared.domain.digest.tally import Tally
from shared.domain.packing import Ints
from shared.domain.plan.bill import Bill, Line
from shared.domain.plan.exact import ONE, ZERO
from shared.domain.plan.option import Category, OptionType, Proposal
from shared.domain.plan.reduction import Case, is_output
from shared.domain.plan.traffic import Traffic
from shared.domain.plan.workload import Workload
from shared.domain.price.list_price import ContextBand
from shared.domain.price.offer import Billing
from shared.domain.recommendation.recommendation import Effort, Fact

FEWEST = 30
MARGIN = 0.02
_Z = 1.96
_SCALE = 1e6


@dataclass(frozen=True, slots=True)
class Score:
    """A score over an application's answers by one model.

    Attributes:
        n: scored answers.
        mean: of them.
        deviation: their standard deviation.
    """

    n: int
    mean: float
    deviation: float

    @property
    def error(self) -> float:
        """Return half of the width of the mean's 95 % interval."""
        return _Z * self.deviation / sqrt(self.n)


type Scores = Mapping[tuple[str, str], Mapping[str, Score]]
"""(application, model) -> name -> score."""


def scores_of(traffic: Traffic) -> Scores:
    """Return every score by application and model, whatever the prompt version."""
    found: dict[tuple[str, str], list[Tally]] = {}
    for place, rows in traffic.by_place("quality").items():
        found.setdefault((place.application, place.model), []).append(rows)
    return {key: _scores(rows, traffic.scores) for key, rows in found.items()}


def good_enough(
    now: Mapping[str, Score], other: Mapping[str, Score], threshold: float | None
) -> bool:
    """Tell whether a model keeps the quality that another has.

    Args:
        now: scores of the present model.
        other: scores of the one to be.
        threshold: the mean that has to be kept; None keeps what there is.
    """
    common = [
        name
        for name, score in now.items()
        if score.n >= FEWEST and name in other and other[name].n >= FEWEST
    ]
    if not common:
        return False
    if threshold is not None:
        return all(other[name].mean - other[name].error >= threshold for name in common)
    return all(_no_worse(now[name], other[name]) for name in common)


@dataclass(frozen=True, slots=True)
class CheaperModel:
    """One application's requests of one model, sent to another.

    Attributes:
        application: whose.
        model: as it is reported now.
        other: as the other is reported.
        scores: of all.
        load: all that is known.
    """

    application: str
    model: str
    other: str
    scores: Scores
    load: Workload

    @property
    def id(self) -> str:
        """Return what tells it from every other."""
        return f"{OptionType.CHEAPER_MODEL}:{self.application}:{self.model}:{self.other}"

    def examine(self, bill: Bill) -> Proposal | None:
        """Return the bill with the other model's prices."""
        found = {
            at: (line, rates)
            for at, line in enumerate(bill.lines)
            if (rates := self._rates(line)) is not None
        }
        if not found:
            return None
        longer = self._longer()
        bills = {
            case: bill.with_lines({at: self._line(*pair, case) for at, pair in found.items()})
            for case in Case
        }
        return Proposal(
            id=self.id,
            type=OptionType.CHEAPER_MODEL,
            category=Category.COST,
            effort=Effort.HIGH,
            description=(
                f"Send {self.application}'s requests to {self.other} in place of {self.model}: its "
                "answers there scored as well."
            ),
            implementation=(
                "Route a growing share of requests to it while scores are watched; go back where "
                "they fall."
            ),
            evidence={
                "application": self.application,
                "model": self.model,
                "other_model": self.other,
                "scores": self._told(),
                "output_tokens_ratio": None if longer is None else float(longer),
                "assumptions": (
                    "The same requests at the other model's list prices; answers as long as its "
                    "own there (expected), at least as long as now (low), at most (high)."
                ),
            },
            low=bills[Case.LOW],
            expected=bills[Case.EXPECTED],
            high=bills[Case.HIGH],
        )

    def _rates(self, line: Line) -> ContextBand | None:
        mine = (line.place.application, line.place.model) == (self.application, self.model)
        if not mine or line.rates is None or line.offer.billing is not Billing.STANDARD:
            return None
        return self.load.rates(line, self.other, line.offer)

    def _line(self, line: Line, rates: ContextBand, case: Case) -> Line:
        own = self._longer() or ONE
        ratio = {Case.LOW: max(own, ONE), Case.EXPECTED: own, Case.HIGH: min(own, ONE)}[case]
        counts = {m: n * ratio if is_output(m) else n for m, n in line.counts.items()}
        return replace(line, model=self.other, counts=counts, rates=rates, under=None, paid=ONE)

    def _longer(self) -> Decimal | None:
        """Return output tokens a request of the other, as a share of the present one's."""
        now = self.load.outputs.get((self.application, self.model))
        then = self.load.outputs.get((self.application, self.other))
        return then / now if now and then else None

    def _told(self) -> list[Fact | dict[str, Fact]]:
        now = self.scores[self.application, self.model]
        other = self.scores[self.application, self.other]
        return [
            {
                "score": name,
                "now": now[name].mean,
                "now_n": now[name].n,
                "other": other[name].mean,
                "other_n": other[name].n,
                "other_interval": other[name].error,
            }
            for name in sorted({*now} & {*other})
        ]


def outputs_of(lines: Iterable[Line]) -> dict[tuple[str, str], Decimal]:
    """Return output tokens a request by application and model, where there are enough requests."""
    made: dict[tuple[str, str], Decimal] = {}
    requests: dict[tuple[str, str], int] = {}
    reported: dict[tuple[str, str], int] = {}
    for line in lines:
        key = line.place.application, line.place.model
        own = sum((n for m, n in line.counts.items() if is_output(m)), ZERO)
        made[key] = made.get(key, ZERO) + own
        requests[key] = requests.get(key, 0) + line.all_requests
        reported[key] = reported.get(key, 0) + line.requests
    return {
        key: made[key] / max(requests[key], 1) for key, count in reported.items() if count >= FEWEST
    }


def _scores(parts: list[Tally], names: Sequence[str]) -> dict[str, Score]:
    sums: dict[str, Ints] = {}
    for rows in parts:
        columns = np.stack([rows.sums[k] for k in ("n", "sum_millionths", "squares_millionths")])
        for at, code in enumerate(rows.keys["score"].tolist()):
            name = names[code]
            sums[name] = sums.get(name, np.zeros(3, np.int64)) + columns[:, at]
    return {name: _score(*(int(each) for each in found)) for name, found in sums.items()}


def _score(n: int, total: int, squares: int) -> Score:
    mean = total / _SCALE / n
    return Score(n, mean, max(squares / _SCALE / n - mean * mean, 0.0) ** 0.5)


def _no_worse(now: Score, other: Score) -> bool:
    error = sqrt(now.error**2 + other.error**2)
    return other.mean - now.mean - error >= -MARGIN
