"""Advice: what to change, what it promises, what became of it."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from shared.domain.identity import identity_of
from shared.domain.verification.verdict import Metric, Needs, Promise, Verdict

PERCENT = "percent"

type Fact = str | int | float | bool | None
type Evidence = dict[str, Fact | list[Fact] | dict[str, Fact]]


class Category(StrEnum):
    """What a piece of advice is about."""

    MODEL_OPTIMIZATION = "model_optimization"
    RELIABILITY = "reliability"
    COST_OPTIMIZATION = "cost_optimization"
    INFRASTRUCTURE = "infrastructure"
    QUALITY = "quality"


class Priority(StrEnum):
    """How much it matters."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Effort(StrEnum):
    """What it takes to follow it."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Status(StrEnum):
    """Where a recommendation stands; see `recommendation_lifecycle`."""

    PROPOSED = "proposed"
    APPLIED = "applied"
    VERIFIED = "verified"
    REFUTED = "refuted"
    INCONCLUSIVE = "inconclusive"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"


class Improvement(msgspec.Struct, frozen=True):
    """What is promised, as amounts of getting better: 20 percent less time is 20.

    Attributes:
        low: at least.
        high: at most.
        unit: `percent`, or another that no verdict is held against, as `usd_per_month`.
    """

    low: float
    high: float
    unit: str


class Target(msgspec.Struct, frozen=True):
    """What a recommendation is judged by.

    Attributes:
        metric: which.
        score: name of the quality score, for the metric `quality`.
        adjust_for_lengths: whether longer or shorter answers are to be left out of response times;
            not where the advice is about their length.
        whole_application: whether all requests of the application count, whichever model and
            deployment answered them: where the advice is to send them elsewhere.
    """

    metric: Metric
    score: str = ""
    adjust_for_lengths: bool = True
    whole_application: bool = False


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """What is recommended.

    Attributes:
        model: whose requests it is about.
        deployment: of the model; empty for all.
        application: whose requests; empty for all.
        kind: the sort of advice, as `max_tokens`.
        setting: what is to be set to what, in one text; it tells one piece of advice from another.
        expected_improvement: None where nothing can be promised in numbers.
        estimated_cost_impact_usd_per_month: below 0 saves; None where it is not known.
        evidence: what it was concluded from.
        target: what it is judged by; None where nothing measured here would show it.
        guard: what must not get worse by it; None where nothing is feared.
    """

    model: str
    deployment: str = ""
    application: str = ""
    kind: str
    setting: str = ""
    category: Category
    priority: Priority
    description: str
    expected_improvement: Improvement | None = None
    implementation_effort: Effort
    estimated_cost_impact_usd_per_month: Decimal | None = None
    evidence: Evidence = {}
    target: Target | None = None
    guard: Target | None = None


class Application(msgspec.Struct, frozen=True):
    """Somebody followed it, or traffic did.

    Attributes:
        by: who; `detected` where requests showed it.
        at: when the change was made, UTC.
        comment: what they say about it.
        evidence: what requests showed; empty where somebody said it.
    """

    by: str
    at: datetime
    comment: str = ""
    evidence: Evidence = {}


class Recommendation(Advice, frozen=True, kw_only=True):
    """A piece of advice and what became of it.

    Attributes:
        id: digest of model, deployment, kind and setting.
        status: where it stands.
        proposed_at: when it was first proposed, UTC.
        renewed_at: when the same was last concluded, UTC.
        applied: who followed it; None while nobody has.
        decided_at: when it got its last status, verified or any after it, UTC.
        superseded_by: id of what took its place; empty where nothing did.
        rules_out_expected: whether what was measured leaves no room for what was promised.
        measured: the latest look at before and after; None before there is one.
        guarded: the same of what must not get worse; None where there is none.
        needs: what it would take to see the promised improvement; None where it is not known.
    """

    id: str
    status: Status
    proposed_at: datetime
    renewed_at: datetime
    applied: Application | None = None
    decided_at: datetime | None = None
    superseded_by: str = ""
    rules_out_expected: bool = False
    measured: Verdict | None = None
    guarded: Verdict | None = None
    needs: Needs | None = None


def recommendation_id(advice: Advice) -> str:
    """Return the id of a piece of advice: the same for the same advice about the same."""
    about = (advice.model, advice.deployment, advice.kind, advice.setting)
    return identity_of("advice", *about, *([advice.application] if advice.application else []))


def promise_of(advice: Advice) -> Promise | None:
    """Return what a verdict is held against; None where that is not a share of the metric."""
    expected = advice.expected_improvement
    if advice.target is None or expected is None or expected.unit != PERCENT:
        return None
    return Promise(expected.low, expected.high)
