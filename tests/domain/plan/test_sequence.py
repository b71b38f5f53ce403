"""Options put into an order: what is saved never exceeds what is spent, whatever the order."""

import random
from dataclasses import dataclass, replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.plan.bill import Bill
from shared.domain.plan.option import Category, Group, OptionType, Proposal
from shared.domain.plan.saving import Spread, Spreads
from shared.domain.plan.sequence import Choice, decide
from shared.domain.price.list_price import Meter
from shared.domain.recommendation.recommendation import Effort
from tests.domain.plan.plan_factories import bill, line, place

HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class Share:
    """Leaves shares (in hundredths) of some lines' tokens."""

    id: str
    kept: int
    lines: frozenset[int] = frozenset({0, 1, 2})
    effort: Effort = Effort.LOW
    swing: int = 0

    def examine(self, bill: Bill) -> Proposal | None:
        low, high = (self._bill(bill, self.kept + swing) for swing in (self.swing, -self.swing))
        return Proposal(
            id=self.id,
            type=OptionType.BATCH,
            category=Category.COST,
            effort=self.effort,
            description="",
            implementation="",
            evidence={},
            low=low,
            expected=self._bill(bill, self.kept),
            high=high,
        )

    def _bill(self, bill: Bill, kept: int) -> Bill:
        part = min(max(kept, 0), 200) * HUNDREDTH
        return bill.with_lines(
            {
                at: replace(each, counts={m: n * part for m, n in each.counts.items()})
                for at, each in enumerate(bill.lines)
                if at in self.lines
            }
        )


BILL = bill(*(line(place(f"d{at}"), sent=1_000_000 * (at + 1)) for at in range(3)))
"""2, 4 and 6 US dollars."""

SHARES = st.builds(
    Share,
    st.from_regex(r"[a-z]{4}", fullmatch=True),
    st.integers(0, 150),
    st.frozensets(st.integers(0, 2)),
    st.sampled_from(Effort),
    st.integers(0, 30),
)
GROUPS = st.lists(
    st.builds(
        Group,
        st.from_regex(r"[a-z]{6}", fullmatch=True),
        st.integers(0, 3),
        st.lists(st.lists(SHARES, min_size=1, max_size=2), min_size=1, max_size=3),
    ),
    max_size=6,
    unique_by=lambda group: group.key,
)


def told(choices: list[Choice]) -> list[tuple[str, bool, Decimal]]:
    return [(each.proposal.id, each.taken, each.saving.expected) for each in choices]


@given(GROUPS)
def test_savings_never_exceed_the_cost_and_add_up(groups: list[Group]) -> None:
    choices, after = decide(BILL, groups, Spreads())
    saved = sum((each.saving.expected for each in choices if each.taken), Decimal(0))
    assert saved == BILL.total_usd - after.total_usd
    assert 0 <= saved <= BILL.total_usd
    for each in choices:
        assert each.saving.low <= each.saving.expected <= each.saving.high <= BILL.total_usd


@given(GROUPS, st.randoms(use_true_random=False))
def test_the_order_in_which_options_are_listed_does_not_matter(
    groups: list[Group], mixed: random.Random
) -> None:
    shuffled = [
        replace(group, branches=mixed.sample(list(group.branches), len(group.branches)))
        for group in mixed.sample(groups, len(groups))
    ]
    one, other = decide(BILL, groups, Spreads()), decide(BILL, shuffled, Spreads())
    assert told(one[0]) == told(other[0])
    assert one[1] == other[1]


def test_of_those_that_exclude_each_other_the_best_is_taken_the_others_are_named() -> None:
    group = Group("g", 0, [[Share("half", 50)], [Share("tenth", 90)], [Share("worse", 120)]])
    choices, after = decide(BILL, [group], Spreads())
    assert told(choices) == [("half", True, Decimal(6)), ("tenth", False, Decimal("1.2"))]
    assert [each.excludes for each in choices] == [("tenth",), ("half",)]
    assert after.total_usd == 6


def test_each_saves_of_what_the_ones_before_left() -> None:
    groups = [Group("later", 1, [[Share("b", 50)]]), Group("earlier", 0, [[Share("a", 50)]])]
    choices, after = decide(BILL, groups, Spreads())
    assert told(choices) == [("a", True, Decimal(6)), ("b", True, Decimal(3))]
    assert after.total_usd == 3


def test_equal_savings_go_to_the_lesser_effort() -> None:
    branches = [[Share("a", 50, effort=Effort.HIGH)], [Share("b", 50, effort=Effort.LOW)]]
    choices, _ = decide(BILL, [Group("g", 0, branches)], Spreads())
    assert [each.proposal.id for each in choices if each.taken] == ["b"]


def test_a_branch_of_several_options_is_taken_as_a_whole() -> None:
    both = [Share("a", 50, frozenset({0})), Share("b", 50, frozenset({2}))]
    one = [Share("c", 60, frozenset({0, 1, 2}))]
    choices, _ = decide(BILL, [Group("g", 0, [one, both])], Spreads())
    # By hand: a and b save 1 and 3 US dollars, c saves 4.8.
    assert told(choices)[0] == ("c", True, Decimal("4.8"))
    assert [each.excludes for each in choices] == [("a", "b"), ("c",), ("c",)]


def test_lean_and_rich_weeks_widen_the_range() -> None:
    lean = Spreads({each.place: Spread(Decimal("0.5"), Decimal("1.5")) for each in BILL.lines})
    (choice,), _ = decide(BILL, [Group("g", 0, [[Share("a", 50, swing=10)]])], lean)
    # By hand: 40 % of 12 in a week half as rich, 60 % of it in one half as rich again.
    assert choice.saving.low == Decimal("2.4")
    assert choice.saving.expected == 6
    assert choice.saving.high == Decimal("10.8")
    assert Meter.INPUT in BILL.lines[0].counts
