"""What advice about one scope is concluded from, and what a conclusion is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from shared.domain.advice.history import Work
from shared.domain.advice.model_settings import ModelSettings
from shared.domain.advice.quota_use import QuotaUse
from shared.domain.advice.scope import Scope
from shared.domain.advice.tariff import PLACES, Tariff
from shared.domain.advice.traffic import Traffic
from shared.domain.deployment.deployment import DeploymentConfig
from shared.domain.digest import durations
from shared.domain.digest.tally import Tally, empty
from shared.domain.recommendation.recommendation import Advice, Recommendation
from shared.domain.record.error_class import ErrorClass
from shared.domain.rollup.token_cell import TokenType

# So many requests before anything is concluded of them.
FEWEST = 300
# What is proposed stays so until it is a fifth short of what it takes to be proposed.
EASED = 0.8
_SOME, _SHORT = 20, 0.005
# So many minutes of a day in which a quota was nearly used up.
BUSY_MINUTES = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """What is too much, whatever is normal for a model.

    Attributes:
        mean_response_ms: of successes.
        p99_response_ms: likewise.
        error_rate: failed of all, 0..1.
        tokens_per_request: input and output.
    """

    mean_response_ms: float = 3_000.0
    p99_response_ms: float = 10_000.0
    error_rate: float = 0.05
    tokens_per_request: float = 1_500.0


def _no_times() -> Tally:
    return empty(("day", "group", "bucket"), durations.SUMS)


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known of a scope.

    Attributes:
        scope: whose requests it is about.
        work: what digests tell of them.
        traffic: what rollups tell of them.
        whole: the same of the whole deployment.
        limits: what is too much.
        takes: which settings the model takes; None where that is not known.
        tariff: what tokens cost.
        deployment: its configuration; None where none is known.
        elsewhere: the same application's requests to other models and deployments.
        standing: kind -> what is proposed of it.
        first_tokens: rows of times to the first token, of all of the model's requests.
        quota_use: minutes of the last day; None where no quota is known.
    """

    scope: Scope
    work: Work
    traffic: Traffic
    whole: Traffic
    limits: Limits
    takes: ModelSettings | None
    tariff: Tariff
    deployment: DeploymentConfig | None = None
    elsewhere: Mapping[Scope, Work] = field(default_factory=dict)
    standing: Mapping[str, Recommendation] = field(default_factory=dict)
    first_tokens: Tally = field(default_factory=_no_times)
    quota_use: QuotaUse | None = None

    @property
    def is_slow(self) -> bool:
        """Tell whether responses take longer on average than they may."""
        mean = self.traffic.mean_ms
        return mean is not None and mean > self.limits.mean_response_ms

    @property
    def is_short_of_quota(self) -> bool:
        """Tell whether quota turned one request in 200 away, or minutes nearly used it up."""
        if self.quota_use is not None and self.quota_use.busy >= BUSY_MINUTES:
            return True
        turned_away = int(self.whole.daily_of("error_class", ErrorClass.QUOTA).sum())
        return turned_away >= _SOME and turned_away >= _SHORT * self.whole.total("n")

    def eased(self, kind: str, bound: float) -> float:
        """Return a bound to be exceeded, lower where the kind is proposed already."""
        return bound * EASED if kind in self.standing else bound

    def monthly_usd(
        self, tokens: Mapping[TokenType, int], days: int, *, input_tokens: float = 0
    ) -> Decimal | None:
        """Return what reported tokens, and those sampled out beside them, cost in thirty days.

        Args:
            tokens: reported ones of the scope, of all those days.
            days: how many, at least 1.
            input_tokens: of one request.

        Returns:
            As `Tariff.monthly_usd`; each reported request counts as what it stands for on average.
        """
        cost = self.tariff.monthly_usd(self.scope, tokens, days, input_tokens=input_tokens)
        return None if cost is None else (cost * self.traffic.stood_for).quantize(PLACES)

    def advice(self, kind: str, setting: str, **said: Any) -> "Conclusion":
        """Return the conclusion that something is to be changed; fields as in `Advice`."""
        model, deployment, application = self.scope
        return Conclusion(
            kind,
            Advice(
                model=model,
                deployment=deployment,
                application=application,
                kind=kind,
                setting=setting,
                **said,
            ),
        )


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What there is to say of one kind of advice, given data enough.

    Attributes:
        kind: of advice.
        advice: None where nothing is to be changed.
    """

    kind: str
    advice: Advice | None = None
