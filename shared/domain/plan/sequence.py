"""Options put into an order: of those that exclude each other the best, each on what is left.

Stages are decided one after the other (decision 0012): first what need not be used at all, then
what the rest costs a token, last what capacity is worth holding for it. A group's branches are all
examined on the same bill and the one that saves most is taken, so the order in which they are
listed does not matter. What is expected adds up: each saves of the bill that the ones before left.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from shared.domain.plan.bill import Bill
from shared.domain.plan.exact import ZERO, exactly
from shared.domain.plan.option import EFFORT, Group, Option, Proposal
from shared.domain.plan.saving import Saving, Spreads, saving


@dataclass(frozen=True, slots=True)
class Choice:
    """An option that saves something.

    Attributes:
        proposal: what it does.
        saving: over the period, on the bill it was examined on.
        excludes: ids of the options that cannot be taken along with it.
        taken: whether it is part of the plan, rather than an alternative to a part of it.
    """

    proposal: Proposal
    saving: Saving
    excludes: tuple[str, ...]
    taken: bool


@dataclass(frozen=True, slots=True)
class _Branch:
    """A branch as it was examined."""

    found: tuple[tuple[Proposal, Saving], ...]
    bill: Bill

    @property
    def saved(self) -> Decimal:
        return sum((each.expected for _, each in self.found), ZERO)

    @property
    def rank(self) -> tuple[Decimal, int, list[str]]:
        """Return what the best has least of: savings first, then effort, then the id."""
        effort = sum(EFFORT[proposal.effort] for proposal, _ in self.found)
        return -self.saved, effort, [proposal.id for proposal, _ in self.found]


@exactly
def decide(bill: Bill, groups: Iterable[Group], spreads: Spreads) -> tuple[list[Choice], Bill]:
    """Return what is worth doing, in order, and the bill when all of it is done.

    Args:
        bill: as it is.
        groups: in any order.
        spreads: how much traffic differs from week to week.
    """
    choices: list[Choice] = []
    for group in sorted(groups, key=lambda each: (each.stage, each.key)):
        branches = [_examined(bill, branch, spreads) for branch in group.branches]
        worth = sorted((each for each in branches if each.saved > 0), key=lambda each: each.rank)
        for at, branch in enumerate(worth):
            others = [each for each in worth if each is not branch]
            choices += _choices(branch, others, taken=at == 0)
        if worth:
            bill = worth[0].bill
    return choices, bill


def _examined(bill: Bill, branch: Sequence[Option], spreads: Spreads) -> _Branch:
    found: list[tuple[Proposal, Saving]] = []
    for option in branch:
        proposal = option.examine(bill)
        if proposal is None:
            continue
        saved = saving(bill, proposal.low, proposal.expected, proposal.high, spreads)
        if saved.expected > 0:
            found.append((proposal, saved))
            bill = proposal.expected
    return _Branch(tuple(found), bill)


def _choices(branch: _Branch, others: Sequence[_Branch], *, taken: bool) -> list[Choice]:
    excluded = tuple(proposal.id for each in others for proposal, _ in each.found)
    return [Choice(proposal, saved, excluded, taken) for proposal, saved in branch.found]
