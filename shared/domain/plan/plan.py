"""A plan of one model, or of all: what could be saved, in order, never more than is spent."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.domain.plan.bill import Bill
from shared.domain.plan.exact import exactly
from shared.domain.plan.groups import groups_of
from shared.domain.plan.option import OptionType, Unexamined
from shared.domain.plan.sequence import Choice, decide
from shared.domain.plan.tier import DAY_S
from shared.domain.plan.triggers import Trigger, signs_of, triggers_of
from shared.domain.plan.workload import Workload
from shared.domain.price.ptu import ptu_sizing

ALL = "all"
"""What a plan of all models calls itself."""

_NO_AUTOSCALING = (
    "Provisioned throughput does not scale by itself: what exceeds it spills to a standard "
    "deployment, and units that were given up may not be had again "
    "(learn.microsoft.com/azure/foundry/openai/how-to/provisioned-throughput-onboarding)."
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is worth doing.

    Attributes:
        target: the model, or `all`.
        before: the bill of the period as it is.
        after: the bill when all that is recommended is done.
        choices: what saves, in the order in which it was decided, alternatives among them.
        unexamined: what would have been looked at, and why it could not be.
        triggers: signs that made it look closer.
        days: of the period.
        reason: why there is nothing at all; empty where there is.
    """

    target: str
    before: Bill
    after: Bill
    choices: tuple[Choice, ...]
    unexamined: tuple[Unexamined, ...]
    triggers: tuple[Trigger, ...]
    days: int
    reason: str = ""


@exactly
def plan_of(load: Workload, model: str | None) -> Plan:
    """Return the plan of a workload.

    Args:
        load: traffic and what is known around it.
        model: which model it is about; None for all.
    """
    target = ALL if model is None else model
    if not load.bill.lines and not load.bill.total_usd:
        return Plan(target, load.bill, load.bill, (), (), (), load.days, _no_traffic(load))
    signs = triggers_of(signs_of(load))
    groups = groups_of(load, target, reservations=model is None)
    choices, after = decide(load.bill, groups, load.spreads)
    return Plan(
        target,
        load.bill,
        after,
        tuple(choices),
        tuple(_unexamined(load, signs)),
        tuple(signs),
        load.days,
        "" if choices else "Nothing that was examined saves anything.",
    )


def _no_traffic(load: Workload) -> str:
    return (
        f"No traffic that has a price, and no provisioned throughput, in {load.days} day(s) up to "
        f"{load.last.isoformat()}."
    )


def _unexamined(load: Workload, signs: list[Trigger]) -> Iterator[Unexamined]:
    if Trigger.SPIKE in signs:
        yield Unexamined(OptionType.AUTOSCALING, "", _NO_AUTOSCALING)
    if not load.traffic.days:
        reason = "No daily digest yet: they are made in the first hours of the next day."
        yield Unexamined(OptionType.PROVISIONED_THROUGHPUT, "", reason)
    yield from _unsized(load)
    yield from _waits_unknown(load)


def _unsized(load: Workload) -> Iterator[Unexamined]:
    models = {line.model for line in load.bill.lines if line.under is not None}
    for model in sorted(models):
        sizing = ptu_sizing(model, load.last)
        if sizing is None:
            reason = f"How {model} is sized in PTU is not known."
            yield Unexamined(OptionType.PROVISIONED_THROUGHPUT, model, reason)
    unpriced = {line.model for line in load.bill.lines if line.rates is None}
    for model in sorted(unpriced):
        reason = f"What {model} costs by token is not known, so its units cannot be compared."
        yield Unexamined(OptionType.RIGHTSIZING, model, reason)


def _waits_unknown(load: Workload) -> Iterator[Unexamined]:
    names = {line.place.application for line in load.bill.lines if line.place.application}
    for name in sorted(names):
        known = load.applications.get(name)
        if known is None or known.max_delay_s is None:
            reason = (
                f"How long {name} can wait is not known: say so with PUT /api/v1/applications/ and "
                f"max_delay_s ({DAY_S:.0f} for batches)."
            )
            yield Unexamined(OptionType.BATCH, name, reason)
