"""From what is known of every scope to the ground of each, and from there to what is concluded.

Advice about settings is concluded for each application of a deployment, advice about failures and
slowness for the deployment as a whole. A deployment whose requests name no application, or whose
applications are many beyond count, has its requests as one. Where some name one and others do not,
the latter are left out of the former's advice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.domain.advice.ground import Conclusion, Ground, Limits
from shared.domain.advice.history import Work, no_work
from shared.domain.advice.kinds import of_application, of_deployment
from shared.domain.advice.model_settings import settings_of_model
from shared.domain.advice.quota_use import QuotaUse
from shared.domain.advice.scope import Scope
from shared.domain.advice.tariff import Tariff
from shared.domain.advice.traffic import Traffic
from shared.domain.advice.window import windowed
from shared.domain.digest.durations import FIRST_TOKEN
from shared.domain.digest.tally import Tally, stacked
from shared.domain.label import Labels
from shared.domain.price.pricing import Pricing
from shared.domain.recommendation.recommendation import Recommendation, Status
from shared.domain.rollup.measures import REQUEST_MEASURES
from shared.domain.rollup.rollup import aggregate
from shared.domain.timeline import DAY_M, minute_of

# How long what was refuted is not advised anew, in whatever way.
REFUTED_FOR = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that advice is concluded from.

    Attributes:
        works: what digests tell, of four weeks at most.
        traffic: what rollups tell of the last week.
        pricing: what tokens cost, and what is known of deployments.
        limits: what is too much, whatever is normal.
        given: every recommendation.
        now: the clock, UTC.
        quota_use: deployment -> minutes of the last day.
    """

    works: Mapping[Scope, Work]
    traffic: Mapping[Scope, Traffic]
    pricing: Pricing
    limits: Limits
    given: Sequence[Recommendation]
    now: datetime
    quota_use: Mapping[str, QuotaUse] = field(default_factory=dict)


class Assembly:
    """What is known of every scope, found by scope."""

    def __init__(self, known: Known) -> None:
        """Arrange what is known."""
        self._known = known
        self._first_tokens = _first_tokens(known.works)
        self._given: dict[Scope, list[Recommendation]] = {}
        for given in known.given:
            self._given.setdefault(scope_of(given), []).append(given)
        self._peers: dict[str, list[Scope]] = {}
        for scope in known.works:
            self._peers.setdefault(scope.application, []).append(scope)
        self._named = {scope.whole for scope in known.traffic if scope.application}

    def conclusions(self, scope: Scope) -> list[Conclusion]:
        """Return what is concluded about a scope, kinds that are being tried left out."""
        ground = self.ground(scope)
        own: list[Conclusion] = []
        if not scope.application:
            own += of_deployment(ground)
        if scope not in self._named:
            own += of_application(ground)
        tried = tried_kinds(self._given.get(scope, ()), self._known.now)
        return [each for each in own if each.kind not in tried]

    def ground(self, scope: Scope) -> Ground:
        """Return what is known of a scope."""
        traffic = self._known.traffic
        return self._ground(
            scope, self._known.works.get(scope), traffic[scope], traffic[scope.whole]
        )

    def ground_over(self, scope: Scope) -> Ground | None:
        """Return what is known of a model's requests together; None where there are none.

        Args:
            scope: its deployment and application are empty for all of them.
        """
        works = [own for each, own in self._known.works.items() if _within(each, scope)]
        wholes = [own for each, own in self._known.traffic.items() if _is_part(each, scope)]
        if not wholes:
            return None
        traffic = Traffic(aggregate([each.rows for each in wholes], REQUEST_MEASURES, key=_alike))
        work = None
        if works:
            sections = {
                name: stacked([each.sections[name] for each in works]) for name in works[0].sections
            }
            work = Work(scope, sections, works[0].texts)
        return self._ground(scope, work, traffic, traffic)

    def _ground(self, scope: Scope, work: Work | None, traffic: Traffic, whole: Traffic) -> Ground:
        known, own = self._known, self._given.get(scope, [])
        end = minute_of(known.now) // DAY_M + 1
        changes = [each.applied.at for each in own if each.applied is not None]
        changed = minute_of(max(changes)) // DAY_M if changes else None
        nothing = no_work(scope)
        peers = self._peers.get(scope.application, []) if scope.application else []
        return Ground(
            scope,
            nothing if work is None else windowed(work, end, changed),
            traffic,
            whole,
            known.limits,
            settings_of_model(self._model(scope)),
            Tariff(known.pricing, known.now.date()),
            known.pricing.deployments.config("", scope.deployment, known.now),
            {other: windowed(known.works[other], end) for other in peers if other != scope},
            {each.kind: each for each in own if each.status is Status.PROPOSED},
            self._first_tokens.get(scope.model) or nothing.sections["durations"],
            known.quota_use.get(scope.deployment),
        )

    def _model(self, scope: Scope) -> str:
        """Return a model's name as it is published, where requests name the deployment instead."""
        known = self._known
        config = known.pricing.deployments.config("", scope.deployment, known.now)
        if scope.model == scope.deployment and config is not None and config.model:
            return config.model
        return scope.model


def tried_kinds(given: Iterable[Recommendation], now: datetime) -> set[str]:
    """Return the kinds that are being tried, or were refuted lately: they are left alone."""
    return {
        each.kind
        for each in given
        if each.status is Status.APPLIED
        or (
            each.status is Status.REFUTED
            and each.decided_at is not None
            and now - each.decided_at < REFUTED_FOR
        )
    }


def scope_of(given: Recommendation) -> Scope:
    """Return whose requests a recommendation is about."""
    return Scope(given.model, given.deployment, given.application)


def _within(scope: Scope, wanted: Scope) -> bool:
    """Tell whether a scope is part of one whose empty names stand for any."""
    return all(name in ("", own) for own, name in zip(scope, wanted, strict=True))


def _is_part(scope: Scope, wanted: Scope) -> bool:
    """Tell whether a scope's traffic is part of one's, each request once."""
    return _within(scope, wanted) and bool(scope.application) is bool(wanted.application)


def _alike(_: Labels) -> Labels:
    return ()


def _first_tokens(works: Mapping[Scope, Work]) -> dict[str, Tally]:
    found: dict[str, list[Tally]] = {}
    for scope, work in works.items():
        rows = work.sections["durations"]
        own = rows.where(rows.keys["group"] == FIRST_TOKEN)
        if len(own):
            found.setdefault(scope.model, []).append(own)
    return {model: stacked(parts) for model, parts in found.items()}
