"""An option: something that could be done about a bill, and what the bill would be then."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from shared.domain.plan.bill import Bill
from shared.domain.recommendation.recommendation import Effort, Fact

type Evidence = dict[str, Fact | list[Fact | dict[str, Fact]] | dict[str, Fact]]

EFFORT = {Effort.LOW: 1, Effort.MEDIUM: 2, Effort.HIGH: 3}
"""What savings are divided by to order what is to be done first."""


class OptionType(StrEnum):
    """What is done."""

    RETRIES = "retries"
    RESPONSE_CACHING = "response_caching"
    PROMPT_OPTIMIZATION = "prompt_optimization"
    MAX_TOKENS = "max_tokens"
    PROMPT_CACHING = "prompt_caching"
    CHEAPER_MODEL = "cheaper_model"
    GEOGRAPHY = "geography"
    BATCH = "batch"
    SERVICE_TIER = "service_tier"
    PROVISIONED_THROUGHPUT = "provisioned_throughput"
    RIGHTSIZING = "rightsizing"
    DEPLOYMENT_OPTIMIZATION = "deployment_optimization"
    AUTOSCALING = "autoscaling"
    RESERVATION = "reservation"


class Category(StrEnum):
    """Whether less is used, or the same is paid less for."""

    EFFICIENCY = "efficiency"
    COST = "cost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What an option makes of a bill.

    Attributes:
        id: stable, unique within a plan: the type and what it is about.
        type: what is done.
        category: whether less is used, or less is paid for it.
        effort: what it takes.
        description: what to do, in one sentence with its reason.
        implementation: how.
        evidence: what it was computed from, and every assumption.
        low: the bill where it helps least.
        expected: the bill as expected.
        high: the bill where it helps most.
    """

    id: str
    type: OptionType
    category: Category
    effort: Effort
    description: str
    implementation: str
    evidence: Evidence
    low: Bill
    expected: Bill
    high: Bill


class Option(Protocol):
    """Something that could be done."""

    @property
    def id(self) -> str:
        """Return what tells it from every other."""

    def examine(self, bill: Bill) -> Proposal | None:
        """Return what it makes of a bill; None where it has nothing to offer."""


@dataclass(frozen=True, slots=True)
class Group:
    """Options of which one branch at most is taken.

    Attributes:
        key: stable; orders the groups of a stage.
        stage: when it is decided; earlier ones leave their bill to later ones.
        branches: sequences of options that exclude one another.
    """

    key: str
    stage: int
    branches: Sequence[Sequence[Option]]


@dataclass(frozen=True, slots=True)
class Unexamined:
    """Something that was asked for and cannot be computed.

    Attributes:
        type: what it would have been.
        target: about what.
        reason: why not, in one sentence.
    """

    type: OptionType
    target: str
    reason: str
