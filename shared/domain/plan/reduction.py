"""Options that use less: of each series a share of its tokens goes, or moves to the cache.

Shares are of the period as it was; where an earlier option took something, the same share of what
is left goes. Tokens never fall below none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from shared.domain.plan.bill import Bill, Line, Place
from shared.domain.plan.exact import ONE, ZERO
from shared.domain.plan.load import column_of
from shared.domain.plan.option import Category, Evidence, OptionType, Proposal
from shared.domain.price.list_price import Meter
from shared.domain.recommendation.recommendation import Effort, Fact

MOST_NAMED = 10


class Case(StrEnum):
    """How well an option turns out."""

    LOW = "low"
    EXPECTED = "expected"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What goes of one series, each a share 0..1.

    Attributes:
        input: of its input tokens, cached or not.
        output: of its output tokens.
        failed: of the tokens of its failed requests.
        cached: of its input tokens, what moves from uncached to cached input.
    """

    input: Decimal = ZERO
    output: Decimal = ZERO
    failed: Decimal = ZERO
    cached: Decimal = ZERO


type Cuts = Mapping[Case, Cut]


@dataclass(frozen=True, slots=True)
class Sides:
    """Tokens and requests of a series over the period as it was, sampled-out ones included."""

    input: Decimal = ZERO
    output: Decimal = ZERO
    failed: Decimal = ZERO
    requests: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduction:
    """An option that takes something from several series at once.

    Attributes:
        type: what is done.
        target: about what; with the type it makes the id.
        effort: what it takes.
        description: what to do and why.
        implementation: how.
        assumptions: what is taken for granted, and how low and high differ.
        cuts: by series.
        facts: by series, what the cuts were computed from.
    """

    type: OptionType
    target: str
    effort: Effort
    description: str
    implementation: str
    assumptions: str
    cuts: Mapping[Place, Cuts]
    facts: Mapping[Place, Mapping[str, Fact]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Return what tells it from every other."""
        return f"{self.type}:{self.target}"

    def examine(self, bill: Bill) -> Proposal | None:
        """Return the bill without what goes."""
        bills = {case: changed(bill, self._change(case)) for case in Case}
        return Proposal(
            id=self.id,
            type=self.type,
            category=Category.EFFICIENCY,
            effort=self.effort,
            description=self.description,
            implementation=self.implementation,
            evidence=self._evidence(bill, bills[Case.EXPECTED]),
            low=bills[Case.LOW],
            expected=bills[Case.EXPECTED],
            high=bills[Case.HIGH],
        )

    def _change(self, case: Case) -> Callable[[Line], Line | None]:
        def change(line: Line) -> Line | None:
            cuts = self.cuts.get(line.place)
            return None if cuts is None else reduced(line, cuts[case])

        return change

    def _evidence(self, before: Bill, after: Bill) -> Evidence:
        saved = saved_by_place(before, after)
        most = sorted(saved, key=lambda place: (-saved[place], place))[:MOST_NAMED]
        named: list[Fact | dict[str, Fact]] = [
            {**labels_of(place), **self.facts.get(place, {})} for place in most if saved[place] > 0
        ]
        return {"assumptions": self.assumptions, "series": named, "series_count": len(self.cuts)}


def reduced(line: Line, cut: Cut) -> Line:
    """Return a line without what a cut takes."""
    counts = {
        meter: max(count - line.failed.get(meter, ZERO) * cut.failed, ZERO)
        * (ONE - (cut.output if is_output(meter) else cut.input))
        for meter, count in line.counts.items()
    }
    return replace(line, counts=_moved(line, counts, cut.cached) if cut.cached else counts)


def _moved(line: Line, counts: dict[Meter, Decimal], wanted: Decimal) -> Mapping[Meter, Decimal]:
    """Return counts with input moved to cached input, where that is cheaper."""
    if line.rates is None:
        return counts
    whole, cached = line.rates.rate(Meter.INPUT), line.rates.rate(Meter.CACHED_INPUT)
    if whole is None or cached is None or cached >= whole:
        return counts
    sent = sum((count for meter, count in counts.items() if not is_output(meter)), ZERO)
    moved = min(sent * wanted, counts.get(Meter.INPUT, ZERO))
    return counts | {
        Meter.INPUT: counts.get(Meter.INPUT, ZERO) - moved,
        Meter.CACHED_INPUT: counts.get(Meter.CACHED_INPUT, ZERO) + moved,
    }


def sides_of(bill: Bill) -> dict[Place, Sides]:
    """Return each series' tokens by side."""
    found: dict[Place, Sides] = {}
    for line in bill.lines:
        own = found.get(line.place, Sides())
        made = sum((n for m, n in line.counts.items() if is_output(m)), ZERO)
        found[line.place] = Sides(
            own.input + sum(line.counts.values(), ZERO) - made,
            own.output + made,
            own.failed + sum(line.failed.values(), ZERO),
            own.requests + line.all_requests,
        )
    return found


def changed(bill: Bill, change: Callable[[Line], Line | None]) -> Bill:
    """Return a bill whose lines were changed; a line stays where the change has None for it."""
    found = {at: change(line) for at, line in enumerate(bill.lines)}
    return bill.with_lines({at: line for at, line in found.items() if line is not None})


def saved_by_place(before: Bill, after: Bill) -> dict[Place, Decimal]:
    """Return what each series' lines save."""
    saved: dict[Place, Decimal] = {}
    for at, line in enumerate(before.lines):
        if line is not after.lines[at]:
            saved[line.place] = (
                saved.get(line.place, ZERO) + before.line_usd(at) - after.line_usd(at)
            )
    return saved


def share(part: int | Decimal, whole: Decimal) -> Decimal:
    """Return a part of a whole as a share, 0..1; 0 of nothing."""
    return min(max(Decimal(part) / whole, ZERO), ONE) if whole > 0 else ZERO


def is_output(meter: Meter) -> bool:
    """Tell whether a meter's tokens were generated."""
    return column_of(meter) is Meter.OUTPUT


def labels_of(place: Place) -> dict[str, Fact]:
    """Return a series' labels as evidence names them."""
    return {
        "deployment": place.deployment,
        "model": place.model,
        "application": place.application,
    }
